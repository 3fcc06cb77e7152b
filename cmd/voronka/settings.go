package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kelseyhightower/envconfig"

	"voronka/bot"

	"voronka/internal/seal"
)

// Settings are all that can be set, as environment variables. Everything is
// read as text and checked by faults, so that all wrong values are reported
// together and none is printed.
type Settings struct {
	Flows    string `envconfig:"VORONKA_FLOWS" default:"./flows"`
	Database string `envconfig:"VORONKA_DATABASE" default:"./voronka.db"`
	// Backups is the folder of the hourly copies, BackupsKeep how many stay there.
	Backups     string `envconfig:"VORONKA_BACKUPS"`
	BackupsKeep string `envconfig:"VORONKA_BACKUPS_KEEP" default:"48"`
	Listen      string `envconfig:"VORONKA_LISTEN" default:"127.0.0.1:8080"`
	Public      string `envconfig:"VORONKA_PUBLIC_URL"`

	TelegramToken  Secret `envconfig:"VORONKA_TELEGRAM_TOKEN"`
	TelegramAPI    string `envconfig:"VORONKA_TELEGRAM_API" default:"https://api.telegram.org"`
	TelegramMode   string `envconfig:"VORONKA_TELEGRAM_MODE"`
	TelegramSecret Secret `envconfig:"VORONKA_TELEGRAM_SECRET"`
	// TelegramRate is how many messages a second may leave that no customer waits for.
	TelegramRate string `envconfig:"VORONKA_TELEGRAM_RATE" default:"30"`

	TBankTerminal string `envconfig:"VORONKA_TBANK_TERMINAL"`
	TBankPassword Secret `envconfig:"VORONKA_TBANK_PASSWORD"`
	TBankAPI      string `envconfig:"VORONKA_TBANK_API" default:"https://securepay.tinkoff.ru/v2"`

	TBankCA string `envconfig:"VORONKA_TBANK_CA"`
	// TBankMethods are the ways to pay that the terminal has, TBankShops is a file
	// of further terminals, TBankNetworks are where notifications may come from.
	TBankMethods  string `envconfig:"VORONKA_TBANK_METHODS" default:"card"`
	TBankShops    string `envconfig:"VORONKA_TBANK_SHOPS"`
	TBankNetworks string `envconfig:"VORONKA_TBANK_NETWORKS"`
	// TBankFFD is the version of receipts.
	TBankFFD string `envconfig:"VORONKA_TBANK_FFD" default:"1.05"`

	AmoURL   string `envconfig:"VORONKA_AMOCRM_URL"`
	AmoToken Secret `envconfig:"VORONKA_AMOCRM_TOKEN"`
	// AmoClientID, AmoClientSecret and AmoRedirect are an integration's keys, in place of the token.
	AmoClientID     string `envconfig:"VORONKA_AMOCRM_CLIENT_ID"`
	AmoClientSecret Secret `envconfig:"VORONKA_AMOCRM_CLIENT_SECRET"`
	AmoRedirect     string `envconfig:"VORONKA_AMOCRM_REDIRECT_URL"`
	// AmoHookSecret is the part of the webhooks' address that nobody can guess.
	AmoHookSecret Secret `envconfig:"VORONKA_AMOCRM_HOOK_SECRET"`
	AmoRate       string `envconfig:"VORONKA_AMOCRM_RATE" default:"5"`
	// AmoChannel, AmoChannelSecret and AmoChannelBot are the chat channel that
	// amoCRM's support has registered, AmoChats is where the Chats API lives.
	AmoChannel       string `envconfig:"VORONKA_AMOCRM_CHATS_CHANNEL"`
	AmoChannelSecret Secret `envconfig:"VORONKA_AMOCRM_CHATS_SECRET"`
	AmoChannelBot    string `envconfig:"VORONKA_AMOCRM_CHATS_BOT"`
	AmoChats         string `envconfig:"VORONKA_AMOCRM_CHATS_API" default:"https://amojo.amocrm.ru"`

	// Paywall is the taxation for the receipts of bills made in amoCRM.
	Paywall string `envconfig:"VORONKA_PAYWALL_TAXATION"`

	// HTTPHosts are the servers that flows may call, HTTPSecret signs the calls.
	HTTPHosts  string `envconfig:"VORONKA_HTTP_HOSTS"`
	HTTPSecret Secret `envconfig:"VORONKA_HTTP_SECRET"`
	// HTTPSecrets are those that flows may name in headers: name=value, with
	// commas between them.
	HTTPSecrets Secret `envconfig:"VORONKA_HTTP_SECRETS"`

	// HookSecret opens the door for other programs' webhooks.
	HookSecret Secret `envconfig:"VORONKA_HOOK_SECRET"`

	// SecretKey seals the secrets that are kept in the database.
	SecretKey Secret `envconfig:"VORONKA_SECRET_KEY"`
	// SecretKeyOld are keys that still open what they sealed, with commas between.
	SecretKeyOld Secret `envconfig:"VORONKA_SECRET_KEY_OLD"`

	// Charges of saved cards: the switch, and caps of a day in roubles.
	Charges       string `envconfig:"VORONKA_CHARGES" default:"on"`
	ChargesClient string `envconfig:"VORONKA_CHARGES_PER_CUSTOMER"`
	ChargesPlan   string `envconfig:"VORONKA_CHARGES_PER_PLAN"`
	ChargesDay    string `envconfig:"VORONKA_CHARGES_PER_DAY"`
	// Fee is what the bank keeps of a payment, in percent, for the ledger.
	Fee string `envconfig:"VORONKA_FEE"`

	// AlarmChat is the chat in Telegram that the owner is called in.
	AlarmChat string `envconfig:"VORONKA_ALARM_CHAT"`

	Password Secret `envconfig:"VORONKA_CONSOLE_PASSWORD"`
	Timezone string `envconfig:"VORONKA_TIMEZONE" default:"Europe/Moscow"`
	Language string `envconfig:"VORONKA_LANGUAGE" default:"ru"`

	// unknown are the variables that look like settings and are none.
	unknown []string
}

// readSettings takes the process's environment; a variable that is set but
// empty counts as not set.
func readSettings(env []string) (Settings, error) {
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "VORONKA_") && strings.TrimSpace(value) == "" {
			if err := os.Unsetenv(name); err != nil {
				return Settings{}, fmt.Errorf("read settings: %w", err)
			}
		}
	}
	var s Settings
	if err := envconfig.Process("", &s); err != nil {
		return s, fmt.Errorf("read settings: %w", err)
	}
	s.unknown = unknownSettings(env)
	s.Public = strings.TrimRight(s.Public, "/")
	if s.TelegramMode == "" {
		s.TelegramMode = "polling"
		if s.Public != "" {
			s.TelegramMode = "webhook"
		}
	}
	return s, nil
}

// fault is one setting that is wrong: its variable and the locale key that
// says what would be right (settings.<Key>). Meant is the known name that an
// unknown one resembles.
type fault struct{ Variable, Key, Meant string }

// botAPI is Telegram's own server.
const botAPI = "https://api.telegram.org"

var (
	telegramToken  = regexp.MustCompile(`^\d{1,20}:[A-Za-z0-9_-]{5,}$`)
	hookSecret     = regexp.MustCompile(`^[A-Za-z0-9]{16,100}$`)
	telegramSecret = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`) // Bot API, setWebhook
)

// faults checks all settings that `voronka run` needs.
func (s Settings) faults() []fault {
	var found []fault
	check := func(ok bool, variable, key string) {
		if !ok {
			found = append(found, fault{Variable: variable, Key: key})
		}
	}
	for _, variable := range s.unknown {
		found = append(found, misspelt(variable))
	}
	check(telegramToken.MatchString(string(s.TelegramToken)), "VORONKA_TELEGRAM_TOKEN", "telegram_token")
	check(webAddress(s.TelegramAPI), "VORONKA_TELEGRAM_API", "address")
	check(s.TelegramMode == "polling" || s.TelegramMode == "webhook", "VORONKA_TELEGRAM_MODE", "telegram_mode")
	if s.TelegramMode == "webhook" {
		check(s.Public != "", "VORONKA_PUBLIC_URL", "public_needed")
		check(telegramSecret.MatchString(string(s.TelegramSecret)), "VORONKA_TELEGRAM_SECRET", "telegram_secret")
	}
	_, paced := s.telegramRate()
	check(paced, "VORONKA_TELEGRAM_RATE", "telegram_rate")
	check(s.Public == "" || webAddress(s.Public), "VORONKA_PUBLIC_URL", "address")
	if s.TelegramMode == "webhook" && webAddress(s.Public) && s.TelegramAPI == botAPI {
		check(strings.HasPrefix(s.Public, "https://"), "VORONKA_PUBLIC_URL", "public_https") // Bot API, setWebhook
	}
	check(listenable(s.Listen), "VORONKA_LISTEN", "listen")
	s.bankFaults(check)
	check(s.AmoURL == "" || webAddress(s.AmoURL), "VORONKA_AMOCRM_URL", "address")
	check((s.AmoURL == "") == (s.AmoToken == "" && s.AmoClientID == ""), "VORONKA_AMOCRM_TOKEN", "amocrm_pair")
	check((s.AmoClientID == "") == (s.AmoClientSecret == "") && (s.AmoClientID == "") == (s.AmoRedirect == ""),
		"VORONKA_AMOCRM_CLIENT_ID", "amocrm_oauth")
	check(s.AmoHookSecret == "" || hookSecret.MatchString(string(s.AmoHookSecret)), "VORONKA_AMOCRM_HOOK_SECRET", "amocrm_hook")
	s.chatFaults(check)
	check(s.SecretKey == "" || len(s.SecretKey) >= seal.MinKey, "VORONKA_SECRET_KEY", "secret_key")
	check(s.SecretKey != "" || s.AmoClientID == "" || s.AmoToken != "", "VORONKA_SECRET_KEY", "secret_key_needed")
	s.chargeFaults(check)
	check(s.amoRate() > 0, "VORONKA_AMOCRM_RATE", "amocrm_rate")
	check(s.Paywall == "" || slices.Contains(taxations(), s.Paywall), "VORONKA_PAYWALL_TAXATION", "paywall")
	check(hosts(s.HTTPHosts) != nil || s.HTTPHosts == "", "VORONKA_HTTP_HOSTS", "http_hosts")
	check(s.HTTPSecret == "" || len(s.HTTPSecret) >= 16, "VORONKA_HTTP_SECRET", "http_secret")
	check(secrets(string(s.HTTPSecrets)) != nil || s.HTTPSecrets == "", "VORONKA_HTTP_SECRETS", "http_secrets")
	check(s.HookSecret == "" || len(s.HookSecret) >= 16, "VORONKA_HOOK_SECRET", "http_secret")
	check(s.Password == "" || len(s.Password) >= 8, "VORONKA_CONSOLE_PASSWORD", "password")
	check(s.AlarmChat == "" || chatID(s.AlarmChat), "VORONKA_ALARM_CHAT", "alarm_chat")
	_, err := time.LoadLocation(s.Timezone)
	check(err == nil, "VORONKA_TIMEZONE", "timezone")
	check(s.Language == "ru" || s.Language == "en", "VORONKA_LANGUAGE", "language")
	check(databaseAddress(s.Database) || databaseFile(s.Database), "VORONKA_DATABASE", "database")
	check(folder(s.Flows), "VORONKA_FLOWS", "flows")
	check(s.Backups == "" || folder(s.Backups) || folder(filepath.Dir(s.Backups)), "VORONKA_BACKUPS", "backups")
	check(s.backupsKeep() > 0, "VORONKA_BACKUPS_KEEP", "backups_keep")
	return found
}

// taxations are the systems of T-Bank API 1.80, Receipt.Taxation, and the word
// for a shop that makes no receipts here.
func taxations() []string {
	return []string{"osn", "usn_income", "usn_income_outcome", "esn", "patent", bot.NoReceipt}
}

// amoRate is the budget in requests a second, zero when it is none.
func (s Settings) amoRate() float64 {
	rate, err := strconv.ParseFloat(s.AmoRate, 64)
	if err != nil || rate > 1000 {
		return 0
	}
	return rate
}

// backupsKeep is how many hourly copies stay, zero when it is no such number.
func (s Settings) backupsKeep() int {
	keep, err := strconv.Atoi(s.BackupsKeep)
	if err != nil || keep > 100_000 {
		return 0
	}
	return max(keep, 0)
}

// telegramRate is the budget in messages a second, zero for none; ok tells
// whether it is such a number. Telegram takes a thousand at most (Bot API,
// allow_paid_broadcast).
func (s Settings) telegramRate() (perSecond float64, ok bool) {
	if s.TelegramRate == "" {
		return 30, true
	}
	rate, err := strconv.ParseFloat(s.TelegramRate, 64)
	return rate, err == nil && (rate == 0 || rate >= 1 && rate <= 1000)
}

func webAddress(s string) bool {
	address, err := url.Parse(s)
	return err == nil && (address.Scheme == "http" || address.Scheme == "https") && address.Hostname() != "" &&
		address.RawQuery == "" && address.Fragment == ""
}

// certificates tells whether a file holds root certificates that can be trusted.
func certificates(path string) bool {
	roots, err := os.ReadFile(path)
	return err == nil && x509.NewCertPool().AppendCertsFromPEM(roots)
}

func folder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// databaseFile tells whether a file is, or can be made, at a path.
func databaseFile(path string) bool {
	info, err := os.Stat(path)
	return !strings.Contains(path, "://") && (err == nil && info.Mode().IsRegular() || errors.Is(err, fs.ErrNotExist) && folder(filepath.Dir(path)))
}

func listenable(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// errFault ends a command that found fault: exit status 1, its words are already printed.
var errFault = errors.New("found fault")
