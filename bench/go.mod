// The benchmarks are a module of their own, so that what only the rivals need
// never gets near the product.
module voronka/bench

go 1.26.0

require (
	github.com/go-telegram/bot v1.24.0
	go.etcd.io/bbolt v1.5.0
)

require golang.org/x/sys v0.45.0 // indirect
