// Package seal makes secrets at rest unreadable to who has the database but not
// the key: AES-256-GCM under a key that is derived from a text.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// MinKey is how many characters a key has at least.
const MinKey = 32

// version stands before every sealed text, so that another way can come later.
const version = "v1:"

var (
	// ErrKey is a key that is too short to be one.
	ErrKey = errors.New("the key is too short")
	// ErrSealed is a text that this key did not seal, or not for this purpose.
	ErrSealed = errors.New("the sealed text cannot be opened with this key")
)

// Box seals and opens. It may be used from several goroutines.
type Box struct {
	aead cipher.AEAD
	old  []*Box
}

// New makes a box of a key: any text of at least MinKey characters that nobody
// can guess, such as that of `openssl rand -hex 32`.
func New(key string) (*Box, error) {
	if len(key) < MinKey {
		return nil, ErrKey
	}
	derived, err := hkdf.Key(sha256.New, []byte(key), nil, "voronka seal "+version, 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key: %w", err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("take the key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("take the cipher: %w", err)
	}
	return &Box{aead: aead}, nil
}

// With makes a box that also opens what older keys sealed, so that a key can be
// changed; it seals with its own alone.
func (b *Box) With(older ...string) (*Box, error) {
	all := &Box{aead: b.aead}
	for _, key := range older {
		one, err := New(key)
		if err != nil {
			return nil, err
		}
		all.old = append(all.old, one)
	}
	return all, nil
}

// Seal makes a text that only Open with the same key and purpose can read. The
// purpose ties it to its place: what was sealed for one does not open for another.
func (b *Box) Seal(purpose, plain string) string {
	nonce := make([]byte, b.aead.NonceSize(), b.aead.NonceSize()+len(plain)+b.aead.Overhead())
	// crypto/rand.Read never returns an error (its documentation).
	_, _ = rand.Read(nonce)
	return version + base64.RawStdEncoding.EncodeToString(b.aead.Seal(nonce, nonce, []byte(plain), []byte(purpose)))
}

// Open reads what Seal made; ErrSealed for anything else.
func (b *Box) Open(purpose, sealed string) (string, error) {
	plain, err := b.open(purpose, sealed)
	for i := 0; err != nil && i < len(b.old); i++ {
		plain, err = b.old[i].open(purpose, sealed)
	}
	return plain, err
}

// Current tells whether its own key, none of the older ones, has sealed a text.
func (b *Box) Current(purpose, sealed string) bool {
	_, err := b.open(purpose, sealed)
	return err == nil
}

func (b *Box) open(purpose, sealed string) (string, error) {
	text, known := strings.CutPrefix(sealed, version)
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if !known || err != nil || len(raw) < b.aead.NonceSize() {
		return "", ErrSealed
	}
	plain, err := b.aead.Open(nil, raw[:b.aead.NonceSize()], raw[b.aead.NonceSize():], []byte(purpose))
	if err != nil {
		return "", ErrSealed
	}
	return string(plain), nil
}
