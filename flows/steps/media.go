package steps

import (
	"path"
	"slices"
	"strings"

	"voronka/flows"
)

// media are the files of a message:
//
//	photo: cover.jpg           # or document, video, audio, voice, animation, video_note
//	album: [one.jpg, two.jpg, {video: three.mp4}]
//
// A file is a path in the project, an address, or file_id: and Telegram's id.
type media struct {
	pos   flows.Pos
	files []attached
	album bool
}

type attached struct {
	kind flows.MediaKind
	file flows.Template
}

// mediaKeys are the keys of a message that name files.
func mediaKeys() []string {
	keys := []string{"album"}
	for _, kind := range flows.MediaKinds() {
		keys = append(keys, string(kind))
	}
	return keys
}

// readMedia reads the files of a message; one message shows one, or an album.
func readMedia(n flows.Node) media {
	m := media{pos: n.Pos()}
	for _, kind := range flows.MediaKinds() {
		field := n.Field(string(kind))
		if field.Zero() {
			continue
		}
		if len(m.files) > 0 {
			field.Error("photo_and_document")
		}
		m.files = append(m.files, attached{kind, flows.ReadTemplate(field)})
	}
	if album := n.Field("album"); !album.Zero() {
		if len(m.files) > 0 {
			album.Error("photo_and_document")
		}
		m.album, m.files = true, readAlbum(album)
	}
	m.readNote(n)
	return m
}

// readNote refuses what a round video cannot have (Bot API, sendVideoNote): a
// caption, and a link in the place of the file.
func (m media) readNote(n flows.Node) {
	if !m.note() {
		return
	}
	if !n.Field("say").Zero() {
		n.Field("say").Error("note_with_text")
	}
	if isLink(m.files[0].file.Source) {
		n.Field(string(flows.MediaVideoNote)).Error("note_by_link")
	}
}

func (m media) note() bool { return len(m.files) == 1 && m.files[0].kind == flows.MediaVideoNote }

// readAlbum reads the items of an album.
func readAlbum(n flows.Node) []attached {
	var files []attached
	for _, item := range n.Items() {
		files = append(files, readItem(item))
	}
	if len(files) < flows.MinAlbum || len(files) > flows.MaxAlbum {
		n.Error("album_size", "Files", len(files), "Min", flows.MinAlbum, "Max", flows.MaxAlbum)
	}
	for _, one := range files[min(1, len(files)):] {
		if family(one.kind) != family(files[0].kind) {
			n.Error("album_mixed", "First", string(files[0].kind), "Second", string(one.kind))
			break
		}
	}
	return files
}

// readItem reads a file by its kind, or a name whose ending tells the kind.
func readItem(n flows.Node) attached {
	if n.IsScalar() {
		file := flows.ReadTemplate(n)
		return attached{kindOf(file.Source), file}
	}
	keys := []string{string(flows.MediaPhoto), string(flows.MediaVideo), string(flows.MediaDocument), string(flows.MediaAudio)}
	n.Only(keys...)
	for _, key := range keys {
		if field := n.Field(key); !field.Zero() {
			return attached{flows.MediaKind(key), flows.ReadTemplate(field)}
		}
	}
	n.Error("empty_album_item", "Known", strings.Join(keys, ", "))
	return attached{kind: flows.MediaPhoto}
}

// family is what an album may hold together: photos and videos; documents and
// audio only with their like (Bot API, sendMediaGroup).
func family(kind flows.MediaKind) flows.MediaKind {
	if kind == flows.MediaVideo {
		return flows.MediaPhoto
	}
	return kind
}

func kindOf(name string) flows.MediaKind {
	name, _, _ = strings.Cut(name, "?")
	switch strings.ToLower(path.Ext(name)) {
	case ".mp4", ".mov":
		return flows.MediaVideo
	case ".mp3", ".m4a":
		return flows.MediaAudio
	case ".pdf", ".zip", ".doc", ".docx", ".xls", ".xlsx", ".epub", ".txt":
		return flows.MediaDocument
	}
	return flows.MediaPhoto
}

// put adds the files to a message; names that came out empty show nothing.
func (m media) put(r *flows.Run, say *flows.Say) {
	var shown []flows.Media
	for _, one := range m.files {
		if file := strings.TrimSpace(r.Fill(one.file)); file != "" {
			shown = append(shown, flows.Media{Kind: one.kind, File: file})
		}
	}
	switch {
	case len(shown) != 1:
		say.Media = shown
	case shown[0].Kind == flows.MediaPhoto:
		say.Photo = shown[0].File
	case shown[0].Kind == flows.MediaDocument:
		say.Document = shown[0].File
	default:
		say.Media = shown
	}
}

// uses tells the linter of the files.
func (m media) uses(uses *flows.Uses) {
	for _, one := range m.files {
		uses.Reads = slices.Concat(uses.Reads, one.file.Reads())
		if !one.file.Zero() {
			uses.Files = append(uses.Files, flows.Ref{Name: one.file.Source, Pos: one.file.Pos, Media: one.kind})
		}
	}
}
