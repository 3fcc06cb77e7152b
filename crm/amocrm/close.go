package amocrm

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"voronka/crm"
)

// doneTask finishes a task (API v4, tasks-api).
type doneTask struct {
	ID        number     `json:"id"`
	Completed bool       `json:"is_completed"`
	Result    taskResult `json:"result"`
}

// What managers read as the result of a task that a flow has finished.
const (
	resultDone   = "Закрыто воронкой"
	resultClosed = "Сделка закрыта воронкой"
)

type taskResult struct {
	Text string `json:"text"`
}

func (d doneTask) with(string) any { return d }

// closeTasks finishes our open tasks of a deal: those that the part names, all
// where it wins or loses the deal. What later parts ask for, and the part itself,
// stays open: an earlier attempt may have made it.
func (w *work) closeTasks(ctx context.Context, part crm.Change, later []crm.Change) error {
	closed := part.Map.TasksDone && (part.Stage == crm.Won || part.Stage == crm.Lost)
	if len(w.refs.Tasks) == 0 || !closed && part.CloseTask == "" {
		return nil
	}
	tasks, err := w.ourTasks(ctx)
	if err != nil {
		return err
	}
	var open []string
	for _, ref := range w.refs.Tasks {
		named := w.refs.TaskNames[ref] == part.CloseTask || tasks[ref].Text == cut(part.CloseTask, longestText)
		switch {
		case tasks[ref].Completed:
			if !closed && tasks[ref].Result.Value.Text != resultDone { // a manager's, of which we may not have heard
				open = append(open, ref)
			}
		case slices.ContainsFunc(later, tasks[ref].askedBy):
			open = append(open, ref)
		case closed:
			err = w.finishTask(ctx, ref, resultClosed)
		case part.CloseTask != "" && named:
			err = w.finishTask(ctx, ref, resultDone)
		default:
			open = append(open, ref)
		}
		if err != nil {
			return fmt.Errorf("finish the task: %w", err)
		}
	}
	w.refs.Tasks, w.refs.TaskNames = open, maps.Clone(w.refs.TaskNames)
	maps.DeleteFunc(w.refs.TaskNames, func(ref, _ string) bool { return !slices.Contains(open, ref) })
	return nil
}

// ourTasks are those of our tasks that the account has.
func (w *work) ourTasks(ctx context.Context) (map[string]task, error) {
	found := map[string]task{}
	err := each(ctx, w.api, "tasks", "tasks", url.Values{"filter[id][]": w.refs.Tasks}, 1, func(t task) bool {
		found[id(t.ID)] = t
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("read our tasks: %w", err)
	}
	return found, nil
}

// askedBy tells that a task may be the one that a change asks for.
func (t task) askedBy(change crm.Change) bool {
	return change.Task != nil && t.Text == cut(change.Task.Text, longestText) && int64(t.CompleteTill) == change.Task.Due.Unix()
}

// finishTask finishes one. That a manager has deleted it meanwhile is no obstacle.
func (w *work) finishTask(ctx context.Context, ref, result string) error {
	task, err := strconv.ParseInt(ref, 10, 64)
	if err != nil {
		return nil //nolint:nilerr // no task of this account's
	}
	done := doneTask{ID: number(task), Completed: true, Result: taskResult{result}}
	_, err = w.api.together(ctx, kind{http.MethodPatch, "tasks", "tasks"}, ref, done)
	if refusedAs(err, "id") {
		return nil
	}
	return err
}
