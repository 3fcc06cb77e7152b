package main

import "context"

// bringBack lets an operator return to a version: its files go into the
// watched folder, and the watch takes them up as any edit.
func (s *service) bringBack(ctx context.Context, digest string) ([]string, error) {
	version, err := findVersion(ctx, s.store, digest)
	if err != nil {
		return nil, err
	}
	_, found, err := putBack(s.watch.dir, version)
	if err != nil || len(found) > 0 {
		return s.watch.lines(found), err
	}
	s.watch.reload(ctx)
	return nil, nil
}
