package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/bot/telegramtest"
)

// wrongSettings is one wrong value for each setting that can be wrong, all at once.
func wrongSettings(language string) []string {
	return []string{
		"VORONKA_FLOWS=/nowhere/leaked-flows", "VORONKA_DATABASE=postgres://leaked-user:leaked-password@db/voronka",
		"VORONKA_LISTEN=leaked-listen", "VORONKA_PUBLIC_URL=ftp://leaked-public",
		"VORONKA_TELEGRAM_TOKEN=leaked-token", "VORONKA_TELEGRAM_API=leaked-api",
		"VORONKA_TELEGRAM_MODE=leaked-mode", "VORONKA_TELEGRAM_RATE=leaked-pace", "VORONKA_TBANK_TERMINAL=leaked-terminal-key-of-31-chars", "VORONKA_TBANK_API=leaked-bank",
		"VORONKA_TBANK_FFD=leaked-ffd", "VORONKA_TBANK_METHODS=leaked-cash", "VORONKA_TBANK_NETWORKS=leaked-net", "VORONKA_TBANK_SHOPS=/nowhere/leaked.yaml",
		"VORONKA_TBANK_CA=/leaked-roots.pem", "VORONKA_AMOCRM_URL=leaked-amo", "VORONKA_AMOCRM_RATE=leaked-rate",
		"VORONKA_AMOCRM_CHATS_CHANNEL=leaked-channel", "VORONKA_AMOCRM_CHATS_BOT=leaked-bot", "VORONKA_AMOCRM_CHATS_API=leaked-amojo",
		"VORONKA_PAYWALL_TAXATION=leaked-taxation",
		"VORONKA_BACKUPS=/nowhere/leaked/backups", "VORONKA_BACKUPS_KEEP=leaked-many", "VORONKA_ALARM_CHAT=leaked-chat",
		"VORONKA_CONSOLE_PASSWORD=leaked", "VORONKA_TIMEZONE=leaked/zone", "VORONKA_LANGUAGE=" + language,
	}
}

func TestWrongSettingsAreNamedTogether(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"ru", "en"} {
		_, printed, code := runOnce(t, t.TempDir(), wrongSettings(language))
		if code != exitFault {
			t.Errorf("%s: exit status %d", language, code)
		}
		golden(t, "settings_"+language+".golden", []byte(printed))
		if strings.Contains(printed, "leaked") {
			t.Errorf("%s: a value is printed", language)
		}
	}
}

// TestWrongSettingOpensNothing runs with one wrong setting beside a busy
// address, a Telegram and a database path: none of them may be touched.
func TestWrongSettingOpensNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ setting, want string }{
		"not set together":   {"VORONKA_TBANK_TERMINAL=OnlyHalf", "VORONKA_TBANK_PASSWORD: терминал и пароль задаются вместе"},
		"unknown language":   {"VORONKA_LANGUAGE=fr", "VORONKA_LANGUAGE: нужно ru или en\n"},
		"unknown zone":       {"VORONKA_TIMEZONE=Europe/Moskva", "VORONKA_TIMEZONE: нужно имя часового пояса"},
		"webhook, no world":  {"VORONKA_TELEGRAM_MODE=webhook", "VORONKA_PUBLIC_URL: для webhook нужен адрес"},
		"misspelt":           {"VORONKA_TIMEZON=Asia/Omsk", "VORONKA_TIMEZON: такой настройки нет. Может быть, VORONKA_TIMEZONE?\n"},
		"of another program": {"VORONKA_XQJWZKPQ=1", "VORONKA_XQJWZKPQ: такой настройки нет; все настройки"},
		"no token":           {"VORONKA_TELEGRAM_TOKEN=", "VORONKA_TELEGRAM_TOKEN: нужен токен бота"},
		"broken flow":        {"VORONKA_FLOWS=testdata/lint", "testdata/lint/course.yaml:11:24: ошибка: переменную «nmae»"},
		"folder of no flows": {"VORONKA_FLOWS=testdata/script", "в папке нет ни одной воронки"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chat := telegramtest.New(telegramtest.Config{})
			t.Cleanup(chat.Close)
			busy, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { busy.Close() })
			database := filepath.Join(t.TempDir(), "voronka.db")
			_, printed, code := runOnce(t, ".", []string{
				"VORONKA_FLOWS=../../flows/catalog", "VORONKA_DATABASE=" + database, "VORONKA_LISTEN=" + busy.Addr().String(),
				"VORONKA_TELEGRAM_API=" + serveFake(t, chat), "VORONKA_TELEGRAM_TOKEN=" + chat.Token(), test.setting,
			})
			if code != exitFault || !strings.Contains(printed, test.want) {
				t.Errorf("exit status %d, printed %s\nwant %s", code, printed, test.want)
			}
			if _, err := os.Stat(database); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the database: %v", err)
			}
			if sent := chat.Sent(); len(sent) > 0 {
				t.Errorf("Telegram was asked: %+v", sent)
			}
		})
	}
}

func TestUnknownTokenOpensNothing(t *testing.T) {
	t.Parallel()
	chat := telegramtest.New(telegramtest.Config{})
	t.Cleanup(chat.Close)
	dir := t.TempDir()
	_, printed, code := runOnce(t, dir, []string{
		"VORONKA_FLOWS=" + catalogFolder(t), "VORONKA_LISTEN=127.0.0.1:0", "VORONKA_LANGUAGE=en",
		"VORONKA_TELEGRAM_API=" + serveFake(t, chat), "VORONKA_TELEGRAM_TOKEN=42:not-the-token-of-the-fake",
	})
	want := "VORONKA_TELEGRAM_TOKEN: Telegram does not know this token. Copy it from @BotFather once more\n"
	if code != exitFault || !strings.HasSuffix(printed, want) || strings.Contains(printed, "not-the-token") {
		t.Errorf("exit status %d, printed %s", code, printed)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left %v behind", left)
	}
}

// TestEmptyIsNotSet: whoever comments a value out of an env file leaves an empty variable.
func TestEmptyIsNotSet(t *testing.T) {
	t.Parallel()
	var env []string
	settings := reflect.TypeFor[Settings]()
	for i := range settings.NumField() {
		env = append(env, settings.Field(i).Tag.Get("envconfig")+"=")
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "flows"), os.DirFS(catalogFolder(t))); err != nil {
		t.Fatal(err)
	}
	_, printed, code := runOnce(t, dir, append(env, "VORONKA_TBANK_TERMINAL=  "))
	want := "VORONKA_TELEGRAM_TOKEN: нужен токен бота от @BotFather, он выглядит так: 123456789:AAE…\n"
	if diff := cmp.Diff(want, printed); code != exitFault || diff != "" {
		t.Errorf("exit status %d (-want +got):\n%s", code, diff)
	}
}

func TestEachFault(t *testing.T) {
	t.Parallel()
	right := func() Settings {
		return Settings{
			Flows: ".", Database: "./voronka.db", Listen: "127.0.0.1:8080", Public: "https://bot.example.ru",
			TelegramToken: "123456789:AAE-_x", TelegramAPI: botAPI, TelegramMode: "webhook", TelegramSecret: "hook",
			TBankTerminal: "T", TBankPassword: "p", TBankAPI: "https://bank.example/v2", TBankFFD: "1.2",
			AmoURL: "https://example.amocrm.ru", AmoToken: "t", AmoRate: "5",
			BackupsKeep: "48", Password: "eightlong", Timezone: "Asia/Yekaterinburg", Language: "en",
		}
	}
	if found := right().faults(); len(found) > 0 {
		t.Fatalf("right settings have faults: %v", found)
	}
	for name, test := range map[string]struct {
		spoil func(*Settings)
		want  fault
	}{
		"token with a line end": {func(s *Settings) { s.TelegramToken += "\n" }, fault{Variable: "VORONKA_TELEGRAM_TOKEN", Key: "telegram_token"}},
		"secret in Cyrillic":    {func(s *Settings) { s.TelegramSecret = "секрет" }, fault{Variable: "VORONKA_TELEGRAM_SECRET", Key: "telegram_secret"}},
		"secret missing":        {func(s *Settings) { s.TelegramSecret = "" }, fault{Variable: "VORONKA_TELEGRAM_SECRET", Key: "telegram_secret"}},
		"secret too long":       {func(s *Settings) { s.TelegramSecret = Secret(strings.Repeat("a", 257)) }, fault{Variable: "VORONKA_TELEGRAM_SECRET", Key: "telegram_secret"}},
		"webhook without TLS":   {func(s *Settings) { s.Public = "http://bot.example.ru" }, fault{Variable: "VORONKA_PUBLIC_URL", Key: "public_https"}},
		"address with a query":  {func(s *Settings) { s.Public = "https://bot.example.ru/?a=b" }, fault{Variable: "VORONKA_PUBLIC_URL", Key: "address"}},
		"address without host":  {func(s *Settings) { s.AmoURL = "https://:443" }, fault{Variable: "VORONKA_AMOCRM_URL", Key: "address"}},
		"no port":               {func(s *Settings) { s.Listen = "127.0.0.1" }, fault{Variable: "VORONKA_LISTEN", Key: "listen"}},
		"port out of range":     {func(s *Settings) { s.Listen = ":70000" }, fault{Variable: "VORONKA_LISTEN", Key: "listen"}},
		"terminal too long":     {func(s *Settings) { s.TBankTerminal = strings.Repeat("7", 21) }, fault{Variable: "VORONKA_TBANK_TERMINAL", Key: "tbank_terminal"}},
		"unknown receipts":      {func(s *Settings) { s.TBankFFD = "1.1" }, fault{Variable: "VORONKA_TBANK_FFD", Key: "tbank_ffd"}},
		"no bank password":      {func(s *Settings) { s.TBankPassword = "" }, fault{Variable: "VORONKA_TBANK_PASSWORD", Key: "tbank_pair"}},
		"certificates missing":  {func(s *Settings) { s.TBankCA = "absent.pem" }, fault{Variable: "VORONKA_TBANK_CA", Key: "tbank_ca"}},
		"not certificates":      {func(s *Settings) { s.TBankCA = "settings_test.go" }, fault{Variable: "VORONKA_TBANK_CA", Key: "tbank_ca"}},
		"no token for the CRM":  {func(s *Settings) { s.AmoToken = "" }, fault{Variable: "VORONKA_AMOCRM_TOKEN", Key: "amocrm_pair"}},
		"half a message":        {func(s *Settings) { s.TelegramRate = "0.5" }, fault{Variable: "VORONKA_TELEGRAM_RATE", Key: "telegram_rate"}},
		"rate of nothing":       {func(s *Settings) { s.AmoRate = "NaN" }, fault{Variable: "VORONKA_AMOCRM_RATE", Key: "amocrm_rate"}},
		"short password":        {func(s *Settings) { s.Password = "short" }, fault{Variable: "VORONKA_CONSOLE_PASSWORD", Key: "password"}},
		"database is a folder":  {func(s *Settings) { s.Database = "." }, fault{Variable: "VORONKA_DATABASE", Key: "database"}},
		"database in no folder": {func(s *Settings) { s.Database = "absent/voronka.db" }, fault{Variable: "VORONKA_DATABASE", Key: "database"}},
		"backups in no folder":  {func(s *Settings) { s.Backups = "absent/backups" }, fault{Variable: "VORONKA_BACKUPS", Key: "backups"}},
		"no backup is kept":     {func(s *Settings) { s.BackupsKeep = "0" }, fault{Variable: "VORONKA_BACKUPS_KEEP", Key: "backups_keep"}},
		"flows are a file":      {func(s *Settings) { s.Flows = "settings_test.go" }, fault{Variable: "VORONKA_FLOWS", Key: "flows"}},
	} {
		s := right()
		test.spoil(&s)
		if diff := cmp.Diff([]fault{test.want}, s.faults()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSecretHidesItself(t *testing.T) {
	t.Parallel()
	const value = "123456789:AAE-the-real-token"
	settings := Settings{TelegramToken: value, TBankPassword: value, AmoToken: value}
	var logged bytes.Buffer
	for _, log := range []*slog.Logger{
		slog.New(slog.NewTextHandler(&logged, nil)), slog.New(slog.NewJSONHandler(&logged, nil)),
	} {
		log.Info("starting", "token", Secret(value), "settings", settings, slog.Group("deep", "token", settings.TelegramToken))
	}
	encoded, err := json.Marshal(map[string]any{"settings": settings, "list": []Secret{value}})
	if err != nil {
		t.Fatal(err)
	}
	printed := logged.String() + string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%10.3s", "%o"} {
		printed += "\n" + fmt.Sprintf(verb, Secret(value)) + fmt.Sprintf(verb, settings) + fmt.Sprintf(verb, &settings)
	}
	printed += fmt.Errorf("wrap: %w", errors.New(fmt.Sprint(Secret(value)))).Error()
	for _, part := range []string{value, "the-real", "123456789", fmt.Sprintf("%x", value), fmt.Sprintf("%X", value)} {
		if strings.Contains(printed, part) {
			t.Errorf("%q is seen in %s", part, printed)
		}
	}
	if got := fmt.Sprintf("%v|%#v|%q|%s", Secret(value), Secret(value), Secret(value), Secret("")); got != `***|"***"|"***"|` {
		t.Errorf("got %s", got)
	}
}

// runOnce runs `voronka run` as a process of its own until it ends by itself.
func runOnce(t *testing.T, dir string, env []string) (out, errOut string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "run")
	cmd.Dir = dir
	cmd.Env = append([]string{"VORONKA_TEST_COMMAND=1", "GORACE=atexit_sleep_ms=0", "PATH=" + os.Getenv("PATH")}, env...)
	var printed, complained bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &complained
	var ended *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return printed.String(), complained.String(), cmd.ProcessState.ExitCode()
}

func catalogFolder(t *testing.T) string {
	t.Helper()
	folder, err := filepath.Abs("../../flows/catalog")
	if err != nil {
		t.Fatal(err)
	}
	return folder
}
