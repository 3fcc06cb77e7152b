// Package steps holds the words of the funnel language, one file each, and
// their golden dialogs. The engine knows a step only through flows.Step.
package steps

import "voronka/flows"

// All are the words of the language, in the order they are documented.
func All() []flows.StepKind {
	return []flows.StepKind{
		{Word: "say", Also: mediaKeys(), Read: readSay},
		{Word: "ask", Read: readAsk},
		{Word: "pay", Read: readPay},
		{Word: "deliver", Read: readDeliver},
		{Word: "crm", Read: readCRM},
		{Word: "operator", Read: readOperator},
		{Word: "set", Read: readSet},
		{Word: "calc", Read: readCalc},
		{Word: "close_deal", Read: readCloseDeal},
		{Word: "goto", Read: readGoto},
		{Word: "tag", Read: readTag},
		{Word: "untag", Read: readUntag},
		{Word: "segment", Read: readSegment},
		{Word: "split", Read: readSplit},
		{Word: "event", Read: readEvent},
		{Word: "wait", Read: readWait},
		{Word: "call", Read: readCall},
		{Word: "return", Read: readReturn},
		{Word: "choose", Read: readChoose},
		{Word: "edit", Read: readEdit},
		{Word: "typing", Read: readTyping},
		{Word: "invite", Read: readInvite},
		{Word: "kick", Read: readKick},
		{Word: "subscribed", Read: readSubscribed},
		{Word: "http", Read: readHTTP},
		{Word: "consent", Read: readConsent},
		{Word: "forget_me", Read: readForgetMe},
		{Word: "export_me", Read: readExportMe},
		{Word: "subscribe", Read: readSubscribe},
		{Word: "renew", Read: readRenew},
		{Word: "new_card", Read: readNewCard},
		{Word: "unsubscribe", Read: readUnsubscribe},
		{Word: "pause_plan", Read: readPausePlan},
		{Word: "resume_plan", Read: readResumePlan},
		{Word: "change_plan", Read: readChangePlan},
		{Word: "refund", Read: readRefund},
		{Word: "confirm", Read: readSettle(flows.ConfirmHold)},
		{Word: "void", Read: readSettle(flows.VoidHold)},
		{Word: "close_receipt", Read: readSettle(flows.CloseReceipt)},
	}
}

// bounded is a text that the linter measures.
func bounded(text flows.Template, limit int, what string) flows.Bounded {
	return flows.Bounded{Text: text.Source, Max: limit, What: what, Pos: text.Pos}
}
