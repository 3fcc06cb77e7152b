package telegramtest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// form builds a multipart request; files are part → {name, content}.
func form(t *testing.T, fields map[string]string, files map[string][2]string) (string, io.Reader) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		_ = w.WriteField(name, value)
	}
	for part, file := range files {
		to, err := w.CreateFormFile(part, file[0])
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(to, file[1])
	}
	w.Close()
	return w.FormDataContentType(), &body
}

func TestDocumentsTravelBothWays(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	f.anna.Start("")
	pdf := [2]string{"Курс.pdf", "%PDF-1.4 курс"}
	kind, body := form(t, map[string]string{"chat_id": "1001", "caption": "Ваш курс"}, map[string][2]string{"document": pdf})
	var sent wireMessage
	if r := f.post(t, "sendDocument", kind, body); !r.OK {
		t.Fatal(r.Description)
	} else if err := json.Unmarshal(r.Result, &sent); err != nil {
		t.Fatal(err)
	}
	kind, body = form(t, map[string]string{"chat_id": "1001", "document": "attach://x"}, map[string][2]string{"x": pdf})
	if r := f.post(t, "sendDocument", kind, body); !r.OK {
		t.Errorf("attach: %s", r.Description)
	}
	if r := f.call(t, "sendDocument", params{"chat_id": 1001, "document": sent.Document.FileID}); !r.OK {
		t.Errorf("file_id: %s", r.Description)
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, pdf[1]) }))
	t.Cleanup(web.Close)
	if r := f.call(t, "sendDocument", params{"chat_id": 1001, "document": web.URL + "/Курс.pdf"}); !r.OK {
		t.Errorf("url: %s", r.Description)
	}
	for _, m := range f.anna.Messages()[1:] {
		if diff := cmp.Diff(pdf, [2]string{m.File.Name, string(m.File.Data)}); diff != "" {
			t.Error(diff)
		}
	}
	var file wireFile
	_ = json.Unmarshal(f.call(t, "getFile", params{"file_id": sent.Document.FileID}).Result, &file)
	res, err := http.Get(f.url + "/file/bot" + f.Token() + "/" + file.FilePath)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got, _ := io.ReadAll(res.Body); string(got) != pdf[1] {
		t.Errorf("downloaded %q", got)
	}
	if got := f.Violations(); got != nil {
		t.Errorf("violations: %q", got)
	}
}

func TestPhotosMustBePictures(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	f.anna.Start("")
	for _, tt := range []struct{ content, want string }{
		{string(picture(t)), ""},
		{"<svg/>", "Bad Request: IMAGE_PROCESS_FAILED"},
		{"", "Bad Request: file must be non-empty"},
	} {
		kind, body := form(t, map[string]string{"chat_id": "1001"}, map[string][2]string{"photo": {"a.png", tt.content}})
		r := f.post(t, "sendPhoto", kind, body)
		if r.Description != tt.want {
			t.Errorf("%q: %s", tt.content, r.Description)
		}
		if r.OK {
			f.conforms(t, []string{"Message"}, r.Result)
		}
	}
	kind, body := form(t, map[string]string{"chat_id": "1001"}, map[string][2]string{"text": {"a.txt", "текст"}})
	if r := f.post(t, "sendMessage", kind, body); r.Description != `Bad Request: field "text" has a wrong type or value` {
		t.Errorf("a file as text: %+v", r)
	}
}
