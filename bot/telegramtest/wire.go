package telegramtest

import "encoding/json"

// The types below are the answers' JSON (Bot API, "Available types"), with the fields this server fills.

type wireUser struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name,omitempty"`
	Username     string `json:"username,omitempty"`
	LanguageCode string `json:"language_code,omitempty"`
}

type wireChat struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	Title     string `json:"title,omitempty"`
	Username  string `json:"username,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
}

// Entity is a formatted stretch of a text (Bot API, MessageEntity). Offset and Length count UTF-16 units.
type Entity struct {
	Type          string `json:"type"`
	Offset        int    `json:"offset"`
	Length        int    `json:"length"`
	URL           string `json:"url,omitempty"`
	Language      string `json:"language,omitempty"`
	CustomEmojiID string `json:"custom_emoji_id,omitempty"`
	UnixTime      int64  `json:"unix_time,omitempty"`
	Format        string `json:"date_time_format,omitempty"`
}

type wireMessage struct {
	MessageID       int64           `json:"message_id"`
	From            *wireUser       `json:"from,omitempty"`
	SenderChat      *wireChat       `json:"sender_chat,omitempty"`
	Date            int64           `json:"date"`
	Chat            wireChat        `json:"chat"`
	ReplyTo         *wireMessage    `json:"reply_to_message,omitempty"`
	EditDate        int64           `json:"edit_date,omitempty"`
	Protected       bool            `json:"has_protected_content,omitempty"`
	Text            string          `json:"text,omitempty"`
	Entities        []Entity        `json:"entities,omitempty"`
	Document        *wireDocument   `json:"document,omitempty"`
	Photo           []wirePhoto     `json:"photo,omitempty"`
	Voice           *wireVoice      `json:"voice,omitempty"`
	Video           *wireFrame      `json:"video,omitempty"`
	Audio           *wirePlayed     `json:"audio,omitempty"`
	Animation       *wireFrame      `json:"animation,omitempty"`
	VideoNote       *wireNote       `json:"video_note,omitempty"`
	MediaGroup      string          `json:"media_group_id,omitempty"`
	Caption         string          `json:"caption,omitempty"`
	CaptionEntities []Entity        `json:"caption_entities,omitempty"`
	Contact         *wireContact    `json:"contact,omitempty"`
	Location        *wireLocation   `json:"location,omitempty"`
	ReplyMarkup     json.RawMessage `json:"reply_markup,omitempty"` // inline keyboards only
}

type wireDocument struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	FileName     string `json:"file_name,omitempty"`
	MimeType     string `json:"mime_type,omitempty"`
	FileSize     int    `json:"file_size"`
}

type wirePhoto struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	Width        int    `json:"width"`
	Height       int    `json:"height"`
	FileSize     int    `json:"file_size"`
}

type wireVoice struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	Duration     int    `json:"duration"`
	MimeType     string `json:"mime_type,omitempty"`
	FileSize     int    `json:"file_size"`
}

// wirePlayed is an Audio, wireFrame a Video or an Animation.
type wirePlayed struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	Duration     int    `json:"duration"`
	FileName     string `json:"file_name,omitempty"`
	MimeType     string `json:"mime_type,omitempty"`
	FileSize     int    `json:"file_size"`
}

type wireFrame struct {
	wirePlayed
	Width  int `json:"width"`
	Height int `json:"height"`
}

type wireNote struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	Length       int    `json:"length"`
	Duration     int    `json:"duration"`
	FileSize     int    `json:"file_size"`
}

type wireFile struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	FileSize     int    `json:"file_size"`
	FilePath     string `json:"file_path"`
}

type wireContact struct {
	PhoneNumber string `json:"phone_number"`
	FirstName   string `json:"first_name"`
	LastName    string `json:"last_name,omitempty"`
	UserID      int64  `json:"user_id,omitempty"`
}

type wireLocation struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

type wireCallback struct {
	ID           string      `json:"id"`
	From         wireUser    `json:"from"`
	Message      wireMessage `json:"message"`
	ChatInstance string      `json:"chat_instance"`
	Data         string      `json:"data"`
}

type wireCommand struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

type wireLink struct {
	InviteLink   string   `json:"invite_link"`
	Creator      wireUser `json:"creator"`
	JoinRequest  bool     `json:"creates_join_request"`
	IsPrimary    bool     `json:"is_primary"`
	IsRevoked    bool     `json:"is_revoked"`
	Name         string   `json:"name,omitempty"`
	ExpireDate   int64    `json:"expire_date,omitempty"`
	MemberLimit  int64    `json:"member_limit,omitempty"`
	PendingCount int      `json:"pending_join_request_count,omitempty"`
}

// kind is how the message shows its file, in the Bot API's word.
func (m *wireMessage) kind() string {
	switch {
	case m.Photo != nil:
		return "photo"
	case m.Video != nil:
		return "video"
	case m.Audio != nil:
		return "audio"
	case m.Voice != nil:
		return "voice"
	case m.Animation != nil:
		return "animation"
	case m.VideoNote != nil:
		return "video_note"
	}
	return "document"
}
