.PHONY: demo test lint bench torture

demo:
	go run ./cmd/voronka demo

test:
	./.ci/prepare
	go test -race -count=1 -timeout 20m ./...
	@echo "Proved: each row of docs/faults.md names its tests, and all of them have passed."

lint:
	test -z "$$(gofmt -l .)" || (gofmt -l . && exit 1)
	go vet ./...
	cd bench && go vet ./...
	cd bench/fill && go vet ./...
	go tool staticcheck ./...

# The Go benchmarks, then the real binary under load beside its rivals; the
# tables of docs/benchmarks.md are written anew.
bench:
	./.ci/prepare
	go test -run '^$$' -bench . -benchmem ./...
	cd bench/goflow && go test -count=1 -bench .
	cd bench && go run ./load -write ../docs/benchmarks.md

# A thousand kills of each kind, ten thousand customers through the CRM, and
# whatever else has a long form.
torture:
	./.ci/torture
