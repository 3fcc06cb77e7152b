package main

// fakeCommand is `voronka fake NAME`.
type fakeCommand struct {
	Name   string `arg:"" enum:"telegram,tbank,amocrm" help:"telegram, tbank, amocrm"`
	Listen string `default:"127.0.0.1:0" help:"Адрес и порт · address and port"`
}

// Run serves one fake alone until it is told to stop.
func (c fakeCommand) Run(a *app) error {
	listener, address, err := listen(c.Listen)
	if err != nil {
		return err
	}
	fake, err := newStand(c.Name, address)
	if err != nil {
		return err
	}
	defer fake.close()
	a.say("cli.fake", map[string]any{"Name": fake.Name, "Base": fake.Base})
	a.say("cli.fake_page", map[string]any{"Page": fake.Page})
	a.say("cli.fake_keys", map[string]any{"Keys": fake.keys()})
	return serve(a.ctx, listener, fake.handler)
}
