package telegramtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestMediaIsShownAsItsKind sends each kind, and again by the id it was given.
func TestMediaIsShownAsItsKind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, param, name, kind string }{
		{"sendVideo", "video", "урок.mp4", "video"},
		{"sendAudio", "audio", "лекция.mp3", "audio"},
		{"sendVoice", "voice", "привет.ogg", "voice"},
		{"sendAnimation", "animation", "танец.mp4", "animation"},
		{"sendVideoNote", "video_note", "круг.mp4", "video_note"},
		{"sendVideo", "video", "презентация.pdf", "document"},
		{"sendVoice", "voice", "запись.wav", "document"},
	} {
		t.Run(c.method+" "+c.name, func(t *testing.T) {
			t.Parallel()
			f := open(t, Config{})
			f.anna.Start("")
			kind, body := form(t, map[string]string{"chat_id": "1001"}, map[string][2]string{c.param: {c.name, "\x00\x01содержимое"}})
			r := f.post(t, c.method, kind, body)
			if !r.OK {
				t.Fatal(r.Description)
			}
			f.conforms(t, []string{"Message"}, r.Result)
			screen := f.anna.Messages()
			if shown := screen[len(screen)-1]; shown.Kind != c.kind || shown.File.Name != c.name {
				t.Errorf("shown as %s %q", shown.Kind, shown.File.Name)
			}
			id := screen[len(screen)-1].File.ID
			again := f.call(t, c.method, params{"chat_id": 1001, c.param: id})
			if again.OK != (c.kind == c.param) {
				t.Errorf("the id of a %s as %s: %s", c.kind, c.param, again.Description)
			}
			other := f.call(t, "sendPhoto", params{"chat_id": 1001, "photo": id})
			if !strings.HasPrefix(other.Description, "Bad Request: can't use file of type ") {
				t.Errorf("the id of a %s as a photo: %+v", c.kind, other)
			}
		})
	}
}

// album is a request for some photos, the first with a caption.
func album(t *testing.T, f *fixture, kinds ...string) reply {
	t.Helper()
	files := map[string][2]string{}
	var items []map[string]any
	for i, kind := range kinds {
		part := fmt.Sprintf("%d-файл.%s", i, map[string]string{"photo": "png", "video": "mp4", "audio": "mp3", "document": "pdf"}[kind])
		content := "\x00\x01" + part
		if kind == "photo" {
			content = string(picture(t))
		}
		files[part] = [2]string{part, content}
		items = append(items, map[string]any{"type": kind, "media": "attach://" + part})
	}
	if len(items) > 0 {
		items[0]["caption"], items[0]["parse_mode"] = "<b>Работы</b>", "HTML"
	}
	raw, err := json.Marshal(items)
	if err != nil {
		t.Fatal(err)
	}
	kind, body := form(t, map[string]string{"chat_id": "1001", "media": string(raw)}, files)
	return f.post(t, "sendMediaGroup", kind, body)
}

func TestAlbumHoldsTogether(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	f.anna.Start("")
	r := album(t, f, "photo", "video", "photo")
	if !r.OK {
		t.Fatal(r.Description)
	}
	f.conforms(t, []string{"Array of Message"}, r.Result)
	screen := f.anna.Messages()[1:]
	if len(screen) != 3 || screen[0].Text != "Работы" || screen[1].Kind != "video" || screen[2].Album == "" || screen[2].Album != screen[0].Album {
		t.Errorf("shown: %+v", screen)
	}
	if second := album(t, f, "document", "document"); !second.OK {
		t.Error(second.Description)
	}
	if got := f.anna.Messages(); got[len(got)-1].Album == screen[0].Album {
		t.Error("two albums are one")
	}
	if wrong := f.Violations(); len(wrong) > 0 {
		t.Error(wrong)
	}
}

func TestAlbumIsRefusedWhole(t *testing.T) {
	t.Parallel()
	photo := map[string]any{"type": "photo", "media": "attach://gone"}
	for name, c := range map[string]struct {
		kinds []string
		items any
		want  string
	}{
		"none":              {nil, []any{}, "there are no messages to send"},
		"one":               {[]string{"photo"}, nil, "there are no messages to send"},
		"eleven":            {strings.Fields(strings.Repeat("photo ", 11)), nil, "too many messages to send as an album"},
		"a file among":      {[]string{"photo", "document"}, nil, "document can't be mixed with other media types"},
		"music among":       {[]string{"audio", "video"}, nil, "audio can't be mixed with other media types"},
		"a part is missing": {nil, []any{photo, photo}, "wrong file identifier/HTTP URL specified"},
		"a voice":           {nil, []any{photo, map[string]any{"type": "voice", "media": "x"}}, `field "type" has a wrong type or value`},
		"buttons":           {nil, []any{photo, map[string]any{"type": "photo", "media": "x", "reply_markup": "{}"}}, `unknown field "reply_markup" of InputMediaPhoto`},
		"not a list":        {nil, "x", "can't parse media JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t, Config{})
			f.anna.Start("")
			var r reply
			if c.kinds != nil {
				r = album(t, f, c.kinds...)
			} else {
				r = f.call(t, "sendMediaGroup", params{"chat_id": 1001, "media": c.items})
			}
			if r.OK || !strings.HasPrefix(r.Description, "Bad Request: "+c.want) && !strings.Contains(r.Description, c.want) {
				t.Errorf("answered %+v", r)
			}
			if n := len(f.anna.Messages()); n != 1 {
				t.Errorf("%d messages of a refused album are shown", n-1)
			}
		})
	}
	f := open(t, Config{})
	f.anna.Start("")
	if r := f.call(t, "sendMediaGroup", params{"chat_id": 1001, "media": []any{photo, photo}, "reply_markup": params{}}); !strings.Contains(r.Description, "reply_markup") {
		t.Errorf("buttons under an album: %+v", r)
	}
}
