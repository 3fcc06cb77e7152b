package flows

import "strings"

// MediaKind is how a file is shown, in the words of the language.
type MediaKind string

// What a message can show beside Photo and Document of a Say (Bot API, sendVideo and on).
const (
	MediaPhoto     MediaKind = "photo"
	MediaDocument  MediaKind = "document"
	MediaVideo     MediaKind = "video"
	MediaAudio     MediaKind = "audio"
	MediaVoice     MediaKind = "voice"
	MediaAnimation MediaKind = "animation"
	MediaVideoNote MediaKind = "video_note"
)

// MediaDownload is a file that no message shows: a link leads to it.
const MediaDownload MediaKind = "download"

// MediaKinds are all of them in the order they are documented.
func MediaKinds() []MediaKind {
	return []MediaKind{MediaPhoto, MediaDocument, MediaVideo, MediaAudio, MediaVoice, MediaAnimation, MediaVideoNote}
}

// Bounds of an album (Bot API, sendMediaGroup).
const (
	MinAlbum = 2
	MaxAlbum = 10
)

// Media is one file of a message.
type Media struct {
	Kind MediaKind `json:"kind"`
	// File is a path in the project folder, an http address, or FileID and the
	// channel's own id.
	File string `json:"file"`
}

// FileID begins the name of a file that the channel has already, by its id there.
const FileID = "file_id:"

// Sent are the files of a message, in order.
func (s Say) Sent() []Media {
	switch {
	case s.Photo != "":
		return []Media{{MediaPhoto, s.Photo}}
	case s.Document != "":
		return []Media{{MediaDocument, s.Document}}
	}
	return s.Media
}

// Album tells whether the message is an album, which carries no buttons.
func (s Say) Album() bool { return len(s.Media) > 1 }

// kind is what a journal calls the message.
func (s Say) kind() string {
	files := s.Sent()
	switch {
	case len(files) == 0:
		return "text"
	case s.Album():
		return "album"
	}
	return string(files[0].Kind)
}

// isElsewhere tells whether a file is not one of the project.
func isElsewhere(name string) bool { return isWebAddress(name) || strings.HasPrefix(name, FileID) }
