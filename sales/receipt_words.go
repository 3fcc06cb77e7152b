package sales

// Taxations, Taxes, ReceiptMethods, ReceiptObjects, AgentSigns and MarkTypes
// list the words of receipts (T-Bank API 1.80, Receipt; the tax rates of 2026
// are the portal's, beside those that refunds of older sales still need).

// Taxations lists the tax systems.
func Taxations() []string {
	return []string{"osn", "usn_income", "usn_income_outcome", "esn", "patent"}
}

// Taxes lists the rates of VAT.
func Taxes() []string {
	return []string{"none", "vat0", "vat5", "vat7", "vat10", "vat22", "vat105", "vat107", "vat110", "vat122", "vat20", "vat120"}
}

// ReceiptMethods lists how far an item is paid.
func ReceiptMethods() []string {
	return []string{"full_payment", "full_prepayment", "prepayment", "advance", "partial_payment", "credit", "credit_payment"}
}

// ReceiptObjects lists what an item is: in both versions, in FFD 1.05 alone
// and in FFD 1.2 alone.
func ReceiptObjects() (both, old, recent []string) {
	both = []string{"commodity", "excise", "job", "service", "gambling_bet", "gambling_prize", "lottery",
		"lottery_prize", "intellectual_activity", "payment", "agent_commission", "another"}
	old = []string{"composite"}
	recent = []string{"contribution", "property_rights", "unrealization", "tax_reduction", "trade_fee", "resort_tax",
		"pledge", "income_decrease", "ie_pension_insurance_without_payments", "ie_pension_insurance_with_payments",
		"ie_medical_insurance_without_payments", "ie_medical_insurance_with_payments", "social_insurance",
		"casino_chips", "agent_payment", "excisable_goods_without_marking_code", "excisable_goods_with_marking_code",
		"goods_without_marking_code", "goods_with_marking_code"}
	return both, old, recent
}

// AgentSigns lists what a shop can be to its supplier.
func AgentSigns() []string {
	return []string{"bank_paying_agent", "bank_paying_subagent", "paying_agent", "paying_subagent", "attorney", "commission_agent", "another"}
}

// MarkTypes lists the kinds of marking codes.
func MarkTypes() []string {
	return []string{"UNKNOWN", "EAN8", "EAN13", "ITF14", "GS10", "GS1M", "SHORT", "FUR", "EGAIS20", "EGAIS30", "RAWCODE"}
}
