package main

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.yaml.in/yaml/v3"

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

// named tells whether a project names anything of the account: in a map, in the
// stages of states, or in steps.
func named(project *flows.Project) bool {
	names := namesInCRM(project)
	return len(names.stages)+len(names.fields)+len(names.users)+len(names.taskTypes) > 0 ||
		slices.ContainsFunc(project.Flows, func(f *flows.Flow) bool { return f.Mirroring != nil })
}

// crmNames are the names that stages of states and crm: steps give, at whatever
// depth they stand. Those with variables in them are known only when a customer comes.
type crmNames struct{ stages, fields, users, taskTypes map[string]bool }

func namesInCRM(project *flows.Project) crmNames {
	names := crmNames{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	if project == nil {
		return names
	}
	for _, flow := range project.Flows {
		for _, stage := range flow.Stages {
			names.add(names.stages, stage)
		}
		for _, text := range flow.Written {
			var file yaml.Node
			if yaml.Unmarshal([]byte(text), &file) == nil {
				names.read(&file)
			}
		}
	}
	return names
}

func (n crmNames) read(node *yaml.Node) {
	if node.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == "crm" {
				n.step(node.Content[i+1])
			}
		}
	}
	for _, child := range node.Content {
		n.read(child)
	}
}

func (n crmNames) step(node *yaml.Node) {
	var step struct {
		Stage  yaml.Node            `yaml:"stage"`
		Fields map[string]yaml.Node `yaml:"fields"`
		Task   yaml.Node            `yaml:"task"`
	}
	if node.Decode(&step) != nil {
		return
	}
	n.add(n.stages, step.Stage.Value)
	for name := range step.Fields {
		n.add(n.fields, name)
	}
	var task struct{ Type, Responsible yaml.Node }
	if step.Task.Kind == yaml.MappingNode && step.Task.Decode(&task) == nil {
		n.add(n.taskTypes, task.Type.Value)
		n.add(n.users, task.Responsible.Value)
	}
}

func (crmNames) add(to map[string]bool, name string) {
	if name != "" && !strings.Contains(name, "#{") {
		to[name] = true
	}
}
