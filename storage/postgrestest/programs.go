package postgrestest

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// errNoPrograms says what to do about a machine without PostgreSQL.
var errNoPrograms = errors.New("no initdb and postgres found on PATH, in /usr/lib/postgresql and in /usr/pgsql-*: " +
	"install PostgreSQL 14 or newer (./.ci/prepare does it), or set VORONKA_TEST_POSTGRES to the folder of its programs")

// findPrograms is the folder with initdb and postgres, of the newest version
// where there are several.
func findPrograms() (string, error) {
	if dir := os.Getenv("VORONKA_TEST_POSTGRES"); dir != "" {
		return dir, nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil && complete(filepath.Dir(path)) {
			return filepath.Dir(path), nil
		}
	}
	var found []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/opt/homebrew/opt/postgresql@*/bin"} {
		dirs, _ := filepath.Glob(pattern) // the patterns are well-formed
		found = append(found, slices.DeleteFunc(dirs, func(dir string) bool { return !complete(dir) })...)
	}
	if len(found) == 0 {
		return "", errNoPrograms
	}
	return slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(version(a), version(b)) }), nil
}

func complete(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// version is the number in a folder's name.
func version(dir string) int {
	digits := ""
	for _, r := range dir {
		if r >= '0' && r <= '9' {
			digits += string(r)
		}
	}
	number, _ := strconv.Atoi(digits)
	return number
}
