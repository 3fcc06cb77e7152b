package telegramtest

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// maxRequest is what a cloud Bot API server takes: uploads of 50 MB and some room for the rest.
const maxRequest = 51 << 20

// How a parameter arrived.
const (
	formText  = 't' // query, urlencoded or multipart text
	jsonText  = 's' // a JSON string
	jsonOther = 'j' // any other JSON value, kept as its JSON text
)

// param is one parameter of a request.
type param struct {
	text string
	kind byte
}

// upload is a file sent with a multipart request.
type upload struct {
	name, mime string
	data       []byte
}

func isBotPath(p string) bool {
	rest, ok := strings.CutPrefix(p, "/bot")
	return ok && strings.Contains(rest, "/")
}

// splitBotPath takes "/bot<token>/<method>" apart.
func splitBotPath(p string) (token, method string) {
	token, method, _ = strings.Cut(strings.TrimPrefix(p, "/bot"), "/")
	return token, strings.TrimSuffix(method, "/")
}

// botID is the number in front of the token's colon.
func botID(token string) int64 {
	number, _, _ := strings.Cut(token, ":")
	id, _ := strconv.ParseInt(number, 10, 64)
	return id
}

// readRequest collects parameters and files in the four ways the Bot API allows (docs, "Making requests").
func readRequest(r *http.Request, c *call) *failure {
	addForm(c, r.URL.Query())
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "application/json":
		err = readJSON(r.Body, c)
	case "multipart/form-data":
		err = readMultipart(multipart.NewReader(r.Body, params["boundary"]), c)
	case "application/x-www-form-urlencoded":
		err = readForm(r.Body, c)
	default:
		_, err = io.Copy(io.Discard, r.Body)
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &failure{Code: http.StatusRequestEntityTooLarge, Description: "Request Entity Too Large"}
	}
	if err != nil {
		return badRequest("can't parse request: %v", err)
	}
	return nil
}

func addForm(c *call, values url.Values) {
	for name, v := range values {
		c.params[name] = param{v[len(v)-1], formText}
	}
}

func readForm(body io.Reader, c *call) error {
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	values, err := url.ParseQuery(string(raw))
	addForm(c, values)
	return err
}

func readJSON(body io.Reader, c *call) error {
	raw, err := io.ReadAll(body)
	if err != nil || len(raw) == 0 {
		return err
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil {
		return errors.New("can't parse JSON object")
	}
	for name, value := range object {
		var text string
		switch {
		case string(value) == "null":
			continue
		case json.Unmarshal(value, &text) == nil:
			c.params[name] = param{text, jsonText}
		default:
			c.params[name] = param{string(value), jsonOther}
		}
	}
	return nil
}

// readMultipart takes an empty multipart body for no parameters, as the cloud server does.
func readMultipart(parts *multipart.Reader, c *call) error {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if part.FileName() == "" {
			c.params[part.FormName()] = param{string(data), formText}
			continue
		}
		c.files[part.FormName()] = &upload{
			name: path.Base(part.FileName()), mime: part.Header.Get("Content-Type"), data: data,
		}
	}
}

// names lists parameters and file parts in a stable order.
func (c *call) names() []string {
	names := slices.Collect(maps.Keys(c.params))
	for name := range c.files {
		if _, both := c.params[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (c *call) has(name string) bool {
	_, isParam := c.params[name]
	_, isFile := c.files[name]
	return isParam || isFile
}

func (c *call) text(name string) string { return c.params[name].text }

// number is an Integer parameter, zero when absent; its form is checked already.
func (c *call) number(name string) int64 {
	n, _ := strconv.ParseInt(c.params[name].text, 10, 64)
	return n
}

func (c *call) flag(name string) bool {
	v, _ := parseBool(c.params[name].text)
	return v
}

// decode reads a JSON parameter; absent or empty leaves into as it is.
func (c *call) decode(name string, into any) {
	_ = json.Unmarshal([]byte(c.params[name].text), into)
}

func parseBool(text string) (value, ok bool) {
	switch strings.ToLower(text) {
	case "true", "yes", "1":
		return true, true
	case "false", "no", "0", "":
		return false, true
	}
	return false, false
}
