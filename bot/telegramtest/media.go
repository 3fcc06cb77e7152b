package telegramtest

import (
	"path/filepath"
	"slices"
	"strings"
)

// medium is a kind of file that a message can show: how TDLib calls it in
// "can't use file of type", and the endings and MIME types that it takes. What
// is of another kind arrives as a document (Bot API, sendVideo, sendAnimation,
// sendAudio, sendVoice: "other formats may be sent as Document").
type medium struct {
	name, tdlib string
	endings     []string
	types       []string
}

// media are the kinds by the parameter that carries them.
func media() map[string]medium {
	return map[string]medium{
		"photo":      {name: "photo", tdlib: "Photo"},
		"document":   {name: "document", tdlib: "Document"},
		"video":      {"video", "Video", []string{".mp4"}, []string{"video/mp4"}},
		"audio":      {"audio", "Audio", []string{".mp3", ".m4a"}, []string{"audio/mpeg", "audio/mp4"}},
		"voice":      {"voice", "VoiceNote", []string{".ogg", ".oga", ".mp3", ".m4a"}, []string{"audio/ogg", "audio/mpeg", "audio/mp4"}},
		"animation":  {"animation", "Animation", []string{".gif", ".mp4"}, []string{"image/gif", "video/mp4"}},
		"video_note": {"video_note", "VideoNote", []string{".mp4"}, []string{"video/mp4"}},
	}
}

// takes tells whether Telegram shows a file as this kind.
func (m medium) takes(f *File) bool {
	return slices.Contains(m.endings, strings.ToLower(filepath.Ext(f.Name))) || slices.Contains(m.types, f.MIME)
}

// shown puts a file into a message as a kind, and remembers which it became.
func (m medium) shown(f *File, wire *wireMessage) *failure {
	kind := m
	if m.name != "photo" && m.name != "document" && !m.takes(f) {
		kind = media()["document"]
	}
	if f.kind == "" {
		f.kind = kind.tdlib
	}
	play := wirePlayed{FileID: f.ID, FileUniqueID: f.UniqueID, Duration: 1, FileName: f.Name, MimeType: f.MIME, FileSize: len(f.Data)}
	frame := wireFrame{wirePlayed: play, Width: 1280, Height: 720}
	switch kind.name {
	case "photo":
		sizes, fail := f.photo()
		wire.Photo = sizes
		return fail
	case "video":
		wire.Video = &frame
	case "audio":
		wire.Audio = &play
	case "voice":
		wire.Voice = &wireVoice{f.ID, f.UniqueID, 1, f.MIME, len(f.Data)}
	case "animation": // "For backward compatibility, when this field is set, the document field will also be set"
		wire.Animation, wire.Document = &frame, f.document()
	case "video_note":
		wire.VideoNote = &wireNote{f.ID, f.UniqueID, 240, 1, len(f.Data)}
	default:
		wire.Document = f.document()
	}
	return nil
}

// sendMedia plays the Bot API's methods that send one file.
func (s *Server) sendMedia(name string) method {
	return func(c *call) (any, *failure) {
		m := &message{}
		var fail *failure
		if m.wire.Caption, m.wire.CaptionEntities, fail = caption(c); fail != nil {
			return nil, fail
		}
		if m.file, fail = s.incoming(c, name); fail != nil {
			return nil, fail
		}
		if fail = media()[name].shown(m.file, &m.wire); fail != nil {
			return nil, fail
		}
		return s.send(c, m)
	}
}
