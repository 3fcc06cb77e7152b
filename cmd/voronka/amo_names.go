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
			if lacks, err := s.amoLacks(ctx, project); err == nil {
				lines := []string{}
				for _, one := range lacks {
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

// amoLacks is what the account does not have of what a project names. A chat
// channel is connected on the way.
func (s *service) amoLacks(ctx context.Context, project *flows.Project) ([]lack, error) {
	lacks, err := s.amo.Compare(ctx, wantedInCRM(project, s.amoHookURL()))
	if err != nil {
		return nil, err
	}
	if s.chats != nil && wantsChats(project) {
		if err := s.chats.Connect(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("the chat channel of amocrm is not connected", "error", err)
		}
	}
	chats, err := s.chatLacks(ctx, project, s.chats)
	return append(lackLines(lacks), chats...), err
}

// named tells whether a project has a map whose names can be compared.
func named(project *flows.Project) bool {
	return slices.ContainsFunc(project.Flows, func(f *flows.Flow) bool { return f.Mirroring != nil })
}
