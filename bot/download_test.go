package bot_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"voronka/bot"
	"voronka/sales"
	"voronka/storage"
)

// archive sells a file that no message could hold.
const archive = `
flow: shop
title: Магазин
start: welcome
products:
  course:
    title: Курс
    price: 4900
    deliver: {download: "files/Уроки & задачи.zip", expires: 2d, text: Ваши уроки}
states:
  welcome: {do: [{say: Привет, buttons: [[{text: Купить, to: pay}]]}]}
  pay:
    do: [{pay: course}]
    on: [{success: thanks, fail: pay, different_amounts: pay, expired: pay, error: pay}]
  thanks: {do: [{deliver: course}], end: true}
`

// signet seals with a signature, as the real one does, and hides nothing.
type signet string

func (k signet) sign(purpose, plain string) string {
	mac := hmac.New(sha256.New, []byte(k))
	mac.Write([]byte(purpose + "\x00" + plain))
	return plain + string(mac.Sum(nil))
}

func (k signet) Seal(purpose, plain string) string {
	return "v1:" + base64.RawStdEncoding.EncodeToString([]byte(k.sign(purpose, plain)))
}

func (k signet) Open(purpose, sealed string) (string, error) {
	text, known := strings.CutPrefix(sealed, "v1:")
	raw, err := base64.RawStdEncoding.Strict().DecodeString(text)
	if !known || err != nil || len(raw) < sha256.Size {
		return "", errors.New("not sealed")
	}
	plain := string(raw[:len(raw)-sha256.Size])
	if !hmac.Equal(raw, []byte(k.sign(purpose, plain))) {
		return "", errors.New("not sealed with this key")
	}
	return plain, nil
}

const lesson = "lesson one"

// sells is a world with the archive's file and a real key.
func sells(t *testing.T, change ...func(*bot.Config)) *world {
	t.Helper()
	return newWorld(t, archive, append([]func(*bot.Config){func(c *bot.Config) {
		c.Sealer, c.Files = signet("ours"), nil
		folder := filepath.Join(c.Project.Dir, "files")
		if err := errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, "Уроки & задачи.zip"), []byte(lesson), 0o600)); err != nil {
			t.Fatal(err)
		}
	}}, change...)...)
}

// ticket is the end of the newest link to a file in the chat.
func (w *world) ticket() string {
	w.Helper()
	texts := w.chat.texts()
	_, signed, found := strings.Cut(texts[len(texts)-1], "https://shop.example/files/")
	if !found {
		w.Fatalf("no link in %q", texts)
	}
	return signed
}

func (w *world) buysFile() string {
	w.Helper()
	w.notify(paid(w.toPay()))
	w.drain()
	return w.ticket()
}

func (w *world) downloads(signed string) error {
	file, err := w.Download(w.ctx(), signed)
	if err != nil {
		return err
	}
	content, err := io.ReadAll(file)
	if string(content) != lesson {
		w.Errorf("the file says %q", content)
	}
	return errors.Join(err, file.Close())
}

func TestFileIsHandedOverByALink(t *testing.T) {
	t.Parallel()
	w := sells(t)
	signed := w.buysFile()
	texts := w.chat.texts()
	if last := texts[len(texts)-1]; !strings.HasPrefix(last, "Ваши уроки\n") || strings.ContainsAny(signed, "+/&? ") || strings.Contains(signed, w.orders()[0].ID) {
		t.Errorf("the chat says %q", last)
	}
	for range 3 {
		if err := w.downloads(signed); err != nil {
			t.Errorf("download: %v", err)
		}
	}
}

func TestHostileLinksLeadNowhere(t *testing.T) {
	t.Parallel()
	w := sells(t)
	signed := w.buysFile()
	order := w.orders()[0].ID
	foreign := func(purpose, text string) string {
		return strings.NewReplacer("+", "-", "/", "_", ":", ".").Replace(signet("theirs").Seal(purpose, text))
	}
	hostile := map[string]string{
		"empty": "", "cut": signed[:len(signed)-1], "twice": signed + signed, "shifted": signed[1:], "other case": strings.ToUpper(signed),
		"a path": "../../../etc/passwd", "an encoded path": "..%2f..%2fetc%2fpasswd", "zero bytes": "\x00\x00", "long": strings.Repeat("v1.", 5000),
		"plain":         base64.RawURLEncoding.EncodeToString([]byte(`{"o":"` + order + `","f":"shop.yaml","u":9999999999}`)),
		"another's key": foreign("download", `{"o":"`+order+`","f":"files/Уроки & задачи.zip","u":9999999999}`),
	}
	for i := 3; i < len(signed); i += 7 {
		flipped := []byte(signed)
		if flipped[i]++; flipped[i] > 'z' {
			flipped[i] = 'A'
		}
		hostile["flipped "+string(flipped[:i])] = string(flipped)
	}
	for name, link := range hostile {
		if err := w.downloads(link); !errors.Is(err, bot.ErrNoDownload) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if texts := w.chat.texts(); !strings.Contains(texts[len(texts)-1], signed) {
		t.Error("a hostile link had something sent")
	}
}

// TestSignedPathsStayInTheFolder signs what no funnel says: whoever edits the
// funnel must not reach other files of the machine.
func TestSignedPathsStayInTheFolder(t *testing.T) {
	t.Parallel()
	w := sells(t)
	w.buysFile()
	dir := w.config.Project.Dir
	outside := filepath.Join(t.TempDir(), "secret")
	if err := errors.Join(os.WriteFile(outside, []byte("secret"), 0o600), os.Symlink(outside, filepath.Join(dir, "files", "way-out"))); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"../secret", "/etc/passwd", "files/../../secret", "files/way-out", "files", ".", "", `..\secret`, "files//x", "нет.zip"} {
		sealed := w.config.Sealer.Seal("download", `{"o":"`+w.orders()[0].ID+`","f":"`+strings.ReplaceAll(path, `\`, `\\`)+`","u":9999999999}`)
		if err := w.downloads(strings.NewReplacer("+", "-", "/", "_", ":", ".").Replace(sealed)); !errors.Is(err, bot.ErrNoDownload) {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestLateLinkIsRenewedInTheChatAlone(t *testing.T) {
	t.Parallel()
	w := sells(t)
	old := w.buysFile()
	w.pass(2*24*time.Hour - time.Second)
	if err := w.downloads(old); err != nil {
		t.Fatalf("a second before the end: %v", err)
	}
	w.pass(time.Second)
	before := len(w.chat.texts())
	for range 5 { // whoever found it knocks and knocks
		if err := w.downloads(old); !errors.Is(err, bot.ErrLate) {
			t.Fatalf("after the end: %v", err)
		}
		w.drain()
	}
	if got := len(w.chat.texts()) - before; got != 1 {
		t.Errorf("%d new links", got)
	}
	fresh := w.ticket()
	if fresh == old {
		t.Fatal("the same link")
	}
	if err := w.downloads(fresh); err != nil {
		t.Errorf("the new link: %v", err)
	}
	w.pass(25 * time.Hour)
	if err := w.downloads(old); !errors.Is(err, bot.ErrLate) {
		t.Error(err)
	}
	w.drain()
	if got := len(w.chat.texts()) - before; got != 2 {
		t.Errorf("%d new links on the second day", got)
	}
}

func TestWhatWasGivenBackIsNotHandedOver(t *testing.T) {
	t.Parallel()
	for name, withdraw := range map[string]func(sales.Order, sales.Payment) (sales.Order, sales.Payment){
		"withdrawn": func(o sales.Order, p sales.Payment) (sales.Order, sales.Payment) {
			o.WithdrawnAt = time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC)
			return o, p
		},
		"refunded": func(o sales.Order, p sales.Payment) (sales.Order, sales.Payment) {
			p.Status = sales.PaymentRefunded
			return o, p
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := sells(t)
			signed := w.buysFile()
			order, payment := withdraw(w.orders()[0], w.payment())
			err := w.store.Update(w.ctx(), func(tx storage.Tx) error {
				return errors.Join(tx.PutOrder(order), tx.PutPayment(payment))
			})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := w.downloads(signed); !errors.Is(err, bot.ErrWithdrawn) {
					t.Errorf("download: %v", err)
				}
				w.pass(3 * 24 * time.Hour) // late and withdrawn: nothing is sent anew
			}
			w.drain()
			if again := w.ticket(); again != signed {
				t.Error("a new link was sent")
			}
		})
	}
}

func TestWithoutAnAddressTheFileIsSent(t *testing.T) {
	t.Parallel()
	w := sells(t, func(c *bot.Config) { c.PublicURL = "" })
	w.notify(paid(w.toPay()))
	w.drain()
	all := w.chat.all()
	if last := all[len(all)-1]; last.Document == nil || string(last.Document.Content) != lesson || last.Text != "Ваши уроки" {
		t.Errorf("sent %+v", last)
	}
}

func TestTooLargeWithoutAnAddressCallsAPerson(t *testing.T) {
	t.Parallel()
	w := sells(t, func(c *bot.Config) {
		c.PublicURL = ""
		if err := os.Truncate(filepath.Join(c.Project.Dir, "files", "Уроки & задачи.zip"), 51<<20); err != nil { // a hole of a file
			t.Fatal(err)
		}
	})
	w.notify(paid(w.toPay()))
	w.drain()
	if jobs, _ := w.buried(); len(jobs) != 1 || jobs[0] != "deliver no_public_url" {
		t.Errorf("buried %q", jobs)
	}
}
