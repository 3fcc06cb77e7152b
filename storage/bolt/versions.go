package bolt

import (
	"encoding/json"
	"fmt"

	"voronka/storage"
)

func (t *tx) Publish(version storage.Version) error {
	for _, value := range t.back(bucketPublished, nil, nil) {
		var last storage.Version
		if err := json.Unmarshal(value, &last); err != nil {
			return fmt.Errorf("read %s: %w", bucketPublished, err)
		}
		if last.Flow != version.Flow {
			continue
		}
		if last.Digest == version.Digest {
			return nil
		}
		break
	}
	if err := t.save(bucketVersions, []byte(version.Digest), version); err != nil {
		return err
	}
	key := join(moment(version.At), []byte(version.Digest))
	version.Sources = nil
	return t.save(bucketPublished, key, version)
}

func (t *tx) Version(digest string) (version storage.Version, err error) {
	return version, t.record(bucketVersions, digest, &version)
}

func (t *tx) Published(limit int) ([]storage.Version, error) {
	var list []storage.Version
	for _, value := range t.back(bucketPublished, nil, nil) {
		if len(list) >= limit {
			break
		}
		var one storage.Version
		if err := json.Unmarshal(value, &one); err != nil {
			return nil, fmt.Errorf("read %s: %w", bucketPublished, err)
		}
		list = append(list, one)
	}
	return list, nil
}
