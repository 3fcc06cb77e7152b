package bot_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const tasks = `
flow: shop
title: Магазин
start: welcome
crm: {tasks: {type: Звонок, responsible: Анна}}
states:
  welcome:
    do:
      - crm: {task: {text: Позвонить, due: 1h}}
      - crm: {task: {text: Встретить, due: 1d, type: Встреча, responsible: Ольга, name: встреча}}
      - crm: {task: {text: Написать, due: 1d, type: Встреча}}
    on: [{text: да, to: met}]
  met: {do: [{crm: {close_task: встреча}}], end: true}
`

// TestTaskGoesBeforeTheMap tells of each task what it says itself, else what the
// map says, and of its closing by its name.
func TestTaskGoesBeforeTheMap(t *testing.T) {
	t.Parallel()
	w := newWorld(t, tasks)
	w.say("/start")
	w.say("да")
	w.drain()
	var told []string
	for _, whole := range w.crm.changes {
		for _, change := range whole.Parts() {
			if change.Task != nil {
				told = append(told, change.Task.Text+" ("+change.Task.Name+") "+change.Map.TaskType+" "+change.Map.TaskFor)
			}
			if change.CloseTask != "" {
				told = append(told, "✓ "+change.CloseTask)
			}
		}
	}
	want := []string{"Позвонить () Звонок Анна", "Встретить (встреча) Встреча Ольга", "Написать () Встреча Анна", "✓ встреча"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}
