package flows

// ReadSource reads a YAML file that is no flow, such as the tests beside one,
// with all care that flows are read with. What use complains of through its
// node is among the findings; use is not called when the file cannot be read.
func ReadSource(name string, data []byte, use func(root Node)) []Diagnostic {
	source, diags := &Source{Name: name}, &Diagnostics{}
	if root := (&reader{source: source, diags: diags}).read(data); root != nil {
		use(Node{yaml: root, source: source, diags: diags, read: &Reading{}})
	}
	return diags.sorted([]*Source{source})
}
