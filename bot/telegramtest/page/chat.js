'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  const words = JSON.parse($('words').textContent);
  const { user, bot, lang } = document.body.dataset;
  const rows = new Map();
  const locale = lang === 'en' ? 'en-GB' : 'ru-RU';
  let state = { started: false, blocked: false, keyboard: null, commands: null, action: '' };
  let shown = '';
  let loaded = false;

  // ---- talking to the server

  async function post(path, body) {
    const form = body instanceof FormData;
    const res = await fetch(`chat/${path}?user=${user}&lang=${lang}`, {
      method: 'POST', body: form ? body : JSON.stringify(body || {}), headers: form ? {} : { 'Content-Type': 'application/json' },
    }).catch(() => null);
    return res && res.ok ? res.status : 0;
  }

  const events = new EventSource(`chat/events?user=${user}&lang=${lang}`);
  events.addEventListener('reset', () => { $('chat').replaceChildren(); rows.clear(); });
  events.addEventListener('message', (e) => receive(JSON.parse(e.data)));
  events.addEventListener('answer', (e) => answered(JSON.parse(e.data)));
  events.addEventListener('state', (e) => { state = JSON.parse(e.data); loaded = true; drawState(); });
  events.onerror = () => { $('status').textContent = words.offline; };
  events.onopen = () => drawStatus();

  // ---- messages

  function receive(m) {
    const follow = atBottom() || !m.bot;
    const old = rows.get(m.id);
    if (m.deleted) { if (old) old.remove(); rows.delete(m.id); return tidy(); }
    const row = draw(m);
    if (old) { row.style.animation = 'none'; old.replaceWith(row); } else $('chat').append(row);
    rows.set(m.id, row);
    tidy();
    if (follow) toBottom();
  }

  function draw(m) {
    const side = m.bot ? 'in' : 'out';
    const bubble = el('div', { class: 'bubble ' + side, 'data-id': m.id });
    if (m.reply) bubble.append(el('div', { class: 'quote' }, m.reply));
    if (m.file) bubble.append(drawFile(m.file));
    if (m.contact) bubble.append(card((m.contact.first_name || '?')[0], `${m.contact.first_name} ${m.contact.last_name || ''}`, m.contact.phone_number));
    if (m.location) bubble.append(card('◎', words.location, `${m.location.latitude}, ${m.location.longitude}`));
    const text = el('div', { class: m.text ? 'text' : 'text bare' }, m.text ? rich(m.text, m.entities) : null, drawMeta(m));
    bubble.append(text);
    const row = el('div', { class: 'row ' + side }, bubble);
    row.dataset.day = new Date(m.time).toDateString();
    row.dataset.time = m.time;
    if (m.group) row.dataset.group = m.group;
    if (m.file && ['photo', 'video'].includes(m.file.kind)) row.classList.add('seen');
    if (m.buttons) { row.classList.add('has-buttons'); row.append(drawButtons(m)); }
    return row;
  }

  function drawMeta(m) {
    const time = new Date(m.time).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
    const meta = el('span', { class: 'meta' }, m.edited ? words.edited + ' ' : null, el('time', { datetime: new Date(m.time).toISOString() }, time));
    if (!m.bot) meta.insertAdjacentHTML('beforeend', '<svg viewBox="0 0 16 12" aria-hidden="true"><path d="m1 6.5 3 3 6-7M6.5 8.500l1 1 6-7" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"/></svg>');
    return meta;
  }

  function drawFile(f) {
    const href = `${f.url}?user=${user}`;
    if (f.kind === 'photo') {
      const img = el('img', { src: href, alt: words.photo, width: f.width, height: f.height });
      img.addEventListener('load', () => { if (near(240 + img.height)) toBottom(); });
      return el('a', { class: 'file photo', href, target: '_blank' }, img);
    }
    if (['video', 'animation', 'video_note'].includes(f.kind) && f.mime.startsWith('video/')) {
      const quiet = f.kind === 'animation' ? { autoplay: 'autoplay', loop: 'loop' } : { controls: 'controls' };
      const video = el('video', { class: 'film ' + f.kind, src: href, preload: 'metadata', playsinline: 'playsinline', 'aria-label': f.name, ...quiet });
      video.muted = f.kind === 'animation';
      return video;
    }
    if (f.kind === 'animation') return el('a', { class: 'file photo', href, target: '_blank' }, el('img', { src: href, alt: f.name }));
    if (f.kind === 'audio' || f.kind === 'voice') {
      return el('div', { class: 'sound' }, f.kind === 'audio' ? el('b', {}, f.name) : null, el('audio', { src: href, controls: 'controls', preload: 'metadata', 'aria-label': f.name }));
    }
    const disc = el('span', { class: 'disc', 'aria-hidden': 'true' });
    disc.innerHTML = '<svg viewBox="0 0 24 24"><path d="M12 4v11m0 0-4.5-4.500M12 15l4.5-4.500M5 20h14" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>';
    return el('a', { class: 'file', href, download: f.name, title: words.download }, disc, el('span', {}, el('b', {}, f.name), el('small', {}, size(f.size))));
  }

  function size(n) {
    const [value, unit] = n < 1024 ? [n, lang === 'en' ? 'B' : 'Б'] : n < 1 << 20 ? [n / 1024, lang === 'en' ? 'KB' : 'КБ'] : [n / (1 << 20), lang === 'en' ? 'MB' : 'МБ'];
    return `${value.toLocaleString(locale, { maximumFractionDigits: 1 })} ${unit}`;
  }

  function card(sign, title, detail) {
    return el('div', { class: 'card' }, el('span', { class: 'disc', 'aria-hidden': 'true' }, sign), el('span', {}, el('b', {}, title), el('small', {}, detail)));
  }

  function drawButtons(m) {
    return el('div', { class: 'buttons' }, ...m.buttons.map((line) => el('div', {}, ...line.map((b) => {
      const look = b.style || '';
      if (b.url) {
        const a = el('a', { class: ('url-button ' + look).trim(), href: webAddress(b.url), target: 'bank', rel: 'noopener' }, b.text);
        a.insertAdjacentHTML('beforeend', '<svg class="mark" viewBox="0 0 12 12" aria-hidden="true"><path d="M3 9 9 3M4.5 3H9v4.5" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/></svg>');
        return a;
      }
      if (b.copy) return el('button', { type: 'button', class: look, 'data-copy': b.copy }, b.text);
      return el('button', { type: 'button', class: look, 'data-callback': b.callback_data || '', 'data-message': m.id }, b.text);
    }))));
  }

  // tidy puts dates between days and joins what one side said in a row.
  function tidy() {
    for (const old of $('chat').querySelectorAll('.date, .album:empty')) old.remove();
    let before = null;
    for (const row of $('chat').querySelectorAll('.row')) {
      const newDay = !before || before.dataset.day !== row.dataset.day;
      if (newDay) (row.closest('.album') || row).before(el('div', { class: 'date' }, dayName(Number(row.dataset.time))));
      row.classList.toggle('joined', !newDay && before.classList.contains('in') === row.classList.contains('in') && row.dataset.time - before.dataset.time < 60000);
      const together = Boolean(before && row.dataset.group && before.dataset.group === row.dataset.group);
      row.classList.toggle('of-album', together);
      if (together && row.classList.contains('seen')) tile(before, row);
      before = row;
    }
    drawBottom();
  }

  // tile puts a photo or a video of an album beside the one before it.
  function tile(before, row) {
    let album = before.closest('.album');
    if (!album) {
      album = el('div', { class: 'album' });
      before.replaceWith(album);
      album.append(before);
    }
    if (row.parentElement !== album) album.append(row);
  }

  function dayName(time) {
    const day = new Date(time);
    const ago = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(time).setHours(0, 0, 0, 0)) / 86400000);
    if (ago === 0) return words.today;
    if (ago === 1) return words.yesterday;
    return day.toLocaleDateString(locale, { day: 'numeric', month: 'long', year: day.getFullYear() === new Date().getFullYear() ? undefined : 'numeric' });
  }

  // ---- state around the messages

  const payload = () => new URLSearchParams(location.search).get('start');

  function drawState() {
    drawStatus();
    $('typing').hidden = !state.action;
    if (state.action && atBottom()) toBottom();
    drawBottom();
    drawKeyboard();
    drawCommands();
  }

  function drawStatus() {
    $('status').textContent = state.action ? (words[state.action] || words.typing) : state.blocked ? words.blocked : words.online;
    $('status').classList.toggle('live', Boolean(state.action));
  }

  function drawBottom() {
    const deep = payload() !== null;
    $('empty').hidden = !loaded || rows.size > 0;
    $('unblock').hidden = !loaded || !state.blocked;
    $('start').hidden = !loaded || state.blocked || (state.started && !deep);
    $('composer').hidden = !loaded || state.blocked || !state.started || deep;
    $('block').hidden = $('again').hidden = !state.started || state.blocked;
  }

  function drawKeyboard() {
    const now = JSON.stringify(state.keyboard);
    const present = Boolean(state.keyboard && state.keyboard.length) && !$('composer').hidden;
    $('keys').hidden = !present;
    $('composer-text').placeholder = (present && state.placeholder) || words.placeholder;
    if (now !== shown) {
      shown = now;
      $('keys').setAttribute('aria-expanded', 'true');
      $('keyboard').replaceChildren(...(state.keyboard || []).map((line) => el('div', {}, ...line.map((k) =>
        el('button', { type: 'button', class: ('reply-key ' + (k.style || '')).trim(), 'data-contact': k.request_contact ? 'true' : '', 'data-location': k.request_location ? 'true' : '' }, k.text)))));
    }
    const follow = atBottom();
    $('keyboard').hidden = !present || $('keys').getAttribute('aria-expanded') !== 'true';
    if (follow) toBottom();
  }

  function drawCommands() {
    $('slash').hidden = !(state.commands && state.commands.length);
    $('commands').replaceChildren(...(state.commands || []).map((c) =>
      el('button', { type: 'button', role: 'menuitem', 'data-command': '/' + c.command }, el('b', {}, '/' + c.command), el('span', {}, c.description))));
  }

  function answered(a) {
    for (const b of document.querySelectorAll('.waiting')) b.classList.remove('waiting');
    if (a.url) open(webAddress(a.url), 'bank');
    if (!a.text) return;
    if (a.alert) { $('alert-text').textContent = a.text; $('alert').showModal(); } else toast(a.text);
  }

  let toastTimer;
  function toast(text) {
    $('toast').textContent = text;
    $('toast').hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { $('toast').hidden = true; }, 3200);
  }

  // ---- scrolling

  const scroll = $('scroll');
  const near = (px) => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < px;
  const atBottom = () => near(90);
  function toBottom() { scroll.scrollTop = scroll.scrollHeight; }
  scroll.addEventListener('scroll', () => { $('down').hidden = near(160); }, { passive: true });
  addEventListener('resize', () => { if (near(200)) toBottom(); });
  $('down').addEventListener('click', toBottom);

  // ---- what the customer does

  function start() {
    const code = payload();
    if (code !== null) {
      const here = new URL(location.href);
      here.searchParams.delete('start');
      history.replaceState(null, '', here);
    }
    post('start', { payload: code || '' });
    drawBottom();
  }

  const text = $('composer-text');
  function grow() { text.style.height = 'auto'; text.style.height = text.scrollHeight + 'px'; }
  text.addEventListener('input', () => { grow(); $('commands').hidden = !(text.value === '/' && state.commands); });
  text.addEventListener('keydown', (k) => {
    if (k.key === 'Enter' && !k.shiftKey && !k.isComposing) { k.preventDefault(); $('composer').requestSubmit(); }
    if (k.key === 'Escape') $('commands').hidden = true;
  });
  $('composer').addEventListener('submit', async (e) => {
    e.preventDefault();
    const said = text.value;
    if (!said.trim()) return;
    text.value = '';
    grow();
    $('commands').hidden = true;
    if (!await post('send', { text: said })) { text.value = said; grow(); toast(words.offline); }
  });
  $('start').addEventListener('click', start);
  $('again').addEventListener('click', () => { $('more').open = false; post('start', {}); });
  $('block').addEventListener('click', () => { $('more').open = false; post('block'); });
  $('unblock').addEventListener('click', () => post('unblock'));
  $('fresh').addEventListener('click', () => {
    const here = new URL(location.href);
    here.searchParams.set('user', String(5e9 + Math.floor(Math.random() * 1e9)));
    location.href = here;
  });
  $('keys').addEventListener('click', () => {
    $('keys').setAttribute('aria-expanded', $('keys').getAttribute('aria-expanded') === 'true' ? 'false' : 'true');
    drawKeyboard();
  });
  $('slash').addEventListener('click', () => { $('commands').hidden = !$('commands').hidden; if (!$('commands').hidden) $('commands').firstChild.focus(); });
  $('attach').addEventListener('click', () => $('file').click());
  $('file').addEventListener('change', () => {
    const file = $('file').files[0];
    if (!file) return;
    const form = new FormData();
    form.append('file', file);
    form.append('as', file.type.startsWith('image/') ? 'photo' : 'document');
    $('file').value = '';
    post('upload', form);
  });

  document.addEventListener('click', (e) => {
    const target = e.target.closest('button, a, summary');
    if (!e.target.closest('#more')) $('more').open = false;
    if (!e.target.closest('#commands, #slash')) $('commands').hidden = true;
    if (!target) return;
    const d = target.dataset;
    if (target.closest('.buttons') && 'callback' in d) {
      target.classList.add('waiting');
      setTimeout(() => target.classList.remove('waiting'), 8000);
      post('press', { message: Number(d.message), data: d.callback });
    } else if (d.copy) {
      navigator.clipboard.writeText(d.copy).then(() => toast(words.copied), () => toast(d.copy));
    } else if (d.command) {
      e.preventDefault();
      $('commands').hidden = true;
      post('send', { text: d.command });
    } else if (d.contact) {
      $('phone-error').hidden = true;
      $('contact').showModal();
      $('phone').select();
    } else if (target.classList.contains('reply-key')) {
      post(d.location ? 'location' : 'send', { text: target.textContent });
    } else if ('close' in d) {
      target.closest('dialog').close();
    } else if (target.href) {
      inTelegram(e, new URL(target.href));
    }
  });

  // inTelegram keeps t.me links inside this page: invite links, and deep links to this bot.
  let invitation = '';
  function inTelegram(e, url) {
    if (url.hostname !== 't.me') return;
    if (url.pathname.startsWith('/+')) {
      e.preventDefault();
      invitation = url.href;
      $('invite').showModal();
    } else if (url.pathname.slice(1).toLowerCase() === bot.toLowerCase()) {
      e.preventDefault();
      post('start', { payload: url.searchParams.get('start') || '' });
    }
  }
  $('invite').querySelector('form').addEventListener('submit', async () => {
    const status = await post('join', { link: invitation });
    toast(status === 202 ? words.asked : status ? words.joined : words.badLink);
  });
  $('contact').querySelector('form').addEventListener('submit', async (e) => {
    e.preventDefault();
    const done = await post('contact', { phone: $('phone').value, own: !$('foreign').checked });
    $('phone-error').hidden = Boolean(done);
    if (done) $('contact').close();
  });
})();
