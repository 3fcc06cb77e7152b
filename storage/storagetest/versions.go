package storagetest

import (
	"testing"

	"voronka/storage"
)

func versions() map[string]func(*testing.T, storage.Store) {
	return map[string]func(*testing.T, storage.Store){
		"a version is found by its digest":        versionByDigest,
		"publications are listed, newest first":   publications,
		"what runs already is not published anew": publishedOnce,
		"a return to an old version is published": publishedAgain,
		"an unknown version is not found": func(t *testing.T, store storage.Store) {
			missing(t, store, "version", func(tx storage.Tx) (storage.Version, error) { return tx.Version("nothing") })
		},
	}
}

func version(digest string, minute int) storage.Version {
	return storage.Version{
		Digest: digest, Flow: "course", At: day(10, minute),
		Sources: map[string]string{"course.yaml": "start: " + digest, "course.en.yaml": "# 🌷"},
	}
}

func publish(t *testing.T, store storage.Store, all ...storage.Version) {
	t.Helper()
	for _, one := range all {
		update(t, store, func(tx storage.Tx) error { return tx.Publish(one) })
	}
}

// digests lists what was published, newest first.
func digests(t *testing.T, store storage.Store, limit int) []string {
	t.Helper()
	var list []string
	for _, one := range read(t, store, func(tx storage.Tx) ([]storage.Version, error) { return tx.Published(limit) }) {
		if one.Sources != nil || one.At.IsZero() {
			t.Errorf("publication %+v", one)
		}
		list = append(list, one.Flow+" "+one.Digest)
	}
	return list
}

func versionByDigest(t *testing.T, store storage.Store) {
	publish(t, store, version("aa", 1), version("bb", 2))
	got := read(t, store, func(tx storage.Tx) (storage.Version, error) { return tx.Version("aa") })
	if !got.At.Equal(day(10, 1)) {
		t.Errorf("published at %s", got.At)
	}
	got.At = day(10, 1)
	same(t, "version", got, version("aa", 1))
}

func publications(t *testing.T, store storage.Store) {
	publish(t, store, version("aa", 1), version("bb", 2), version("cc", 3))
	same(t, "all", digests(t, store, 10), []string{"course cc", "course bb", "course aa"})
	same(t, "two", digests(t, store, 2), []string{"course cc", "course bb"})
}

func publishedOnce(t *testing.T, store storage.Store) {
	other := version("zz", 2)
	other.Flow = "shop"
	publish(t, store, version("aa", 1), other, version("aa", 3), other)
	same(t, "published", digests(t, store, 10), []string{"shop zz", "course aa"})
}

func publishedAgain(t *testing.T, store storage.Store) {
	publish(t, store, version("aa", 1), version("bb", 2), version("aa", 3))
	same(t, "published", digests(t, store, 10), []string{"course aa", "course bb", "course aa"})
}
