package calc

import "strings"

// customers are functions about the customer of the dialog. They read the
// variables that the funnel keeps under `tag.` and `been.`.
func customers() map[string]function {
	return map[string]function{
		"has_label":    eager(1, 1, func(f *frame, args []Value) (Value, error) { return f.noted("tag.", args[0]) }),
		"was_in_state": eager(1, 1, func(f *frame, args []Value) (Value, error) { return f.noted(BeenPrefix, args[0]) }),
		"in_segment":   eager(1, 1, func(f *frame, args []Value) (Value, error) { return f.noted(segmentPrefix, args[0]) }),
		"get_all_client_labels": eager(0, 0, func(f *frame, _ []Value) (Value, error) {
			var items []Value
			for one := range strings.SplitSeq(f.Vars("tags"), ", ") {
				if one != "" {
					items = append(items, text(one))
				}
			}
			return f.keep(list(items))
		}),
	}
}

// BeenPrefix begins the variables that tell whether the customer was in a
// state: `been.offer`. A formula that calls was_in_state reads it.
const BeenPrefix = "been."

// segmentPrefix begins those that tell whether the customer belongs to a segment.
const segmentPrefix = "segment."

// asks is the prefix of the variable that a function reads, empty for most.
func asks(function string) string {
	return map[string]string{"was_in_state": BeenPrefix, "in_segment": segmentPrefix}[strings.ToLower(function)]
}

func (f *frame) noted(prefix string, name Value) (Value, error) {
	return truth(text(f.Vars(prefix + strings.TrimSpace(name.String()))).True()), nil
}
