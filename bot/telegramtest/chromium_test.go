package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAlbumAndVideoInChromium looks at both on a phone: photos that hold
// together under one caption, and a player that can seek. With
// VORONKA_TEST_PICTURES set to a folder it leaves a picture there.
func TestAlbumAndVideoInChromium(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Log("NOT RUN: there is no chromium")
		return
	}
	f := open(t, Config{})
	f.anna.Start("")
	sendColours(t, f, color.RGBA{214, 92, 60, 255}, color.RGBA{60, 140, 214, 255}, color.RGBA{90, 170, 90, 255})
	kind, body := form(t, map[string]string{"chat_id": "1001", "caption": "Урок первый"}, map[string][2]string{"video": {"урок.mp4", "\x00\x00\x00\x18ftypmp42"}})
	if r := f.post(t, "sendVideo", kind, body); !r.OK {
		t.Fatal(r.Description)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(390, 1200))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(f.url+"/?user=1001&lang=ru"), chromedp.WaitVisible("video.film")); err != nil {
		t.Fatal(err)
	}
	for what, expression := range map[string]string{
		"three photos are loaded": `(async () => { const all = [...document.querySelectorAll('a.photo img')];
			await Promise.all(all.map(i => i.decode())); return all.length === 3 && all.every(i => i.naturalWidth === 400) })()`,
		"they are tiles of one bubble": `(() => { const r = [...document.querySelectorAll('.album img')].map(i => i.getBoundingClientRect());
			return r.length === 3 && r[0].top === r[1].top && r[0].right < r[1].left && r[2].top > r[0].bottom && r[2].width > r[0].width * 1.9 })()`,
		"the caption is below them":   `document.querySelector('.album .text b').getBoundingClientRect().top > document.querySelectorAll('.album img')[2].getBoundingClientRect().bottom`,
		"they hold together":          `document.querySelectorAll('.row.of-album').length === 2 && new Set([...document.querySelectorAll('[data-group]')].map(r => r.dataset.group)).size === 1`,
		"one caption and one time":    `[...document.querySelectorAll('.album .text')].filter(e => e.offsetHeight > 0).length === 1`,
		"the video is a player":       `document.querySelector('video.film').controls`,
		"it can seek":                 `fetch(document.querySelector('video.film').src, {headers: {Range: 'bytes=4-7'}}).then(async r => r.status === 206 && r.headers.get('Content-Type') === 'video/mp4' && await r.text() === 'ftyp')`,
		"no wider than the phone":     `document.documentElement.scrollWidth <= innerWidth`,
		"nothing sticks out sideways": `[...document.querySelectorAll('.row img, .row video')].every(e => { const r = e.getBoundingClientRect(); return r.left >= 0 && r.right <= innerWidth && r.height > 40 })`,
	} {
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("(async () => Boolean(await ("+expression+")))()", chromedp.EvalAwaitPromise))
		if err != nil || !holds {
			t.Errorf("%s: %v, %v", what, holds, err)
		}
	}
	if dir := os.Getenv("VORONKA_TEST_PICTURES"); dir != "" {
		shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "album.png"), shot, 0o644)
		}
		if err != nil {
			t.Error(err)
		}
	}
}

// sendColours sends an album of photos, one of each colour.
func sendColours(t *testing.T, f *fixture, colours ...color.RGBA) {
	t.Helper()
	files, items := map[string][2]string{}, []map[string]any{}
	for i, colour := range colours {
		photo := image.NewRGBA(image.Rect(0, 0, 400, 300))
		draw.Draw(photo, photo.Bounds(), image.NewUniform(colour), image.Point{}, draw.Src)
		var out bytes.Buffer
		if err := png.Encode(&out, photo); err != nil {
			t.Fatal(err)
		}
		name := string(rune('a'+i)) + ".png"
		files[name] = [2]string{name, out.String()}
		items = append(items, map[string]any{"type": "photo", "media": "attach://" + name})
	}
	items[0]["caption"], items[0]["parse_mode"] = "<b>Работы учеников</b>", "HTML"
	media, err := json.Marshal(items)
	if err != nil {
		t.Fatal(err)
	}
	kind, body := form(t, map[string]string{"chat_id": "1001", "media": string(media)}, files)
	if r := f.post(t, "sendMediaGroup", kind, body); !r.OK {
		t.Fatal(r.Description)
	}
}
