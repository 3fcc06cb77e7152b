package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"

	"voronka/bot"
	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/flows"
	"voronka/sales"
)

// channelID is an id of the Chats API (chats/chat-start).
var channelID = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// chatFaults checks the settings of the chat channel: all of it, or nothing.
func (s Settings) chatFaults(check func(ok bool, variable, key string)) {
	none := s.AmoChannel == "" && s.AmoChannelSecret == "" && s.AmoChannelBot == ""
	all := s.AmoChannel != "" && s.AmoChannelSecret != "" && s.AmoChannelBot != ""
	check(none || all, "VORONKA_AMOCRM_CHATS_CHANNEL", "amocrm_chats")
	check(s.AmoChannel == "" || channelID.MatchString(s.AmoChannel), "VORONKA_AMOCRM_CHATS_CHANNEL", "amocrm_chat_id")
	check(s.AmoChannelBot == "" || channelID.MatchString(s.AmoChannelBot), "VORONKA_AMOCRM_CHATS_BOT", "amocrm_chat_id")
	check(none || s.AmoURL != "", "VORONKA_AMOCRM_CHATS_CHANNEL", "amocrm_chats_alone")
	check(s.AmoChats == "" || webAddress(s.AmoChats), "VORONKA_AMOCRM_CHATS_API", "address")
}

// amoChats are the chats of an account; nil where no channel is registered.
// words tell managers why a message has not arrived.
func (s Settings) amoChats(account *amocrm.CRM, words func(code string) string) *amocrm.Chats {
	if s.AmoChannel == "" || s.AmoChannelSecret == "" || s.AmoChannelBot == "" || account == nil {
		return nil
	}
	return amocrm.NewChats(account, amocrm.Channel{
		ID: s.AmoChannel, Secret: string(s.AmoChannelSecret), Bot: s.AmoChannelBot, API: s.AmoChats,
		Words: words,
	})
}

// undelivered tells a manager why a message has not arrived.
func (s *service) undelivered(code string) string {
	if key := "amocrm.undelivered." + code; s.words.Has(s.Language, key) {
		return s.words.Text(s.Language, key, nil)
	}
	return s.words.Text(s.Language, "amocrm.undelivered.other", map[string]any{"Code": code})
}

// amoChatHookURL is the address to be registered for the channel's hooks; amoCRM
// puts the scope into it (chats/chat-start). Empty where nobody outside could reach us.
func (s Settings) amoChatHookURL() string {
	if s.Public == "" {
		return ""
	}
	return s.Public + "/crm/amocrm/chats/:scope_id"
}

// amoChatHook takes what a manager wrote in a chat. It is told once and never
// again (chats/chat-webhooks): it is committed before it is answered.
func (s *service) amoChatHook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if err != nil {
		http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
		return
	}
	written, err := s.chats.Read(r.PathValue("scope"), r.Header.Get("X-Signature"), body)
	switch {
	case errors.Is(err, crm.ErrForged):
		http.Error(w, "the signature is not the channel's", http.StatusForbidden)
		return
	case err != nil:
		s.log.Error("a chat hook of amocrm cannot be read", "error", err)
		http.Error(w, "the body is not as documented", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), hookTime)
	defer cancel()
	if err := s.bot.Written(ctx, written); err != nil {
		s.log.Error("a message of a manager is not kept", "error", err)
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// wantsChats tells whether a funnel wants its dialogs in chats.
func wantsChats(project *flows.Project) bool {
	return project != nil && slices.ContainsFunc(project.Flows, func(f *flows.Flow) bool {
		return f.Mirroring != nil && f.Mirroring.Dialog == flows.DialogChats
	})
}

// chatLacks tells what keeps dialogs from being chats. What cannot be asked now is the error.
func (s Settings) chatLacks(ctx context.Context, project *flows.Project, chats *amocrm.Chats) ([]lack, error) {
	switch {
	case !wantsChats(project):
		return nil, nil
	case chats == nil:
		return []lack{{"chats_none", map[string]any{"Hook": s.amoChatHookURL()}, true}}, nil
	}
	var lacks []lack
	if s.Public == "" {
		lacks = append(lacks, lack{"chats_deaf", nil, true})
	}
	err := chats.Check(ctx)
	switch sales.AsError(err).Code {
	case "crm_chat_denied":
		return append(lacks, lack{"chats_denied", nil, true}), nil
	case "crm_chat_gone":
		return append(lacks, lack{"chats_off", nil, false}), nil
	}
	return lacks, err
}

// chatAlarms are why dialogs do not reach the chats, in words for operators.
func (s *service) chatAlarms() []bot.Alarm {
	if s.chats == nil {
		return nil
	}
	if code := s.chats.Trouble(); code != "" {
		return []bot.Alarm{s.alarm("amocrm", code, nil)}
	}
	return nil
}
