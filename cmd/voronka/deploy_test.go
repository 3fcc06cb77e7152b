package main

import (
	"maps"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"voronka/flows/catalog"
)

// recipe is a file of deploy.
func recipe(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// instructions are the lines of a Dockerfile that begin with a word, without it.
func instructions(file, word string) (found []string) {
	file = strings.ReplaceAll(file, "\\\n", " ")
	for line := range strings.Lines(file) {
		if rest, is := strings.CutPrefix(line, word+" "); is {
			found = append(found, strings.Join(strings.Fields(rest), " "))
		}
	}
	return found
}

// pairs reads "A=b C=d".
func pairs(text string) map[string]string {
	all := map[string]string{}
	for _, one := range strings.Fields(text) {
		name, value, _ := strings.Cut(one, "=")
		all[name] = value
	}
	return all
}

// runs starts the program as a recipe does: with its settings and its words, its
// paths below a folder of the test, in the place of the folders that it makes.
func runs(t *testing.T, set map[string]string, words []string) {
	t.Helper()
	w, ctx := newSickOutside(t, "polling")
	root := filepath.Join(w.dir, "root")
	for name, value := range set {
		if !slices.Contains(settingNames(), name) {
			t.Errorf("%s is no setting", name)
		}
		switch {
		case filepath.IsAbs(value):
			value = filepath.Join(root, value)
			if err := os.MkdirAll(filepath.Dir(value), 0o700); err != nil {
				t.Fatal(err)
			}
		case name == "VORONKA_LISTEN":
			_, port, _ := strings.Cut(w.listen, ":")
			value = strings.TrimSuffix(value, "8080") + port
		}
		set[name] = value
		w.env = append(w.env, name+"="+value)
	}
	if err := os.CopyFS(set["VORONKA_FLOWS"], catalog.FS); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(words, []string{"run"}) {
		t.Errorf("it starts with %q", words)
	}
	w.start()
	if err := w.customer(7).buy(ctx); err != nil {
		t.Fatalf("%v\n%s", err, w.logs())
	}
	w.settled(ctx)
	w.does(exitOK, nil, "backup", filepath.Join(filepath.Dir(set["VORONKA_DATABASE"]), "before-update.db"))
	w.stop()
	if taken, err := listSnapshots(set["VORONKA_BACKUPS"]); err != nil || len(taken) != 1 {
		t.Errorf("hourly copies: %v, %v", taken, err)
	}
	if _, err := os.Stat(set["VORONKA_DATABASE"]); err != nil {
		t.Error(err)
	}
}

// image is what the Dockerfile says of itself.
type image struct {
	env     map[string]string
	volumes []string
	files   []string
	start   []string
	user    string
}

func readImage(t *testing.T) image {
	t.Helper()
	file := recipe(t, "Dockerfile")
	one := func(word string) string {
		t.Helper()
		found := instructions(file, word)
		if len(found) == 0 {
			t.Fatalf("the Dockerfile has no %s", word)
		}
		return found[len(found)-1]
	}
	var made image
	made.env, made.volumes, made.user = pairs(one("ENV")), []string{one("VOLUME")}, one("USER")
	for _, word := range []string{"ENTRYPOINT", "CMD"} {
		var args []string
		if err := yaml.Unmarshal([]byte(one(word)), &args); err != nil {
			t.Fatal(err)
		}
		made.start = append(made.start, args...)
	}
	for _, copied := range instructions(file, "COPY") {
		if words := strings.Fields(copied); words[0] == "--from=build" {
			made.files = append(made.files, words[len(words)-1])
		}
	}
	return made
}

// TestImage holds the recipe of the image to the program and the module.
func TestImage(t *testing.T) {
	t.Parallel()
	made, file := readImage(t), recipe(t, "Dockerfile")
	for _, path := range []string{made.start[0], made.volumes[0], made.env["VORONKA_FLOWS"]} {
		if !slices.Contains(made.files, path) {
			t.Errorf("%s is not in the image: %q", path, made.files)
		}
	}
	for _, name := range []string{"VORONKA_DATABASE", "VORONKA_BACKUPS"} {
		if !strings.HasPrefix(made.env[name], made.volumes[0]+"/") {
			t.Errorf("%s is not in the volume", name)
		}
	}
	if port := strings.TrimPrefix(made.env["VORONKA_LISTEN"], ":"); instructions(file, "EXPOSE")[0] != port {
		t.Errorf("it listens on %s", port)
	}
	module, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(module)[1]
	if from := instructions(file, "FROM")[0]; from != "golang:"+string(version)+" AS build" {
		t.Errorf("it is built by %s, the module wants %s", from, version)
	}
	if made.user == "" || strings.HasPrefix(made.user, "0") || strings.HasPrefix(made.user, "root") {
		t.Errorf("it runs as %q", made.user)
	}
	runs(t, maps.Clone(made.env), made.start[1:])
	// The image holds no file of zones and no libraries.
	if !strings.Contains(file, "CGO_ENABLED=0") || !strings.Contains(file, "ca-certificates.crt") {
		t.Error("the program needs a library, or has no certificates")
	}
}

// parses holds words to the command line.
func parses(t *testing.T, where string, words []string) {
	t.Helper()
	parser, err := kong.New(&commands{}, kong.Name("voronka"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(words); err != nil {
		t.Errorf("%s: voronka %s: %v", where, strings.Join(words, " "), err)
	}
}

// composed is what matters of a compose file.
type composed struct {
	Services map[string]struct {
		Build       struct{ Context, Dockerfile string }
		Image       string
		EnvFile     string            `yaml:"env_file"`
		Environment map[string]string `yaml:"environment"`
		Volumes     []string
		Ports       []string
		Tmpfs       []string
		ReadOnly    bool   `yaml:"read_only"`
		Grace       string `yaml:"stop_grace_period"`
		Restart     string
		Depends     yaml.Node `yaml:"depends_on"`
		Configs     []struct{ Source, Target string }
		Health      struct{ Test []string } `yaml:"healthcheck"`
	}
	Volumes map[string]any
	Configs map[string]struct{ Content string }
}

// stopping is how long a process may take to stop: its jobs and its doors end
// side by side, within ten seconds, and then the database is closed.
const stopping = 20 * time.Second

// TestCompose holds the compose files to the image, to the program and to
// themselves. What only an engine can tell is not tried here.
func TestCompose(t *testing.T) {
	t.Parallel()
	made := readImage(t)
	for _, name := range []string{"compose.yaml", "compose.postgres.yaml"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var file composed
			if err := yaml.Unmarshal([]byte(recipe(t, name)), &file); err != nil {
				t.Fatal(err)
			}
			own := file.Services["voronka"]
			for setting, value := range own.Environment {
				if !slices.Contains(settingNames(), setting) || strings.Contains(value, "://") && !databaseAddress(value) {
					t.Errorf("%s=%s is no setting", setting, value)
				}
			}
			if built := filepath.Join(own.Build.Context, own.Build.Dockerfile); built != "../deploy/Dockerfile" || !own.ReadOnly || own.Restart == "" {
				t.Errorf("built by %s, read-only %t, restarts %q", built, own.ReadOnly, own.Restart)
			}
			if grace, err := time.ParseDuration(own.Grace); err != nil || grace < stopping {
				t.Errorf("it is killed after %q", own.Grace)
			}
			mounted := map[string]string{}
			for service, one := range file.Services {
				for _, volume := range one.Volumes {
					from, to, _ := strings.Cut(volume, ":")
					_, named := file.Volumes[from]
					if !named && !strings.HasPrefix(from, "./") {
						t.Errorf("%s: the volume %s is not declared", service, from)
					}
					if service == "voronka" {
						mounted[strings.TrimSuffix(to, ":ro")] = from
					}
				}
				for _, config := range one.Configs {
					if config.Source == "nginx" {
						proxied(t, strings.ReplaceAll(file.Configs[config.Source].Content, "$$", "$"))
					}
				}
				for _, port := range one.Ports {
					if port != "127.0.0.1:8080:8080" {
						t.Errorf("%s: the port %s is open to the world", service, port)
					}
				}
			}
			if mounted[made.volumes[0]] == "" || mounted[made.env["VORONKA_FLOWS"]] != "./flows" || !slices.Contains(own.Tmpfs, "/tmp") {
				t.Errorf("mounted: %v", mounted)
			}
			// What the file's head tells people to type.
			typed := 0
			for _, words := range regexp.MustCompile(`(?m)^# .*(?:run --rm voronka|exec voronka /voronka) (.*?)(?:  .*)?$`).FindAllStringSubmatch(recipe(t, name), -1) {
				parses(t, name, strings.Fields(words[1]))
				typed++
			}
			if typed == 0 {
				t.Error("the head tells nobody what to type")
			}
		})
	}
}

// proxied has nginx read its configuration, where there is one.
func proxied(t *testing.T, config string) {
	t.Helper()
	if !strings.Contains(config, "proxy_pass http://$voronka:8080;") || strings.Contains(config, "$$") {
		t.Errorf("nginx is told:\n%s", config)
	}
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		t.Log("nginx is not here: its configuration is only read")
		return
	}
	dir := t.TempDir()
	whole := "pid " + dir + "/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n" + config + "}\n"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		whole = strings.Replace(whole, "http {\n", "http {\n"+kind+"_temp_path "+filepath.Join(dir, kind)+";\n", 1)
	}
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), nginx, "-t", "-q", "-c", path, "-p", dir).CombinedOutput(); err != nil {
		t.Errorf("nginx: %v\n%s", err, out)
	}
}

// TestUnit holds the systemd unit to the program, and to systemd where it is here.
func TestUnit(t *testing.T) {
	t.Parallel()
	unit := recipe(t, "voronka.service")
	values := map[string][]string{}
	for line := range strings.Lines(unit) {
		if name, value, is := strings.Cut(strings.TrimSpace(line), "="); is && !strings.HasPrefix(name, "#") {
			values[name] = append(values[name], value)
		}
	}
	set := pairs(strings.Join(values["Environment"], " "))
	start := strings.Fields(values["ExecStart"][0])
	state := "/var/lib/" + values["StateDirectory"][0]
	for _, path := range []string{set["VORONKA_DATABASE"], set["VORONKA_BACKUPS"]} {
		if filepath.Dir(path) != state {
			t.Errorf("%s is outside %s, which alone can be written", path, state)
		}
	}
	if seconds, err := time.ParseDuration(values["TimeoutStopSec"][0] + "s"); err != nil || seconds < stopping {
		t.Errorf("it is killed after %v", seconds)
	}
	head, _, _ := strings.Cut(unit, "[Unit]")
	for _, part := range []string{start[0], values["User"][0], values["EnvironmentFile"][0], set["VORONKA_FLOWS"], state} {
		if !strings.Contains(head, part) {
			t.Errorf("the steps at the file's head do not make %s", part)
		}
	}
	runs(t, maps.Clone(set), start[1:])
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("systemd-analyze is not here: the unit is only read")
		return
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "voronka.service")
	// The program and its user need not be here.
	self, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	unit = strings.NewReplacer("ExecStart="+start[0], "ExecStart=/bin/true", "User=voronka", "User="+self.Username, "Group=voronka\n", "").Replace(unit)
	if err := os.WriteFile(path, []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze: %v\n%s", err, out)
	}
}
