package storage

import "time"

// Versions keeps every version of a flow that went live.
type Versions interface {
	// Publish keeps a version as the one that its flow runs from At on. A
	// version that the flow runs already is not published again.
	Publish(Version) error
	// Version finds a version by its digest, as it was published last.
	Version(digest string) (Version, error)
	// Published lists up to limit publications without their sources, newest first.
	Published(limit int) ([]Version, error)
}

// Version is one flow as it was written.
type Version struct {
	// Digest is flows.Flow.Version, Flow the flow's id.
	Digest string `json:"digest"`
	Flow   string `json:"flow"`
	// At is when it went live.
	At time.Time `json:"at"`
	// Sources are the flow's files by name: the flow itself and its translations.
	Sources map[string]string `json:"sources,omitempty"`
}
