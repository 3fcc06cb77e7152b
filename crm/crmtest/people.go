package crmtest

import (
	"slices"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
)

func firstContact(r *room) {
	r.must(crm.Change{ID: "c1", Contact: anna(), Title: "Курс «Go за 30 дней» 🚀"}, crm.Refs{})
	deal := r.onlyDeal()
	if deal.Title != "Курс «Go за 30 дней» 🚀" {
		r.Errorf("title %q", deal.Title)
	}
	if name := r.People()[0].Name; name != "Анна" {
		r.Errorf("name %q", name)
	}
}

func secondChange(r *room) {
	refs := r.must(crm.Change{ID: "c1", Contact: anna(), Title: "Курс"}, crm.Refs{})
	again := r.must(crm.Change{ID: "c2", Contact: reachable(), Title: "Другое имя", Person: true, Note: "Дошёл до оплаты"}, refs)
	if diff := cmp.Diff(refs, again); diff != "" {
		r.Errorf("refs changed (-first +second):\n%s", diff)
	}
	if deal := r.onlyDeal(); deal.Title != "Курс" {
		r.Errorf("the deal was renamed to %q", deal.Title)
	}
}

func person(r *room) {
	refs := r.must(crm.Change{ID: "c1", Contact: anna()}, crm.Refs{})
	who := reachable()
	who.Name, who.LastName = "Анна", "Ёлкина"
	r.must(crm.Change{ID: "c2", Contact: who, Person: true}, refs)
	r.must(crm.Change{ID: "c3", Contact: who, Person: true}, refs)
	want := []Person{{Ref: refs.Contact, Name: "Анна Ёлкина", Phones: []string{"+79161234567"}, Emails: []string{"anna@example.com"}}}
	if diff := cmp.Diff(want, r.People()); diff != "" {
		r.Errorf("contact (-want +got):\n%s", diff)
	}
}

// lostRefs makes the contact and forgets it; its chat may be another one by now.
func lostRefs(r *room, forget func(*crm.Change)) {
	first := crm.Change{ID: "c1", Contact: reachable(), Person: true}
	refs := r.must(first, crm.Refs{})
	second := crm.Change{ID: "c2", Contact: reachable(), Note: "Вернулась"}
	forget(&second)
	again := r.must(second, crm.Refs{})
	if again.Contact != refs.Contact {
		r.Errorf("contact %s, want %s", again.Contact, refs.Contact)
	}
	if people := r.People(); len(people) != 1 {
		r.Errorf("contacts were doubled: %+v", people)
	}
}

func foundByPhone(r *room) {
	lostRefs(r, func(c *crm.Change) { c.Contact.ID, c.Contact.Email = "max:7", "" })
}

func foundByEmail(r *room) {
	lostRefs(r, func(c *crm.Change) {
		c.Contact.ID, c.Contact.Phone, c.Contact.Email = "max:7", "", "Anna@Example.com"
	})
}

func foundByMark(r *room) {
	refs := r.must(crm.Change{ID: "c1", Contact: anna()}, crm.Refs{})
	again := r.must(crm.Change{ID: "c2", Contact: anna(), Note: "Снова здесь"}, crm.Refs{})
	if diff := cmp.Diff(refs, again); diff != "" {
		r.Errorf("refs (-first +found):\n%s", diff)
	}
	r.onlyDeal()
}

func stranger(r *room) {
	for _, similar := range []Person{
		{Name: "Другая страна", Phones: []string{"+39161234567"}},
		{Name: "Длиннее", Phones: []string{"+791612345670"}},
		{Name: "Добавочный", Phones: []string{"+7 916 123-45-67 доб. 12"}},
		{Name: "Внутри", Emails: []string{"joanna@example.com", "anna@example.com.ru"}},
		{Name: "В имени 9161234567 tg:4200017 anna@example.com 4200017"},
	} {
		r.AddContact(similar)
	}
	strangers := r.People()
	r.must(crm.Change{ID: "c1", Contact: reachable(), Person: true}, crm.Refs{})
	people := r.People()
	if len(people) != len(strangers)+1 {
		r.Fatalf("%d contacts, want the %d strangers and one more", len(people), len(strangers))
	}
	if diff := cmp.Diff(strangers, people[:len(strangers)]); diff != "" {
		r.Errorf("strangers were changed (-before +after):\n%s", diff)
	}
}

func managersContact(r *room) {
	ref := r.AddContact(Person{Name: "Анна Сергеевна (опт)", Phones: []string{"+7 495 000-11-22", "8 (916) 123-45-67"}, Emails: []string{"office@example.com"}})
	refs := r.must(crm.Change{ID: "c1", Contact: reachable(), Person: true, Title: "Курс"}, crm.Refs{})
	if refs.Contact != ref {
		r.Fatalf("contact %s, want the manager's %s", refs.Contact, ref)
	}
	r.must(crm.Change{ID: "c2", Contact: reachable(), Person: true}, refs)
	r.onlyDeal()
	got := r.People()[0]
	if got.Name != "Анна Сергеевна (опт)" {
		r.Errorf("the manager's name became %q", got.Name)
	}
	if len(got.Phones) != 2 || !slices.Contains(got.Phones, "+7 495 000-11-22") {
		r.Errorf("phones %q, want the manager's two", got.Phones)
	}
	if diff := cmp.Diff([]string{"office@example.com", "anna@example.com"}, got.Emails); diff != "" {
		r.Errorf("e-mails (-want +got):\n%s", diff)
	}
}

func mergedContact(r *room) {
	refs := r.must(crm.Change{ID: "c1", Contact: anna()}, crm.Refs{})
	survivor := r.AddContact(Person{Name: "Анна Ёлкина", Phones: []string{"+74950001122"}})
	r.MergeContacts(survivor, refs.Contact)
	again := r.must(crm.Change{ID: "c2", Contact: reachable(), Person: true, Note: "Оставила телефон"}, refs)
	if again.Contact != survivor || again.Deal != refs.Deal {
		r.Errorf("refs %+v, want the contact %s and the deal %s", again, survivor, refs.Deal)
	}
	r.onlyDeal()
	if got := r.People()[0].Phones; len(got) != 2 {
		r.Errorf("phones %q, want two", got)
	}
}
