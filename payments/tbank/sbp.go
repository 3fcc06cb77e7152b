package tbank

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"voronka/payments"
	"voronka/sales"
)

// Methods implements payments.Opener by the shop's settings.
func (p *Provider) Methods(_ context.Context, name string) ([]sales.Method, error) {
	shop, err := p.shop(name)
	if err != nil {
		return nil, err
	}
	methods := []sales.Method{sales.MethodCard}
	if shop.contract.SBP {
		methods = append(methods, sales.MethodSBP)
	}
	if shop.contract.TPay {
		methods = append(methods, sales.MethodTPay)
	}
	return methods, nil
}

// Open implements payments.Opener: the bank's page for a card, GetQr for SBP,
// the link of T-Pay 2.0 for T-Pay.
func (p *Provider) Open(ctx context.Context, payment sales.Payment, method sales.Method) (string, error) {
	shop, err := p.shop(payment.Shop)
	if err != nil {
		return "", err
	}
	if payment.External == "" {
		return "", bury("bank_request", "у платежа ещё нет ссылки")
	}
	switch method {
	case "", sales.MethodCard:
		return payment.URL, nil
	case sales.MethodSBP:
		if err := payableBySBP(payment.Amount); err != nil {
			return "", err
		}
		made, err := shop.call(ctx, "GetQr", map[string]any{"PaymentId": payment.External})
		return opened(string(made.Data), method, err)
	case sales.MethodTPay:
		path := "TinkoffPay/transactions/" + url.PathEscape(payment.External) + "/versions/2.0/link"
		made, err := shop.get(ctx, path)
		return opened(made.Params.RedirectURL, method, err)
	}
	return "", bury("method_off", "такого способа оплаты у банка нет")
}

func opened(address string, method sales.Method, err error) (string, error) {
	if err != nil {
		if failure := sales.AsError(err); failure.Code == "bank_settings" && failure.Action == sales.Bury {
			return "", bury("method_off", "способ оплаты «"+string(method)+"» не включён у терминала: "+failure.Message)
		}
		return "", err
	}
	if !page(address) {
		return "", &sales.Error{Code: "bank_garbled", Action: sales.Retry, Err: errors.New("the answer has no address")}
	}
	return address, nil
}

// redirect is what the unsigned GETs of T-Pay answer.
type redirect struct {
	Success   flag
	ErrorCode text
	Message   text
	Details   text
	Params    struct {
		RedirectURL string `json:"RedirectUrl"`
	}
}

// get asks one of the unsigned methods (T-Bank API 1.80, T-Pay).
func (s *shop) get(ctx context.Context, path string) (redirect, error) {
	var out redirect
	_, err := s.rest.Do(ctx, http.MethodGet, path, nil, nil, &out)
	_, err = judged("", answer{Success: out.Success, ErrorCode: out.ErrorCode, Message: out.Message, Details: out.Details}, err)
	return out, err
}

// Bank is a bank of the faster payment system, in the order in which the bank
// wants them shown.
type Bank struct {
	BankID   string `json:"BankId"`
	NspkID   string `json:"NspkBankId"`
	BankName string
	BankLogo string
}

// Banks lists the banks whose apps can pay by SBP on a kind of device: mobile
// or desktop, with its system (iOS, Android, Windows …).
func (p *Provider) Banks(ctx context.Context, name, kind, system string) ([]Bank, error) {
	shop, err := p.shop(name)
	if err != nil {
		return nil, err
	}
	got, err := shop.call(ctx, "GetQrBankList", map[string]any{
		"Device": map[string]string{"Type": kind, "Os": system}, "ScenarioType": "qr",
	})
	return got.BankList, err
}

// Member is a bank that a payment by SBP can be given back to.
type Member struct {
	MemberID   string `json:"MemberId"`
	MemberName string
	// IsPayee is set for the bank that the payment came from.
	IsPayee bool
}

// Members lists the banks that a payment by SBP can be given back to.
func (p *Provider) Members(ctx context.Context, payment sales.Payment) ([]Member, error) {
	shop, err := p.shop(payment.Shop)
	if err != nil {
		return nil, err
	}
	got, err := shop.call(ctx, "QrMembersList", map[string]any{"PaymentId": payment.External})
	return got.Members, err
}

// TestOutcome is how a payment by SBP ends on a DEMO terminal.
type TestOutcome string

// The endings that SbpPayTest knows.
const (
	TestPaid     TestOutcome = ""
	TestLate     TestOutcome = "IsDeadlineExpired"
	TestRejected TestOutcome = "IsRejected"
)

// PayTest ends a payment by SBP of a DEMO terminal, for which GetQr was called.
func (p *Provider) PayTest(ctx context.Context, payment sales.Payment, outcome TestOutcome) error {
	shop, err := p.shop(payment.Shop)
	if err != nil {
		return err
	}
	fields := map[string]any{"PaymentId": payment.External}
	if outcome != TestPaid {
		fields[string(outcome)] = true
	}
	_, err = shop.call(ctx, "SbpPayTest", fields)
	return err
}

// BindAccount makes the address (for a QR code and a phone) where a customer
// lets the shop charge their account by SBP. Link.External is the request's key.
func (p *Provider) BindAccount(ctx context.Context, name, description string) (payments.Link, error) {
	shop, err := p.shop(name)
	if err != nil {
		return payments.Link{}, err
	}
	made, err := shop.call(ctx, "AddAccountQr", map[string]any{"Description": clip(description, 140)})
	if err != nil {
		return payments.Link{}, err
	}
	address, err := opened(string(made.Data), sales.MethodSBP, nil)
	return payments.Link{External: string(made.RequestKey), URL: address}, err
}

// BindPaying implements payments.AccountBinder with GetQr of a payment that
// Init made with Recurrent and DATA.QR: its RequestKey is that of the wish to
// store the account (T-Bank API 1.80, GetQr). Whether the bank's own page stores
// an account is said nowhere, so that such a payment is paid at this address alone.
func (p *Provider) BindPaying(ctx context.Context, payment sales.Payment) (payments.Link, error) {
	shop, err := p.shop(payment.Shop)
	if err != nil {
		return payments.Link{}, err
	}
	if payment.External == "" || !payment.StoresAccount() {
		return payments.Link{}, bury("bank_request", "счёт привязывается платежом через СБП, который для этого заведён у банка")
	}
	if err := payableBySBP(payment.Amount); err != nil {
		return payments.Link{}, err
	}
	made, err := shop.call(ctx, "GetQr", map[string]any{"PaymentId": payment.External})
	address, err := opened(string(made.Data), sales.MethodSBP, err)
	if err != nil {
		return payments.Link{}, err
	}
	if made.RequestKey == "" {
		return payments.Link{}, bury("account_not_bound", "банк не дал ключа привязки счёта: попросите его включить у терминала рекуррентные платежи по СБП")
	}
	return payments.Link{External: string(made.RequestKey), URL: address}, nil
}

// payableBySBP refuses sums that GetQr would (T-Bank API 1.80, code 3016).
func payableBySBP(amount sales.Money) error {
	if amount < 1000 || amount > 100_000_000 {
		return bury("method_off", "через СБП платят от 10 ₽ до 1 000 000 ₽")
	}
	return nil
}

// AccountBound asks what became of BindAccount, or of BindPaying.
func (p *Provider) AccountBound(ctx context.Context, name, request string) (payments.Binding, error) {
	shop, err := p.shop(name)
	if err != nil {
		return payments.Binding{}, err
	}
	got, err := shop.call(ctx, "GetAddAccountQrState", map[string]any{"RequestKey": number(request)})
	if err != nil && got.Status == "" {
		return payments.Binding{}, err
	}
	return payments.Binding{
		Request: request, Status: bindingStatus(string(got.Status)),
		Card: payments.Card{Token: got.AccountToken.Secret, Kind: payments.AccountKind, Last: string(got.BankMemberName)},
	}, nil
}
