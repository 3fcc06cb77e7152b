package telegramtest

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite botapi.json and golden files")

// modelled lists the methods this server plays.
func modelled() []string {
	return strings.Fields(`getMe getUpdates setWebhook deleteWebhook getWebhookInfo logOut close
		sendMessage sendPhoto sendDocument sendVideo sendAudio sendVoice sendAnimation sendVideoNote sendMediaGroup sendChatAction editMessageText editMessageReplyMarkup deleteMessage
		answerCallbackQuery setMyCommands getMyCommands getFile getChat getChatMember
		createChatInviteLink revokeChatInviteLink banChatMember unbanChatMember
		approveChatJoinRequest declineChatJoinRequest`)
}

// answered lists the types this server writes, beside those it reads.
func answered() []string {
	return strings.Fields(`Update User Chat ChatFullInfo AcceptedGiftTypes Message MaybeInaccessibleMessage CallbackQuery
		Contact Document PhotoSize Voice Video Audio Animation VideoNote Location File WebhookInfo ChatInviteLink ChatJoinRequest ChatMemberUpdated
		ChatMember ChatMemberAdministrator ChatMemberMember ChatMemberLeft ChatMemberBanned`)
}

// published is the format of PaulSonOfLars/telegram-bot-api-spec.
type published struct {
	Version string                    `json:"version"`
	Methods map[string]publishedShape `json:"methods"`
	Types   map[string]publishedShape `json:"types"`
}

type publishedShape struct {
	Returns  []string `json:"returns"`
	Subtypes []string `json:"subtypes"`
	Fields   []struct {
		Name        string   `json:"name"`
		Types       []string `json:"types"`
		Required    bool     `json:"required"`
		Description string   `json:"description"`
	} `json:"fields"`
}

func TestExtractAgreesWithPublishedDescription(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.FromSlash("../../../shared/reference/telegram/botapi.json"))
	if err != nil {
		t.Log("COMPARISON NOT RUN: the published Bot API description is not beside this repository")
		return
	}
	var whole published
	if err := json.Unmarshal(raw, &whole); err != nil {
		t.Fatal(err)
	}
	want := encodeExtract(t, extract(whole))
	if *update {
		if err := os.WriteFile("botapi.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), string(botAPI)); diff != "" {
		t.Errorf("botapi.json differs from the description (-want +got), run with -update:\n%s", diff)
	}
}

// extract keeps the modelled methods and every type that a request to them can hold.
func extract(whole published) *spec {
	out := &spec{
		Source:  "PaulSonOfLars/telegram-bot-api-spec @160fd99, MIT",
		Version: whole.Version, Methods: map[string]shape{}, Types: map[string]shape{},
	}
	var keep func(name string)
	keep = func(name string) {
		name = strings.TrimSpace(strings.ReplaceAll(name, "Array of ", ""))
		typ, ok := whole.Types[name]
		if _, done := out.Types[name]; done || !ok {
			return
		}
		out.Types[name] = compact(typ)
		for _, f := range typ.Fields {
			for _, t := range f.Types {
				keep(t)
			}
		}
		for _, t := range typ.Subtypes {
			keep(t)
		}
	}
	for _, name := range modelled() {
		out.Methods[name] = compact(whole.Methods[name])
		for _, f := range whole.Methods[name].Fields {
			for _, t := range f.Types {
				keep(t)
			}
		}
	}
	for _, name := range answered() {
		out.Types[name] = compact(whole.Types[name])
	}
	for name := range whole.Methods {
		if _, ok := out.Methods[name]; !ok {
			out.Others = append(out.Others, name)
		}
	}
	slices.Sort(out.Others)
	return out
}

func compact(from publishedShape) shape {
	out := shape{Returns: from.Returns, Subtypes: from.Subtypes}
	for _, f := range from.Fields {
		to := field{Name: f.Name, Types: f.Types, Required: f.Required}
		readLimits(&to, f.Description)
		out.Fields = append(out.Fields, to)
	}
	return out
}

var (
	lengthLimit = regexp.MustCompile(`(\d+)-(\d+) (characters|bytes)`)
	valueLimit  = regexp.MustCompile(`(?:between |; |, )(\d+)-(\d+)(?: are accepted|\.|$)`)
	oneOf       = regexp.MustCompile(`[Mm]ust be one of ([^.]*)`)
	quoted      = regexp.MustCompile(`"(\w+)"`)
	alwaysOne   = regexp.MustCompile(`must be (\w+)$`)
)

// readLimits finds "1-64 bytes", "1-99999" and "must be one of …" in a description.
func readLimits(f *field, description string) {
	if m := lengthLimit.FindStringSubmatch(description); m != nil {
		f.Min, _ = strconv.ParseInt(m[1], 10, 64)
		f.Max, _ = strconv.ParseInt(m[2], 10, 64)
		f.Unit = m[3]
		f.Parsed = regexp.MustCompile(`after entit(y|ies) parsing`).MatchString(description)
	}
	if m := valueLimit.FindStringSubmatch(description); m != nil && slices.Equal(f.Types, []string{"Integer"}) {
		f.Min, _ = strconv.ParseInt(m[1], 10, 64)
		f.Max, _ = strconv.ParseInt(m[2], 10, 64)
		f.Unit = "value"
	}
	if !slices.Equal(f.Types, []string{"String"}) {
		return
	}
	if m := oneOf.FindStringSubmatch(description); m != nil {
		for _, q := range quoted.FindAllStringSubmatch(m[1], -1) {
			f.OneOf = append(f.OneOf, q[1])
		}
	}
	if m := alwaysOne.FindStringSubmatch(description); m != nil {
		f.OneOf = []string{m[1]}
	}
}

// encodeExtract writes one line per field, so that a new description reads as a small diff.
func encodeExtract(t *testing.T, s *spec) []byte {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	out := bytes.ReplaceAll(raw, []byte(`{"name":`), []byte("\n    {\"name\":"))
	out = regexp.MustCompile(`([{,])("[A-Za-z]+":\{)`).ReplaceAll(out, []byte("$1\n  $2"))
	return append(out, '\n')
}
