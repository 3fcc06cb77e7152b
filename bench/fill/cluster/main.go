// Command cluster runs a throwaway PostgreSQL whose commits wait for the disk,
// prints its address, and ends with its standard input.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"voronka/storage/postgrestest"
)

func main() {
	cluster, err := postgrestest.Start(postgrestest.Options{Durable: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
	address, err := cluster.Database(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
	fmt.Println(address)
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := cluster.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}
