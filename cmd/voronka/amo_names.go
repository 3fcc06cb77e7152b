package main

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"voronka/flows"
)

// compareEvery is how often an account that did not answer is asked again, and
// one that lacks something is looked at once more.
const compareEvery = 10 * time.Minute

// amoNames watches whether the account has what the project's map names.
type amoNames struct {
	lacks atomic.Pointer[[]string]
}

// found are the lines for operators, none while nothing is known to be missing.
func (n *amoNames) found() []string {
	if lines := n.lacks.Load(); lines != nil {
		return *lines
	}
	return nil
}

// checkAmoNames compares the live project with the account at the start, and
// again until nothing is missing.
func (s *service) checkAmoNames(ctx context.Context) error {
	ticker := time.NewTicker(compareEvery)
	defer ticker.Stop()
	for {
		if project := s.bot.Live(); named(project) {
			lacks, err := s.amo.Compare(ctx, wantedInCRM(project, s.amoHookURL()))
			if err == nil {
				lines := []string{}
				for _, one := range lackLines(lacks) {
					lines = append(lines, s.words.Text(s.Language, "amocrm.lacks."+one.key, one.args))
				}
				s.amoNames.lacks.Store(&lines)
				if len(lines) > 0 {
					s.log.Warn("amocrm lacks what the funnels name", "lacks", strings.Join(lines, "; "))
				}
			} else if ctx.Err() == nil {
				s.log.Warn("amocrm is not compared with the funnels yet", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// named tells whether a project has a map whose names can be compared.
func named(project *flows.Project) bool {
	return slices.ContainsFunc(project.Flows, func(f *flows.Flow) bool { return f.Mirroring != nil })
}
