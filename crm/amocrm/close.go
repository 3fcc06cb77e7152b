package amocrm

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"voronka/crm"
)

// doneTask finishes a task (API v4, tasks-api).
type doneTask struct {
	ID        number     `json:"id"`
	Completed bool       `json:"is_completed"`
	Result    taskResult `json:"result"`
}

type taskResult struct {
	Text string `json:"text"`
}

func (d doneTask) with(string) any { return d }

// closeTasks finishes our tasks of a deal that a part of the change wins or loses. One that a
// manager has deleted meanwhile is no obstacle.
func (w *work) closeTasks(ctx context.Context, part crm.Change) error {
	if !part.Map.TasksDone || part.Stage != crm.Won && part.Stage != crm.Lost {
		return nil
	}
	for _, ref := range w.refs.Tasks {
		task, err := strconv.ParseInt(ref, 10, 64)
		if err != nil {
			continue
		}
		done := doneTask{ID: number(task), Completed: true, Result: taskResult{"Сделка закрыта воронкой"}}
		if _, err := w.api.together(ctx, kind{http.MethodPatch, "tasks", "tasks"}, ref, done); err != nil && !refusedAs(err, "id") {
			return fmt.Errorf("finish the task: %w", err)
		}
	}
	w.refs.Tasks = nil
	return nil
}
