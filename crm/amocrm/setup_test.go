package amocrm_test

import (
	"testing"

	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
	"voronka/sales"
)

func wanted() crm.Wanted {
	return crm.Wanted{
		Stages: map[string][]string{"": {"Знакомство", "Рассрочка", "won"}, "Курсы": {"Новый", "Счёт выставлен"}},
		Fields: []string{"Заказ", "Город"}, Person: []string{"Язык"}, Tracking: []string{"Откуда"},
		LossReasons: []string{"Не отвечает"}, Users: []string{"Никто"}, TaskTypes: []string{"Встреча", "Звонок"},
		Bills: true, Products: true, Suppliers: []string{"ООО «Ромашка»"}, Hook: "https://bot.example.ru/crm/amocrm/0123456789abcdef",
	}
}

// TestSetupMakesWhatTheAccountLacks and tells what only people can add.
func TestSetupMakesWhatTheAccountLacks(t *testing.T) {
	t.Parallel()
	a, _, _ := shop(t, amocrmtest.Config{Fields: fieldsWithout([]string{"TELEGRAM_ID"})})
	c := a.CRM.(*amocrm.CRM)
	lacks, err := c.Compare(t.Context(), wanted())
	if err != nil {
		t.Fatal(err)
	}
	if !lacks.Anything() || !lacks.Mark || lacks.Hook == "" || len(lacks.Users) != 1 || len(lacks.TaskTypes) != 1 || len(lacks.Suppliers) != 1 ||
		len(lacks.Pipelines) != 1 || len(lacks.Fields) != 1 || len(lacks.Person) != 1 || len(lacks.Tracking) != 1 || len(lacks.LossReasons) != 1 || lacks.Bills {
		t.Errorf("lacks %+v", lacks)
	}
	if err := c.Setup(t.Context(), lacks); err != nil {
		t.Fatal(err)
	}
	again, err := c.Compare(t.Context(), wanted())
	if err != nil || again.Anything() || len(again.Users) != 1 {
		t.Errorf("after the setup it lacks %+v, %v", again, err)
	}
}

// TestAccountWithoutLists is one of the plan without invoices.
func TestAccountWithoutLists(t *testing.T) {
	t.Parallel()
	a, _, _ := shop(t, amocrmtest.Config{})
	a.DropCatalogs()
	lacks, err := a.CRM.(*amocrm.CRM).Compare(t.Context(), wanted())
	if err != nil || !lacks.Bills || !lacks.Products {
		t.Errorf("lacks %+v, %v", lacks, err)
	}
	a.Inject(amocrmtest.Fault{Kind: amocrmtest.Unauthorized, Times: -1})
	if _, err := a.CRM.(*amocrm.CRM).Compare(t.Context(), wanted()); sales.AsError(err).Action != sales.Stop {
		t.Errorf("error %v", err)
	}
}
