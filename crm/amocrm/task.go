package amocrm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"voronka/crm"
	"voronka/sales"
)

// typeFollowUp is the task type "call" (API v4, tasks-api).
const typeFollowUp = 1

// writeTask gives the deal's manager something to do. Two tasks with the same
// text and the same second of their deadline are one task.
func (w *work) writeTask(ctx context.Context, part crm.Change) error {
	if part.Task == nil {
		return nil
	}
	kindOf, err := w.directory.taskType(ctx, part.Map.TaskType)
	if err != nil {
		return err
	}
	who, err := w.directory.responsible(ctx, part.Map.TaskFor)
	if err != nil {
		return err
	}
	todo := task{
		TypeID: kindOf, Text: cut(part.Task.Text, longestText), CompleteTill: number(part.Task.Due.Unix()),
		EntityID: w.deal.ID, EntityType: "leads", ResponsibleID: cmp.Or(who, w.deal.ResponsibleID),
	}
	if w.change.Repeat && !w.newDeal {
		found, err := w.findTask(ctx, todo)
		if err != nil {
			return err
		}
		if found != "" {
			w.keepTask(found, part.Task.Name)
			return nil
		}
	}
	made, err := w.api.together(ctx, kind{http.MethodPost, "tasks", "tasks"}, "", todo)
	if gone(err) {
		todo.ResponsibleID = 0 // the token's own user
		made, err = w.api.together(ctx, kind{http.MethodPost, "tasks", "tasks"}, "", todo)
	}
	if err != nil {
		return fmt.Errorf("write the task: %w", err)
	}
	w.hung = true
	w.keepTask(fmt.Sprint(made), part.Task.Name)
	return nil
}

// keepTask remembers a task of ours that may be open.
func (w *work) keepTask(ref, name string) {
	if !slices.Contains(w.refs.Tasks, ref) {
		w.refs.Tasks = append(slices.Clone(w.refs.Tasks), ref)
	}
	if name != "" {
		w.refs.TaskNames = maps.Clone(w.refs.TaskNames)
		if w.refs.TaskNames == nil {
			w.refs.TaskNames = map[string]string{}
		}
		w.refs.TaskNames[ref] = name
	}
}

// refusedAs tells that amoCRM refuses an entity for one of its keys.
func refusedAs(err error, key string) bool {
	var refused *sales.Error
	return errors.As(err, &refused) && refused.Code == codeRefused && strings.Contains(refused.Message, key)
}

// gone tells that the deal's manager has left the account: amoCRM refuses a
// deleted user (amocrm-api-php, issue 170).
func gone(err error) bool { return refusedAs(err, "responsible_user_id") }

// findTask looks for a task that an attempt without an answer made.
func (w *work) findTask(ctx context.Context, todo task) (found string, err error) {
	query := url.Values{"filter[entity_type]": {"leads"}, "filter[entity_id][]": {w.refs.Deal}, "order[id]": {"desc"}}
	err = each(ctx, w.api, "tasks", "tasks", query, 4, func(t task) bool {
		if t.EntityID == todo.EntityID && t.Text == todo.Text && t.CompleteTill == todo.CompleteTill {
			found = id(t.ID)
		}
		return found == ""
	})
	return found, err
}
