package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"voronka/internal/rest"
	"voronka/payments"
	"voronka/payments/tbank"
	"voronka/sales"
)

func (s *service) newBank() (payments.Provider, error) {
	config, err := s.bankConfig()
	if err != nil {
		return nil, err
	}
	config.Now = s.now
	if config.HTTP, err = s.bankTransport(); err != nil {
		return nil, err
	}
	return tbank.New(config), nil
}

// bankTransport trusts the further roots for the bank alone; nil where there are none.
func (s Settings) bankTransport() (*http.Client, error) {
	if s.TBankCA == "" {
		return nil, nil
	}
	roots, err := os.ReadFile(s.TBankCA)
	if err != nil {
		return nil, fmt.Errorf("read VORONKA_TBANK_CA: %w", err)
	}
	client, err := rest.NewHTTP(30*time.Second, roots)
	if err != nil {
		return nil, fmt.Errorf("trust VORONKA_TBANK_CA: %w", err)
	}
	return client, nil
}

// bankConfig is what the settings say of the terminals.
func (s Settings) bankConfig() (tbank.Config, error) {
	methods, _ := readMethods(s.TBankMethods)
	config := tbank.Config{
		Terminal: s.TBankTerminal, Password: string(s.TBankPassword), API: s.TBankAPI,
		SBP: slices.Contains(methods, sales.MethodSBP), TPay: slices.Contains(methods, sales.MethodTPay),
	}
	if s.Public != "" {
		config.NotificationURL = s.Public + "/payments/" + tbank.Name
	}
	if s.TBankShops == "" {
		return config, nil
	}
	shops, err := readShops(s.TBankShops, s.TBankTerminal)
	config.Shops = shops
	return config, err
}

// shopFile is one shop of VORONKA_TBANK_SHOPS.
type shopFile struct {
	Terminal string   `yaml:"terminal"`
	Password string   `yaml:"password"`
	Methods  []string `yaml:"methods"`
}

var shopName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// readShops reads the file of further terminals. Its errors name what is wrong
// and never a password.
func readShops(path, mainTerminal string) (map[string]tbank.Shop, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.New("the file cannot be read")
	}
	var file map[string]shopFile
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil || len(file) == 0 {
		return nil, errors.New("the file is no list of shops")
	}
	shops, taken := map[string]tbank.Shop{}, map[string]bool{mainTerminal: mainTerminal != ""}
	for name, one := range file {
		methods, known := readMethods(strings.Join(one.Methods, ","))
		switch {
		case !shopName.MatchString(name):
			return nil, errors.New("a shop's name must be latin letters, digits and _")
		case one.Terminal == "" || len(one.Terminal) > 20 || one.Password == "": // T-Bank API 1.80, Init
			return nil, fmt.Errorf("shop %s lacks its terminal or password", name)
		case taken[one.Terminal]:
			return nil, fmt.Errorf("shop %s has the terminal of another", name)
		case !known:
			return nil, fmt.Errorf("shop %s has an unknown method: want card, sbp, tpay", name)
		}
		taken[one.Terminal] = true
		shops[name] = tbank.Shop{
			Terminal: one.Terminal, Password: one.Password,
			SBP: slices.Contains(methods, sales.MethodSBP), TPay: slices.Contains(methods, sales.MethodTPay),
		}
	}
	return shops, nil
}

// readMethods reads the ways to pay that a terminal has.
func readMethods(text string) (methods []sales.Method, known bool) {
	for word := range strings.SplitSeq(text, ",") {
		switch method := sales.Method(strings.TrimSpace(word)); method {
		case "", sales.MethodCard:
		case sales.MethodSBP, sales.MethodTPay:
			methods = append(methods, method)
		default:
			return nil, false
		}
	}
	return methods, true
}

// readNetworks reads who may knock with notifications: "bank" is the bank's own list.
func readNetworks(text string) (guard payments.Guard, known bool) {
	for word := range strings.SplitSeq(text, ",") {
		switch word = strings.TrimSpace(word); word {
		case "":
		case "bank":
			guard = append(guard, tbank.Networks()...)
		default:
			network, err := netip.ParsePrefix(word)
			if address, single := netip.ParseAddr(word); err != nil && single == nil {
				network, err = address.Prefix(address.BitLen())
			}
			if err != nil {
				return nil, false
			}
			guard = append(guard, network.Masked())
		}
	}
	return guard, true
}

// bankFaults checks the settings of the terminals.
func (s Settings) bankFaults(check func(ok bool, variable, key string)) {
	check((s.TBankTerminal == "") == (s.TBankPassword == ""), "VORONKA_TBANK_PASSWORD", "tbank_pair")
	check(len(s.TBankTerminal) <= 20, "VORONKA_TBANK_TERMINAL", "tbank_terminal") // T-Bank API 1.80, Init
	check(webAddress(s.TBankAPI), "VORONKA_TBANK_API", "address")
	check(s.TBankFFD == "1.05" || s.TBankFFD == "1.2", "VORONKA_TBANK_FFD", "tbank_ffd") // T-Bank API 1.80, Receipt
	check(s.TBankCA == "" || certificates(s.TBankCA), "VORONKA_TBANK_CA", "tbank_ca")
	_, known := readMethods(s.TBankMethods)
	check(known, "VORONKA_TBANK_METHODS", "tbank_methods")
	_, known = readNetworks(s.TBankNetworks)
	check(known, "VORONKA_TBANK_NETWORKS", "tbank_networks")
	if s.TBankShops != "" {
		_, err := readShops(s.TBankShops, s.TBankTerminal)
		check(err == nil, "VORONKA_TBANK_SHOPS", "tbank_shops")
	}
}
