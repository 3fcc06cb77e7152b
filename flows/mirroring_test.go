package flows_test

import (
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/steps"
	"voronka/sales"
)

const sharedMap = `
crm:
  pipeline: Курсы
  responsible: Анна Иванова
  deal: "Курс для #{name}"
  events: {payment_link: Счёт выставлен, expired: Ждём оплату}
  tags: [telegram]
  match: phone
  fields: {Город: "#{city}", Канал: Telegram}
  contact: {Язык: "#{language}"}
  tracking: {start: Откуда}
  invoices: {supplier: ООО «Ромашка»}
  tasks: {type: Звонок, responsible: olga@example.ru, close: true}
  reply: "!"
`

func loadMirrored(t *testing.T, files map[string]string) (*flows.Project, []flows.Diagnostic) {
	t.Helper()
	dir := fstest.MapFS{}
	for name, text := range files {
		dir[name] = &fstest.MapFile{Data: []byte(text)}
	}
	project, found, err := flows.Loader{Kinds: steps.All()}.LoadFS(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return project, found
}

const plain = "start: hi\nstates: {hi: {end: true, do: [{say: Привет}]}}\n"

func TestFlowTakesTheProjectsMapAndSaysWhatIsDifferent(t *testing.T) {
	t.Parallel()
	project, found := loadMirrored(t, map[string]string{
		"project.yaml": sharedMap, "a.yaml": plain,
		"b.yaml": plain + "crm: {pipeline: Опт, tags: [опт, vip], dialog: true}\n",
	})
	if len(found) > 0 || len(project.Flows) != 2 {
		t.Fatalf("found %v", found)
	}
	a, b := project.Flow("a").Mirroring, project.Flow("b").Mirroring
	if a.Pipeline != "Курсы" || b.Pipeline != "Опт" || a.Dialog != "" || b.Dialog != flows.DialogNotes || a.Supplier != "ООО «Ромашка»" || !b.Bills ||
		b.Responsible != "Анна Иванова" || b.Reply != "!" || a.TaskType != "Звонок" || !b.TasksDone || a.Match != "phone" {
		t.Errorf("a %+v\nb %+v", a, b)
	}
	if diff := cmp.Diff([]string{"опт", "vip"}, b.Tags); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"payment_link": "Счёт выставлен", "expired": "Ждём оплату"}, b.Events); diff != "" {
		t.Error(diff)
	}
	alone, _ := loadMirrored(t, map[string]string{"a.yaml": plain})
	if alone.Flow("a").Mirroring != nil || alone.Flow("a").Version == project.Flow("a").Version {
		t.Error("an edit of project.yaml is no new version")
	}
	if project.Flow("a").Written["project.yaml"] != sharedMap {
		t.Error("the version does not keep what it was made of")
	}
}

func TestFaultsOfTheProjectAreToldOnce(t *testing.T) {
	t.Parallel()
	project, found := loadMirrored(t, map[string]string{
		"project.yaml": "crm: {pipelin: Курсы, deal: \"#{}\"}\nflows: {}\n", "a.yaml": plain, "b.yaml": plain,
	})
	var codes []string
	for _, one := range found {
		codes = append(codes, one.Pos.File+" "+one.Code)
	}
	slices.Sort(codes)
	want := []string{"project.yaml template_empty", "project.yaml unknown_key", "project.yaml unknown_key"}
	if diff := cmp.Diff(want, codes); diff != "" || project != nil {
		t.Error(diff)
	}
	unread := fstest.MapFS{"project.yaml/x": {Data: []byte("x")}, "a.yaml": {Data: []byte(plain)}}
	if _, found, err := (flows.Loader{Kinds: steps.All()}).LoadFS(unread, ""); err != nil || len(found) != 1 || found[0].Code != "project_unread" {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestLastStepOfTheMirrorCarriesTheMap(t *testing.T) {
	t.Parallel()
	project, found := loadMirrored(t, map[string]string{"project.yaml": sharedMap, "a.yaml": `
start: hi
states: {hi: {end: true, do: [{set: {city: Тула}}, {crm: {note: Раз, fields: {Город: Орёл}}}, {crm: {note: Два}}]}}
`})
	if project == nil {
		t.Fatalf("found %v", found)
	}
	turn, err := flows.Engine{}.Advance(project.Flows[0], sales.Contact{ID: "tg:7", Name: "Анна", Language: "ru"}, flows.Known{},
		flows.Session{Seed: "seed"}, flows.Input{ID: "1", Kind: flows.Command, Text: "start", At: time.Unix(1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	var mirrors []flows.Mirror
	for _, effect := range turn.Effects {
		if mirror, ok := effect.(flows.Mirror); ok {
			mirrors = append(mirrors, mirror)
		}
	}
	last := mirrors[len(mirrors)-1]
	if last.Title != "Курс для Анна" || last.Fields["Город"] != "Тула" || last.Fields["Канал"] != "Telegram" || last.Person["Язык"] != "ru" {
		t.Errorf("last %+v", last)
	}
	if first := mirrors[len(mirrors)-2]; first.Fields["Город"] != "Орёл" || first.Title != "" {
		t.Errorf("the one before %+v", first)
	}
}
