package bot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"voronka/flows"
	"voronka/storage"
)

// errNoFlow is a project that nobody could talk to.
var errNoFlow = errors.New("the project has no flow")

// Publish lets a project go live: it is kept in the store, then every turn that
// begins takes it. Turns under way finish with the one they began with. When it
// fails the project that was live stays.
func (b *Bot) Publish(ctx context.Context, project *flows.Project) error {
	if len(project.Flows) == 0 {
		return errNoFlow
	}
	if err := keep(ctx, b.Store, project, b.Now()); err != nil {
		return err
	}
	b.live.Store(project)
	return nil
}

// Live is the project that runs.
func (b *Bot) Live() *flows.Project { return b.live.Load() }

// keep writes the versions of a project's flows to the store.
func keep(ctx context.Context, store storage.Store, project *flows.Project, at time.Time) error {
	err := store.Update(ctx, func(tx storage.Tx) error {
		for _, flow := range project.Flows {
			version := storage.Version{Digest: flow.Version, Flow: flow.ID, At: at, Sources: flow.Written}
			if err := tx.Publish(version); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep the published version: %w", err)
	}
	return nil
}

// flow is the one a session follows: its own, or the project's first.
func (b *Bot) flow(id string) *flows.Flow {
	project := b.Live()
	if flow := project.Flow(id); flow != nil {
		return flow
	}
	return project.Flows[0]
}

// fileOfProject reads a file beside the flows, never one outside their folder.
// The folder is looked up anew each time: a deployment may replace it.
func (b *Bot) fileOfProject(name string) (content []byte, err error) {
	root, err := os.OpenRoot(b.Live().Dir)
	if err != nil {
		return nil, fmt.Errorf("open the project folder: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	return root.ReadFile(name)
}
