package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/sales"
)

const gallery = `
flow: shop
start: works
states:
  works:
    do:
      - say: Наши работы
        album: [files/1.jpg, files/2.jpg, "file_id:AgAC", "https://example.ru/3.jpg"]
      - {video: files/lesson.mp4}
      - {say: Выбирайте, buttons: [[{text: Ещё раз, to: works}]]}
`

func album(m bot.Message) string {
	var names []string
	for _, one := range m.Media {
		names = append(names, string(one.Kind)+" "+one.Name+one.URL+one.Known)
	}
	return m.Text + strings.Join(names, ", ")
}

// TestAlbumIsUploadedOnce gives each file of an album its id, and uploads all
// again when the channel forgets one.
func TestAlbumIsUploadedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gallery)
	w.say("/start")
	w.drain()
	first := w.chat.all()
	if diff := cmp.Diff("Наши работыphoto 1.jpg, photo 2.jpg, photo AgAC, photo https://example.ru/3.jpg", album(first[0])); diff != "" {
		t.Error(diff)
	}
	w.press("Ещё раз")
	w.drain()
	second := w.chat.all()[len(first):]
	if diff := cmp.Diff("Наши работыphoto 1.jpgid-0, photo 2.jpgid-1, photo AgAC, photo https://example.ru/3.jpg", album(second[0])); diff != "" {
		t.Error(diff)
	}
	if second[1].Media[0].Known != "id-0" {
		t.Errorf("the video is uploaded again: %+v", second[1].Media[0])
	}
	forgot := true
	w.chat.before = func(m bot.Message) error {
		if len(m.Media) == 4 && forgot && m.Media[1].Known != "" {
			forgot = false
			return &sales.Error{Code: "telegram_file", Action: sales.Bury}
		}
		return nil
	}
	w.say("/start")
	w.drain()
	w.pass(time.Hour)
	third := w.chat.all()[len(first)+len(second):]
	if len(third) != 3 || third[0].Media[0].Known != "" || third[0].Media[1].Known != "" {
		t.Errorf("%d shown, %+v", len(third), album(third[0]))
	}
	if jobs, _ := w.buried(); len(jobs) > 0 {
		t.Errorf("buried %q", jobs)
	}
}

// TestAlbumWithALostAnswer is said again, as each message is: a customer who
// sees it twice is better off than one who never does.
func TestAlbumWithALostAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gallery)
	lost := true
	w.chat.after = func(m bot.Message) error {
		if len(m.Media) < 2 || !lost {
			return nil
		}
		lost = false
		return &sales.Error{Code: "telegram_unreachable", Uncertain: true}
	}
	w.say("/start")
	w.drain()
	w.pass(time.Hour)
	var shown []string
	for _, m := range w.chat.all() {
		shown = append(shown, m.Text)
	}
	if diff := cmp.Diff([]string{"Наши работы", "Наши работы", "", "Выбирайте"}, shown); diff != "" {
		t.Error(diff)
	}
	if jobs, _ := w.buried(); len(jobs)+len(w.waiting()) > 0 {
		t.Errorf("buried %q", jobs)
	}
}
