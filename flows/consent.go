package flows

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Consent is the proof that the customer agreed to a text: the session names
// who, this tells to what and when.
type Consent struct {
	Name    string    `json:"name"`
	Version string    `json:"version"`
	At      time.Time `json:"at"`
	// Hash is the SHA-256 of the text as it stood in the flow, in hex.
	Hash string `json:"hash"`
	// Input is the id of the input that said yes, for Telegram "tg:<update id>".
	Input string `json:"input"`
	// Withdrawn is when the customer said no after all; zero while they agree.
	Withdrawn time.Time `json:"withdrawn,omitzero"`
}

// TextHash is how a consent remembers a text.
func TextHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Consented tells whether the customer agreed to this very version and text.
func (r *Run) Consented(name, version, hash string) bool {
	given, found := r.consent(name)
	return found && given.Version == version && given.Hash == hash
}

// consent is the one that holds now.
func (r *Run) consent(name string) (Consent, bool) {
	for _, one := range slices.Backward(r.Session.Consents) {
		if one.Name == name {
			return one, one.Withdrawn.IsZero()
		}
	}
	return Consent{}, false
}

// Agree keeps a proof; those before it stay.
func (r *Run) Agree(name, version, hash string) {
	one := Consent{Name: name, Version: version, At: r.Input.At, Hash: hash, Input: r.Input.ID}
	r.Session.Consents = append(slices.Clone(r.Session.Consents), one)
	r.Event("consent", name+" "+version+" sha256:"+hash)
}

// Disagree notes a no. A consent given before is withdrawn from now on.
func (r *Run) Disagree(name, version string) {
	consents := slices.Clone(r.Session.Consents)
	for i := range consents {
		if consents[i].Name == name && consents[i].Withdrawn.IsZero() {
			consents[i].Withdrawn = r.Input.At
		}
	}
	r.Session.Consents = consents
	r.Event("consent", name+" "+version+" declined")
}

// Leave lets a question end with a move in place of an answer.
func (r *Run) Leave(state string) {
	r.Session.Asking, r.taken = nil, true
	r.enter(r.here.flow, state)
}

// consented gives `consent.NAME`: the version that the customer agreed to, or nothing.
func (r *Run) consented(variable string) (string, bool) {
	name, asked := strings.CutPrefix(variable, "consent.")
	if !asked {
		return "", false
	}
	given, holds := r.consent(name)
	if !holds {
		return "", true
	}
	return given.Version, true
}
