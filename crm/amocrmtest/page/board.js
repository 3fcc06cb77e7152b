// The board: asks for its picture when the stream says that something changed,
// keeps one element per deal, and lets moved cards fly from stage to stage.
(() => {
  'use strict';
  const words = JSON.parse(document.getElementById('words').textContent);
  const lang = document.documentElement.lang;
  const $ = (id) => document.getElementById(id);
  const board = $('board'), tabs = $('stages'), sheet = $('deal');
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const money = new Intl.NumberFormat(lang, {style: 'currency', currency: 'RUB', currencyDisplay: 'narrowSymbol', maximumFractionDigits: 0});
  const time = new Intl.DateTimeFormat(lang, {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'});
  const plural = new Intl.PluralRules(lang);
  let picture = null, pipeline = null, cards = new Map(), touched = 0, loading = false, again = false;

  const make = (tag, attrs = {}, ...children) => {
    const el = document.createElement(tag);
    for (const [key, value] of Object.entries(attrs)) {
      if (value === null || value === undefined) continue;
      if (key.startsWith('on')) el.addEventListener(key.slice(2), value);
      else el.setAttribute(key, value);
    }
    el.append(...children.filter((c) => c !== null && c !== ''));
    return el;
  };
  const icon = (path) => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 16 16'); svg.setAttribute('aria-hidden', 'true');
    svg.innerHTML = `<path d="${path}"/>`;
    return svg;
  };
  const clock = (at) => time.format(new Date(at * 1000));
  const counted = (n) => {
    if (lang !== 'ru') return `${n} ${n === 1 ? 'deal' : 'deals'}`;
    return `${n} ${{one: 'сделка', few: 'сделки'}[plural.select(n)] || 'сделок'}`;
  };
  const kind = (stage) => stage.id === 142 ? 'won' : stage.id === 143 ? 'lost' : stage.type === 1 ? 'unsorted' : 'work';
  // Until somebody chooses, the board shows the pipeline where something happened last.
  const shown = () => picture.pipelines.find((p) => p.id === (pipeline || picture.deals[0]?.pipeline)) || picture.pipelines[0];
  const deals = () => picture.deals.filter((d) => d.pipeline === shown().id);
  const stageOf = (id) => board.querySelector(`.stage[data-status-id="${id}"]`);

  async function refresh() {
    if (loading) { again = true; return; }
    loading = true;
    try {
      const answer = await fetch('board.json', {cache: 'no-store'});
      if (answer.ok) draw(await answer.json());
    } catch { live(false); }
    loading = false;
    if (again) { again = false; refresh(); }
  }

  function live(on) {
    $('live').dataset.on = on;
    $('live').lastElementChild.textContent = on ? words.live : words.offline;
  }

  function draw(next) {
    const before = picture && new Map(picture.deals.map((d) => [d.id, d]));
    const places = new Map([...cards].map(([id, el]) => [id, el.getBoundingClientRect()]));
    picture = next;
    drawPipelines();
    drawStages();
    const moved = drawDeals(before);
    summarise();
    fly(places, before);
    if (moved) follow(moved);
    if (!before) arrive();
    if (sheet.open) openDeal(Number(sheet.dataset.leadId), true);
    board.setAttribute('aria-busy', 'false');
  }

  function drawPipelines() {
    const select = $('pipeline');
    select.hidden = picture.pipelines.length < 2;
    const current = shown().id;
    select.replaceChildren(...picture.pipelines.map((p) => {
      const option = make('option', {value: p.id}, p.name);
      option.selected = p.id === current;
      return option;
    }));
  }

  function drawStages() {
    const stages = shown().stages;
    const ids = stages.map((s) => s.id).join();
    if (board.dataset.stages === `${shown().id}:${ids}`) return;
    board.dataset.stages = `${shown().id}:${ids}`;
    cards = new Map();
    board.replaceChildren(...stages.map((stage) => {
      const el = make('section', {class: 'stage', 'data-status-id': stage.id, 'data-kind': kind(stage), 'aria-label': stage.name},
        make('header', {}, make('h2', {}, stage.name), make('p')), make('ol', {'data-empty': words.empty}));
      el.style.setProperty('--tone', kind(stage) === 'work' || kind(stage) === 'unsorted' ? stage.color : '');
      accept(el, stage.id);
      return el;
    }));
    tabs.replaceChildren(...stages.map((stage) => make('a', {href: '#', 'data-status-id': stage.id, onclick: (e) => {
      e.preventDefault(); show(stageOf(stage.id));
    }}, make('span', {}, stage.name), make('b'))));
    watchStages();
  }

  function drawDeals(before) {
    let moved = null;
    const alive = new Set(deals().map((d) => d.id));
    for (const [id, el] of cards) if (!alive.has(id)) { el.remove(); cards.delete(id); }
    const last = new Map();
    for (const deal of deals()) {
      const list = stageOf(deal.status)?.querySelector('ol');
      if (!list) continue;
      const old = before && before.get(deal.id);
      let el = cards.get(deal.id);
      const face = JSON.stringify(deal);
      if (!el) {
        el = make('li', {class: before && !old ? 'deal new' : 'deal', 'data-lead-id': deal.id});
        cards.set(deal.id, el);
        if (before && !old) moved = deal;
      }
      if (el.face !== face) paint(el, deal, face);
      if (old && old.status !== deal.status) {
        moved = deal;
        el.classList.remove('moved'); void el.offsetWidth; el.classList.add('moved');
        say(`${deal.name}: ${words.moved} «${stageOf(deal.status).getAttribute('aria-label')}»`);
      }
      const after = last.get(list) || null;
      const spot = after ? after.nextSibling : list.firstChild;
      if (spot !== el) list.insertBefore(el, spot);
      last.set(list, el);
    }
    return moved;
  }

  function paint(el, deal, face) {
    const focused = el.contains(document.activeElement) ? document.activeElement.className || 'select' : '';
    el.face = face;
    el.dataset.statusId = deal.status;
    el.draggable = true;
    const who = deal.contact;
    el.replaceChildren(
      make('button', {class: 'open', type: 'button', 'aria-haspopup': 'dialog', onclick: () => openDeal(deal.id)}, deal.name),
      make('div', {class: 'cost'}, make('p', {class: 'price'}, money.format(deal.price)),
        make('label', {class: 'move', title: words.stage}, icon('M3 5.5h9.5M10 3l2.6 2.5L10 8M13 10.5H3.5M6 8l-2.6 2.5L6 13'), picker(deal))),
      who ? make('p', {class: 'who'}, ...[who.name, who.phone, who.email].filter(Boolean).map((t) => make('span', {}, t))) : '',
      deal.tags.length || deal.tasks ? make('p', {class: 'tags'}, ...deal.tags.map(tag),
        deal.tasks ? make('span', {class: 'tag due'}, `${words.todo}: ${deal.tasks}`) : '') : '',
      deal.note ? make('p', {class: 'last'}, deal.note) : '');
    el.ondragstart = (e) => {
      e.dataTransfer.setData('text/plain', String(deal.id));
      e.dataTransfer.effectAllowed = 'move';
      el.dataset.held = true;
    };
    el.ondragend = () => { delete el.dataset.held; };
    if (focused) (focused === 'open' ? el.querySelector('.open') : el.querySelector('select')).focus({preventScroll: true});
  }

  const tag = (t) => make('span', {class: 'tag'}, t.name);

  function picker(deal) {
    const select = make('select', {'aria-label': `${words.stage}: ${deal.name}`, onchange: () => move(deal.id, Number(select.value))},
      ...shown().stages.map((s) => make('option', {value: s.id}, s.name)));
    select.value = deal.status;
    return select;
  }

  // fly lets each card slide from where it was, the First-Last-Invert-Play way.
  function fly(places, before) {
    if (calm.matches) return;
    for (const [id, el] of cards) {
      const was = places.get(id);
      if (!was) continue;
      const is = el.getBoundingClientRect();
      const dx = was.left - is.left, dy = was.top - is.top;
      if (Math.abs(dx) < 2 && Math.abs(dy) < 2) continue;
      const old = before && before.get(id);
      if (old && String(old.status) !== el.dataset.statusId) ghost(el, was, is); else {
        el.animate([{transform: `translate(${dx}px, ${dy}px)`}, {transform: 'none'}], {duration: 320, easing: 'cubic-bezier(.2,.8,.2,1)'});
      }
    }
  }

  // ghost flies above the columns, which clip what is inside them.
  function ghost(el, was, is) {
    const copy = el.cloneNode(true);
    copy.removeAttribute('data-lead-id'); copy.className = 'deal'; copy.inert = true; copy.setAttribute('aria-hidden', 'true');
    Object.assign(copy.style, {position: 'fixed', left: `${is.left}px`, top: `${is.top}px`, width: `${is.width}px`, zIndex: 9, margin: 0, pointerEvents: 'none'});
    copy.style.setProperty('--tone', getComputedStyle(el).getPropertyValue('--tone'));
    document.body.append(copy);
    el.style.visibility = 'hidden';
    copy.animate([
      {transform: `translate(${was.left - is.left}px, ${was.top - is.top}px)`},
      {transform: `translate(${(was.left - is.left) / 2}px, ${(was.top - is.top) / 2 - 18}px) rotate(2.2deg) scale(1.03)`, offset: .5},
      {transform: 'none'},
    ], {duration: 720, easing: 'cubic-bezier(.4,.1,.2,1)'}).onfinish = () => { copy.remove(); el.style.visibility = ''; };
  }

  function summarise() {
    let total = 0;
    for (const stage of shown().stages) {
      const inside = deals().filter((d) => d.status === stage.id);
      const sum = inside.reduce((n, d) => n + d.price, 0);
      const el = stageOf(stage.id);
      el.dataset.count = inside.length;
      el.querySelector('header p').textContent = inside.length ? `${counted(inside.length)} · ${money.format(sum)}` : counted(0);
      tabs.querySelector(`[data-status-id="${stage.id}"] b`).textContent = inside.length || '';
      total += sum;
    }
    $('sum').replaceChildren(money.format(total), make('small', {}, `${counted(deals().length)} ${words.total}`));
    $('none').hidden = picture.deals.length > 0;
  }

  // follow shows the stage where something happened, unless somebody is at work here.
  function follow(deal) {
    if (Date.now() - touched < 5000 || sheet.open) return;
    const el = stageOf(deal.status);
    if (el) show(el);
  }
  // arrive opens the board where the newest deal is, not at an empty inbox.
  function arrive() {
    const stage = shown().stages.find((s) => kind(s) === 'work');
    const newest = deals()[0];
    const el = stageOf(newest ? newest.status : stage && stage.id);
    if (el) show(el, true);
  }
  function show(el, atOnce) {
    const left = el.offsetLeft - board.offsetLeft - (board.clientWidth - el.offsetWidth) / 2;
    board.scrollTo({left, behavior: atOnce || calm.matches ? 'instant' : 'smooth'});
  }
  for (const event of ['pointerdown', 'wheel', 'keydown']) board.addEventListener(event, () => { touched = Date.now(); }, {passive: true});

  let watching = null;
  function watchStages() {
    watching?.disconnect();
    watching = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const tab = tabs.querySelector(`[data-status-id="${entry.target.dataset.statusId}"]`);
        if (!tab) continue;
        tab.setAttribute('aria-current', entry.isIntersecting);
        if (entry.isIntersecting) tabs.scrollTo({left: tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2, behavior: 'smooth'});
      }
    }, {root: board, threshold: .6});
    board.querySelectorAll('.stage').forEach((el) => watching.observe(el));
  }

  function accept(el, status) {
    el.ondragover = (e) => { e.preventDefault(); el.dataset.over = true; };
    el.ondragleave = (e) => { if (!el.contains(e.relatedTarget)) delete el.dataset.over; };
    el.ondrop = (e) => {
      e.preventDefault(); delete el.dataset.over;
      const id = Number(e.dataTransfer.getData('text/plain'));
      if (id) move(id, status);
    };
  }

  async function move(id, status) {
    touched = Date.now();
    try {
      const answer = await fetch(`board/leads/${id}/status`, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({status})});
      if (!answer.ok) throw new Error(answer.status);
    } catch {
      say(words.failed);
      const el = cards.get(id);
      if (el) el.face = '';
    }
    refresh();
  }

  let hush = 0;
  function say(line) {
    const el = $('hearsay');
    el.textContent = line; el.dataset.on = true;
    clearTimeout(hush);
    hush = setTimeout(() => { el.dataset.on = false; }, 2600);
  }

  async function openDeal(id, quietly) {
    const answer = await fetch(`board/leads/${id}`, {cache: 'no-store'}).catch(() => null);
    if (!answer || !answer.ok) { if (sheet.open) sheet.close(); return; }
    const deal = await answer.json();
    if (quietly && !sheet.open) return;
    const kept = document.activeElement?.id;
    const draft = sheet.dataset.leadId === String(id) ? $('deal-words')?.value : '';
    sheet.dataset.leadId = id;
    $('deal-body').replaceChildren(...details(deal));
    if (draft && $('deal-words')) $('deal-words').value = draft;
    const bubbles = $('deal-chat');
    if (bubbles) bubbles.scrollTop = bubbles.scrollHeight;
    if (!sheet.open) sheet.showModal();
    if (kept === 'deal-stage' || kept === 'deal-words') $(kept)?.focus();
  }

  // chat is the customer's dialog, and where a manager answers.
  function chat(deal) {
    const author = (m) => m.from === 'bot' ? words.bot : m.name;
    const fate = (m) => m.error ? `✗ ${m.error}` : m.from === 'user' && m.status > 0 ? `✓ ${words.arrived}` : '';
    const box = make('textarea', {id: 'deal-words', rows: 2, maxlength: 4000, placeholder: words.answer, 'aria-label': words.answer});
    const form = make('form', {class: 'answer', onsubmit: async (e) => {
      e.preventDefault();
      const text = box.value.trim();
      if (!text) return;
      const answer = await fetch(`board/leads/${deal.id}/chat`, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({text})}).catch(() => null);
      if (!answer || !answer.ok) { say(words.unsent); return; }
      const now = $('deal-words');
      if (now) now.value = '';
      openDeal(deal.id, true);
    }}, box, make('button', {}, words.send));
    box.addEventListener('keydown', (e) => { if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); form.requestSubmit(); } });
    return [make('h3', {}, words.chat),
      make('ul', {class: 'feed chat', id: 'deal-chat'}, ...deal.messages.map((m) => make('li', {'data-message-id': m.id, 'data-from': m.from},
        make('small', {}, make('span', {}, author(m)), make('time', {}, clock(m.at))), [m.text, m.media].filter(Boolean).join('\n'),
        fate(m) ? make('small', {class: 'fate'}, fate(m)) : ''))), form];
  }

  function details(deal) {
    const pick = picker(deal);
    pick.id = 'deal-stage';
    pick.removeAttribute('aria-label');
    const lines = (fields) => fields.flatMap((f) => [make('dt', {}, f.name), make('dd', {}, f.values.join(', '))]);
    const contact = deal.contact ? [make('dt', {}, words.who), make('dd', {}, deal.contact.name), ...lines(deal.contact_fields || [])] : [];
    return [
      make('h2', {id: 'deal-title'}, deal.name),
      make('p', {class: 'meta'}, `№ ${deal.id} · ${words.created} ${clock(deal.created_at)}`),
      make('p', {class: 'price'}, money.format(deal.price)),
      make('label', {class: 'pick', for: 'deal-stage'}, words.stage, pick),
      deal.tags.length ? make('p', {class: 'tags'}, ...deal.tags.map(tag)) : '',
      ...(deal.chat ? chat(deal) : []),
      ...(contact.length ? [make('h3', {}, words.contact), make('dl', {}, ...contact)] : []),
      ...(deal.fields.length ? [make('h3', {}, words.fields), make('dl', {}, ...lines(deal.fields))] : []),
      make('h3', {}, words.tasks),
      deal.todo.length ? make('ul', {class: 'feed'}, ...deal.todo.map((t) => make('li', {'data-done': t.done},
        make('small', {}, t.done ? words.done : `${words.due} ${clock(t.due)}`), t.text + (t.result ? ` — ${t.result}` : '')))) : make('p', {class: 'quiet'}, words.notasks),
      make('h3', {}, words.notes),
      deal.notes.length ? make('ul', {class: 'feed notes'}, ...deal.notes.map((n) => make('li', {'data-note-id': n.id, 'data-robot': n.type !== 'common'},
        make('small', {}, make('span', {}, n.service || (n.entity === 'contacts' ? words.ofcontact : '')), make('time', {}, clock(n.at))), n.text || n.type)))
        : make('p', {class: 'quiet'}, words.nonotes),
    ].filter(Boolean);
  }

  sheet.addEventListener('click', (e) => { if (e.target === sheet) sheet.close(); });
  $('pipeline').addEventListener('change', (e) => { pipeline = Number(e.target.value); draw(picture); });

  const stream = new EventSource('board/stream');
  stream.addEventListener('board', refresh);
  stream.onopen = () => live(true);
  stream.onerror = () => live(false);
  refresh();
})();
