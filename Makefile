.PHONY: demo test lint bench

demo:
	go run ./cmd/voronka demo

test:
	./.ci/prepare
	go test -race -count=1 -timeout 20m ./...

lint:
	test -z "$$(gofmt -l .)" || (gofmt -l . && exit 1)
	go vet ./...
	go tool staticcheck ./...

bench:
	go test -run '^$$' -bench . -benchmem ./...
