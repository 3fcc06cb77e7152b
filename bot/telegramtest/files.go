package telegramtest

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"mime"
	"net/http"
	"path/filepath"
	"strings"
)

// Sizes a cloud Bot API server takes (Bot API, "Sending files" and getFile).
const (
	maxPhoto       = 10 << 20
	maxUpload      = 50 << 20
	maxURLPhoto    = 5 << 20
	maxURLDocument = 20 << 20
	maxDownload    = 20 << 20
)

// File is a file on the server, with its content.
type File struct {
	ID       string
	UniqueID string // the same for the same content
	Name     string
	MIME     string
	Path     string // file_path of getFile
	Data     []byte

	kind string // what it was first sent as, in TDLib's word; an id belongs to one kind
}

// keep stores a file and gives it its ids. The caller holds s.mu.
func (s *Server) keep(name, contentType string, data []byte) *File {
	sum := sha256.Sum256(data)
	if contentType == "" || contentType == "application/octet-stream" {
		contentType = mime.TypeByExtension(filepath.Ext(name))
	}
	if contentType == "" {
		contentType = http.DetectContentType(data)
	}
	contentType, _, _ = mime.ParseMediaType(contentType)
	f := &File{
		ID: "BQAC" + rand.Text() + rand.Text(), UniqueID: base64.RawURLEncoding.EncodeToString(sum[:11]),
		Name: name, MIME: contentType, Data: data,
	}
	folder := "documents"
	if strings.HasPrefix(contentType, "image/") {
		folder = "photos"
	}
	f.Path = fmt.Sprintf("%s/file_%d%s", folder, len(s.files), filepath.Ext(name))
	s.files[f.ID] = f
	return f
}

// incoming finds the file that a send method means: an upload, attach://part, or a file_id.
// Files given by URL were fetched before, see fetchURLs. The caller holds s.mu.
func (s *Server) incoming(c *call, name string) (*File, *failure) {
	part := name
	if attached, ok := strings.CutPrefix(c.text(name), "attach://"); ok {
		part = attached
	} else if _, fetched := c.files[c.text(name)]; fetched {
		part = c.text(name) // an album's file that was sent as a URL
	}
	up, uploaded := c.files[part]
	switch {
	case uploaded && len(up.data) == 0:
		return nil, badRequest("file must be non-empty")
	case uploaded && name == "photo" && len(up.data) > maxPhoto:
		return nil, badRequest("file of size %d bytes is too big for a photo; the maximum size is %d bytes", len(up.data), maxPhoto)
	case uploaded && len(up.data) > maxUpload:
		return nil, &failure{Code: 413, Description: "Request Entity Too Large"}
	case uploaded:
		return s.keep(up.name, up.mime, up.data), nil
	}
	if f, ok := s.files[c.text(name)]; ok {
		if as := media()[name].tdlib; f.kind != "" && f.kind != as {
			return nil, badRequest("can't use file of type %s as %s", f.kind, as)
		}
		return f, nil
	}
	return nil, badRequest("wrong file identifier/HTTP URL specified")
}

// fetchURLs downloads the files that were sent as URLs, outside of any lock.
func (s *Server) fetchURLs(c *call) *failure {
	for name := range media() {
		if fail := s.fetchURL(c, name, c.text(name), name); fail != nil {
			return fail
		}
	}
	if c.method != "sendMediaGroup" {
		return nil
	}
	for address, item := range c.addresses() {
		if fail := s.fetchURL(c, item.Type, address, address); fail != nil {
			return fail
		}
	}
	return nil
}

// fetchURL downloads one file and keeps it as a part of the request.
func (s *Server) fetchURL(c *call, name, address, part string) *failure {
	if !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") {
		return nil
	}
	limit := int64(maxURLDocument)
	switch name {
	case "photo":
		limit = maxURLPhoto
	case "video_note": // "Sending video notes by a URL is currently unsupported" (Bot API, sendVideoNote)
		return badRequest("wrong file identifier/HTTP URL specified")
	}
	unreachable := badRequest("failed to get HTTP URL content")
	req, err := http.NewRequestWithContext(c.ctx, http.MethodGet, address, nil)
	if err != nil {
		return badRequest("wrong file identifier/HTTP URL specified")
	}
	res, err := s.cfg.Client.Do(req)
	if err != nil {
		return unreachable
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	res.Body.Close()
	if err != nil || res.StatusCode != http.StatusOK || int64(len(data)) > limit {
		return unreachable
	}
	c.files[part] = &upload{name: filepath.Base(req.URL.Path), mime: res.Header.Get("Content-Type"), data: data}
	return nil
}

func (f *File) document() *wireDocument {
	return &wireDocument{f.ID, f.UniqueID, f.Name, f.MIME, len(f.Data)}
}

// photo gives the sizes of a picture; what cannot be decoded is no picture.
func (f *File) photo() ([]wirePhoto, *failure) {
	for _, decode := range []func(io.Reader) (image.Config, error){png.DecodeConfig, jpeg.DecodeConfig, gif.DecodeConfig} {
		config, err := decode(bytes.NewReader(f.Data))
		if err != nil {
			continue
		}
		if config.Width+config.Height > 10_000 || config.Width > 20*config.Height || config.Height > 20*config.Width {
			return nil, badRequest("PHOTO_INVALID_DIMENSIONS")
		}
		return []wirePhoto{{f.ID, f.UniqueID, config.Width, config.Height, len(f.Data)}}, nil
	}
	return nil, badRequest("IMAGE_PROCESS_FAILED")
}

// getFile plays the Bot API's getFile.
func (s *Server) getFile(c *call) (any, *failure) {
	f, ok := s.files[c.text("file_id")]
	switch {
	case !ok:
		return nil, badRequest("invalid file_id")
	case len(f.Data) > maxDownload:
		return nil, badRequest("file is too big")
	}
	return wireFile{f.ID, f.UniqueID, len(f.Data), f.Path}, nil
}

func isFilePath(p string) bool { return strings.HasPrefix(p, "/file/bot") }

// serveDownload answers /file/bot<token>/<file_path>.
func (s *Server) serveDownload(w http.ResponseWriter, r *http.Request) {
	token, path := splitBotPath(strings.TrimPrefix(r.URL.Path, "/file"))
	if token != s.cfg.Token {
		writeFailure(w, &failure{Code: 401, Description: "Unauthorized"})
		return
	}
	s.mu.Lock()
	var found *File
	for _, f := range s.files {
		if f.Path == path {
			found = f
		}
	}
	s.mu.Unlock()
	if found == nil {
		writeFailure(w, &failure{Code: 404, Description: "Not Found: file not found"})
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(found.Data)
}
