package flows

import "strings"

// arrive keeps where a customer came from: the payload of the deep link as the
// variable `start` each time, its marks in the contact at first touch.
func (r *Run) arrive() {
	payload := r.Input.Payload
	if payload == "" {
		return
	}
	r.Set("start", payload)
	if len(r.Contact.Source) > 0 {
		return
	}
	source := map[string]string{"start": payload}
	for name, value := range Marks(payload) {
		source[name] = value
	}
	r.Contact.Source = source
}

// Marks reads UTM marks out of a deep link's payload, at most 64 characters of
// A-Z, a-z, 0-9, _ and - (Bot API, deep linking): pairs of key and value with
// a "-" between them, divided by "_": src-vk_cmp-may gives utm_source vk and
// utm_campaign may. The keys are src, med, cmp, cnt and trm; a value may hold
// further "-". Anything else is no mark.
func Marks(payload string) map[string]string {
	keys := map[string]string{
		"src": "utm_source", "med": "utm_medium", "cmp": "utm_campaign", "cnt": "utm_content", "trm": "utm_term",
	}
	marks := map[string]string{}
	for pair := range strings.SplitSeq(payload, "_") {
		key, value, _ := strings.Cut(pair, "-")
		if name := keys[key]; name != "" && value != "" {
			marks[name] = value
		}
	}
	return marks
}
