package calc

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // salebot's md5() answers services that ask for it
	"crypto/sha1" //nolint:gosec // likewise sha1()
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
)

// digests are fingerprints that other services ask for.
func digests() map[string]function {
	return map[string]function{
		"md5":    onText(func(s string) string { sum := md5.Sum([]byte(s)); return hex.EncodeToString(sum[:]) }),
		"sha1":   onText(func(s string) string { sum := sha1.Sum([]byte(s)); return hex.EncodeToString(sum[:]) }),
		"sha256": onText(func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) }),
		"base64": onText(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
		// hmac_hexdigest(key, text[, 'sha256' | 'sha1' | 'md5'])
		"hmac_hexdigest": eager(2, 3, func(f *frame, args []Value) (Value, error) {
			made := map[string]func() hash.Hash{"": sha256.New, "sha256": sha256.New, "sha1": sha1.New, "md5": md5.New}
			kind := ""
			if len(args) == 3 {
				kind = args[2].String()
			}
			if made[kind] == nil {
				return Value{}, ErrNotDigest
			}
			sum := hmac.New(made[kind], []byte(args[0].String()))
			sum.Write([]byte(args[1].String()))
			return text(hex.EncodeToString(sum.Sum(nil))), nil
		}),
	}
}
