// Command voronka is the one binary: it runs the bot, shows the demo, and has
// the tools of marketers and owners.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // zones on machines that have none

	"github.com/alecthomas/kong"

	"voronka/locales"
)

// Exit statuses.
const (
	exitOK    = 0
	exitFault = 1 // the command did its work and found fault
	exitUsage = 2 // the command was used wrongly
)

// commands is the command line.
type commands struct {
	Run           runCommand           `cmd:"" help:"Запустить бота · run the bot"`
	Demo          demoCommand          `cmd:"" help:"Вся воронка в браузере, без аккаунтов · the whole funnel in a browser, no account anywhere"`
	Fake          fakeCommand          `cmd:"" help:"Запустить один стенд: telegram, tbank, amocrm · start one fake alone"`
	Init          initCommand          `cmd:"" help:"Начать свою папку воронок с готовой · start a folder of funnels from a ready one"`
	Lint          lintCommand          `cmd:"" help:"Проверить воронки в папке · check the funnels of a folder"`
	Test          testCommand          `cmd:"" help:"Прогнать диалоги из *_test.yaml · play the dialogs of *_test.yaml"`
	Play          playCommand          `cmd:"" help:"Поговорить с воронкой в терминале · talk to a funnel in the terminal"`
	Fuzz          fuzzCommand          `cmd:"" help:"Провести по воронке случайных клиентов · let random customers walk a funnel"`
	Graph         graphCommand         `cmd:"" help:"Нарисовать воронку · draw a funnel"`
	Schema        schemaCommand        `cmd:"" help:"JSON Schema воронок для редактора · JSON Schema of funnels for editors"`
	Translate     translateCommand     `cmd:"" help:"Заготовка перевода воронки · what there is to translate"`
	Import        importCommand        `cmd:"" help:"Перенести воронку из salebot · bring over a funnel from salebot"`
	Plan          planCommand          `cmd:"" help:"Что изменит публикация для идущих диалогов · what publishing would do to dialogs under way"`
	Split         splitCommand         `cmd:"" help:"Как продают варианты split · how the arms of the splits sell"`
	Versions      versionsCommand      `cmd:"" help:"Что работало раньше, и вернуть это · what was live before, and bring it back"`
	Replay        replayCommand        `cmd:"" help:"Переиграть записанные диалоги на этих воронках · play recorded dialogs against these funnels"`
	Broadcast     broadcastCommand     `cmd:"" help:"Рассылка: начать, посчитать, остановить · broadcasts: begin, count, stop"`
	Doctor        doctorCommand        `cmd:"" help:"Проверить настройки, базу и связь со всеми · check settings, database and every connection"`
	Backup        backupCommand        `cmd:"" help:"Скопировать базу, можно на ходу · copy the database, also while the bot runs"`
	Restore       restoreCommand       `cmd:"" help:"Вернуть базу из копии · bring the database back from a copy"`
	Contacts      contactsCommand      `cmd:"" help:"Клиенты таблицей CSV: выгрузить и внести · customers as a CSV table, out and in"`
	Migrate       migrateCommand       `cmd:"" help:"Перенести всё в другую базу: файл, PostgreSQL · carry everything into another database"`
	Compact       compactCommand       `cmd:"" help:"Сжать базу, пока бот остановлен · rewrite the database without gaps while the bot stands"`
	Amocrm        amoCommand           `cmd:"" help:"Подключить amoCRM · connect amoCRM"`
	Ledger        ledgerCommand        `cmd:"" help:"Книга учёта: остатки, сверка с банком, выгрузка · the ledger: balances, reconciliation, export"`
	Refund        refundCommand        `cmd:"" help:"Вернуть деньги за платёж · give the money of a payment back"`
	Subscriptions subscriptionsCommand `cmd:"" help:"Подписки: список и что спишется · subscriptions: a list, and what will be charged"`
	Config        configCommand        `cmd:"" help:"Все настройки и их смысл · all settings and their meaning" aliases:"help-config"`
}

// app is what every command gets.
type app struct {
	ctx      context.Context
	in       io.Reader
	out, err io.Writer
	env      []string
	words    *locales.Catalog
	language string
	now      func() time.Time
}

// say prints a line from the locales.
func (a *app) say(key string, args map[string]any) {
	fmt.Fprintln(a.out, a.words.Text(a.language, key, args))
}

func main() { os.Exit(process(time.Now)) }

// process runs this process's command line until it ends or is told to stop.
func process(now func() time.Time) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return command(ctx, now, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
}

// command runs one command line by a clock and gives its exit status.
func command(ctx context.Context, now func() time.Time, args, env []string, in io.Reader, out, errOut io.Writer) int {
	words, err := locales.Load()
	if err != nil {
		fmt.Fprintln(errOut, "voronka:", err)
		return exitFault
	}
	a := &app{ctx: ctx, in: in, out: out, err: errOut, env: env, words: words, language: language(env), now: now}
	if len(args) == 2 && args[0] == "help" && args[1] == "config" {
		args = []string{"config"}
	}
	var line commands
	exited := -1
	parser, err := kong.New(&line, kong.Name("voronka"), kong.Writers(out, errOut), kong.Exit(func(code int) { exited = code }),
		kong.Description("Воронка: бот-воронка продаж, который живёт у вас. A self-hosted sales-funnel bot."), kong.Bind(a))
	if err != nil {
		fmt.Fprintln(errOut, "voronka:", err)
		return exitFault
	}
	if len(args) == 0 {
		args = []string{"--help"}
	} else if args[0] == "help" {
		args = append(args[1:], "--help")
	}
	parsed, err := parser.Parse(args)
	switch {
	case exited >= 0:
		return exited
	case err != nil:
		fmt.Fprintln(errOut, "voronka:", err)
		return exitUsage
	}
	return status(a.speak(parsed.Run(a)), errOut)
}

func status(err error, errOut io.Writer) int {
	var coded exitStatus
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return exitOK
	case errors.As(err, &coded):
		return int(coded)
	case !errors.Is(err, errFault):
		fmt.Fprintln(errOut, "voronka:", err)
	}
	return exitFault
}

// exitStatus is an error that only carries an exit status.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func exit(code int) error {
	if code == exitOK {
		return nil
	}
	return exitStatus(code)
}

// language is the one to speak on the command line.
func language(env []string) string {
	for _, pair := range env {
		if value, ok := strings.CutPrefix(pair, "VORONKA_LANGUAGE="); ok && (value == "ru" || value == "en") {
			return value
		}
	}
	return "ru"
}
