package flows

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Limits of what a bot may upload (Bot API, Sending files; sendPhoto): 10 MB
// for a photo, 50 MB for anything else; a photo's width and height make no more
// than 10000 together, and the one is no more than 20 times the other.
const (
	maxPhoto      = 10 << 20
	maxUpload     = 50 << 20
	maxPhotoSides = 10_000
	maxPhotoRatio = 20
)

// attachments checks that what is sent lies in the project, and that Telegram
// takes it.
func (c *checker) attachments(fsys fs.FS) {
	refs := slices.Clone(c.draft.files)
	for _, uses := range c.uses {
		refs = append(refs, uses.Files...)
	}
	for _, ref := range refs {
		if isElsewhere(ref.Name) || strings.Contains(ref.Name, "#{") {
			continue
		}
		if !fs.ValidPath(ref.Name) || path.Clean(ref.Name) != ref.Name || strings.Contains(ref.Name, `\`) {
			c.fail(ref.Pos, "bad_path", "File", ref.Name)
			continue
		}
		if fsys == nil {
			continue
		}
		if info, err := fs.Stat(fsys, ref.Name); err != nil || info.IsDir() {
			c.fail(ref.Pos, "no_file", "File", ref.Name)
		} else {
			c.attachment(fsys, ref, info.Size())
		}
	}
}

func (c *checker) attachment(fsys fs.FS, ref Ref, size int64) {
	limit := int64(maxUpload)
	if ref.Media == MediaPhoto {
		limit = maxPhoto
	}
	switch {
	case size == 0:
		c.fail(ref.Pos, "empty_attachment", "File", ref.Name)
	case size > limit && ref.Media != MediaDownload:
		c.fail(ref.Pos, "file_too_large", "File", ref.Name, "Size", (size+1<<20-1)>>20, "Max", limit>>20)
	case ref.Media == MediaPhoto:
		width, height, known := pictureSize(fsys, ref.Name)
		if !known {
			return
		}
		if width+height > maxPhotoSides || max(width, height) > maxPhotoRatio*min(width, height) {
			c.fail(ref.Pos, "photo_too_large", "File", ref.Name, "Width", width, "Height", height)
		}
	}
}

// pictureSize reads the beginning of a JPEG or PNG picture; others are not known.
func pictureSize(fsys fs.FS, name string) (width, height int, known bool) {
	file, err := fsys.Open(name)
	if err != nil {
		return 0, 0, false
	}
	defer func() { _ = file.Close() }() // nothing was written
	head, err := io.ReadAll(io.LimitReader(file, 1<<20))
	if err != nil {
		return 0, 0, false
	}
	for _, read := range []func(io.Reader) (image.Config, error){jpeg.DecodeConfig, png.DecodeConfig} {
		if config, err := read(bytes.NewReader(head)); err == nil && config.Width > 0 && config.Height > 0 {
			return config.Width, config.Height, true
		}
	}
	return 0, 0, false
}
