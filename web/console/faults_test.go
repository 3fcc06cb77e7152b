package console_test

import (
	"strings"
	"testing"

	"voronka/web/console"
)

// TestFaultsOfAnEditAreShown tells every operator, and nobody else, that the
// edited flows did not go live.
func TestFaultsOfAnEditAreShown(t *testing.T) {
	t.Parallel()
	faults := []string{"course.yaml:9:8: нет состояния <b>«welcme»</b>"}
	d := open(t, func(c *console.Config) { c.Faults = func() []string { return faults } })
	cookie := d.enter()
	for _, path := range []string{"/console/", "/console/work"} {
		page := d.page(path, cookie)
		if !strings.Contains(page, `role="alert"`) || !strings.Contains(page, "course.yaml:9:8: нет состояния &lt;b&gt;«welcme»") {
			t.Errorf("%s does not show the fault:\n%s", path, page)
		}
	}
	if login := d.ask("GET", "/console/login", "", nil).Body.String(); strings.Contains(login, "welcme") {
		t.Error("the fault is shown to strangers")
	}
	faults = nil
	if strings.Contains(d.page("/console/", cookie), `role="alert"`) {
		t.Error("the banner stays after the fault is mended")
	}
}
