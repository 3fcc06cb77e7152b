package amocrm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
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
	todo := task{
		TypeID: typeFollowUp, Text: cut(part.Task.Text, longestText), CompleteTill: number(part.Task.Due.Unix()),
		EntityID: w.deal.ID, EntityType: "leads", ResponsibleID: w.deal.ResponsibleID,
	}
	if w.change.Repeat && !w.newDeal {
		if found, err := w.hasTask(ctx, todo); err != nil || found {
			return err
		}
	}
	_, err := w.api.together(ctx, kind{http.MethodPost, "tasks", "tasks"}, "", todo)
	if gone(err) {
		todo.ResponsibleID = 0 // the token's own user
		_, err = w.api.together(ctx, kind{http.MethodPost, "tasks", "tasks"}, "", todo)
	}
	if err != nil {
		return fmt.Errorf("write the task: %w", err)
	}
	w.hung = true
	return nil
}

// gone tells that the deal's manager has left the account: amoCRM refuses a
// deleted user (amocrm-api-php, issue 170).
func gone(err error) bool {
	var refused *sales.Error
	return errors.As(err, &refused) && refused.Code == codeRefused && strings.Contains(refused.Message, "responsible_user_id")
}

func (w *work) hasTask(ctx context.Context, todo task) (found bool, err error) {
	query := url.Values{"filter[entity_type]": {"leads"}, "filter[entity_id][]": {w.refs.Deal}, "order[id]": {"desc"}}
	err = each(ctx, w.api, "tasks", "tasks", query, 4, func(t task) bool {
		found = t.EntityID == todo.EntityID && t.Text == todo.Text && t.CompleteTill == todo.CompleteTill
		return !found
	})
	return found, err
}
