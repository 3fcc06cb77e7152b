package bot

import (
	"context"
	"slices"
	"strings"

	"voronka/flows"
	"voronka/storage"
)

// Media is one file of a message and how it is shown.
type Media struct {
	Kind flows.MediaKind
	*File
}

// Files are all files of a message, in order.
func (m Message) Files() []Media {
	switch {
	case m.Document != nil:
		return []Media{{flows.MediaDocument, m.Document}}
	case m.Photo != nil:
		return []Media{{flows.MediaPhoto, m.Photo}}
	}
	return m.Media
}

// attach reads the files of what is said into the message.
func (b *Bot) attach(ctx context.Context, message *Message, say flows.Say) error {
	for _, one := range say.Sent() {
		file, err := b.file(ctx, string(one.Kind), one.File)
		switch {
		case err != nil:
			return err
		case one.Kind == flows.MediaPhoto && !say.Album():
			message.Photo = file
		case one.Kind == flows.MediaDocument && !say.Album():
			message.Document = file
		default:
			message.Media = append(message.Media, Media{one.Kind, file})
		}
	}
	return nil
}

// keepFiles keeps the ids that uploaded files were given, nil when there are none.
func (b *Bot) keepFiles(files []Media, sent Sent) func(storage.Tx) error {
	ids := sent.Files
	if len(ids) == 0 {
		ids = []string{sent.File}
	}
	known := map[string]string{}
	for i, file := range files {
		if i < len(ids) && ids[i] != "" && len(file.Content) > 0 && !file.Fleeting {
			known[fileRef(string(file.Kind), file.Content)] = ids[i]
		}
	}
	if len(known) == 0 {
		return nil
	}
	return func(tx storage.Tx) error {
		for ref, id := range known {
			if err := tx.PutRef(ref, id); err != nil {
				return err
			}
		}
		return nil
	}
}

// uploaded tells whether the channel was told an id that an upload was given
// earlier: a file that it does not take any more can be uploaded again.
func uploaded(files []Media) bool {
	return slices.ContainsFunc(files, func(file Media) bool { return file.Known != "" && len(file.Content) > 0 })
}

// elsewhere is a file that is not read from the project, nil for one that is.
func elsewhere(name string) *File {
	if id, known := strings.CutPrefix(name, flows.FileID); known {
		return &File{Known: id}
	}
	if strings.HasPrefix(name, "https://") || strings.HasPrefix(name, "http://") {
		return &File{URL: name}
	}
	return nil
}
