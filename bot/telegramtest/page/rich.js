'use strict';
// Draws a text with its entities. Offsets count UTF-16 units, as JavaScript's strings do.
// Everything becomes text nodes and attributes: what the bot says can never become markup.

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'class') node.className = value;
    else if (value !== undefined && value !== '') node.setAttribute(name, value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

function rich(text, entities, from = 0, to = text.length) {
  const out = document.createDocumentFragment();
  let at = from;
  const inside = (entities || []).filter((e) => e.offset >= from && e.offset + e.length <= to);
  while (inside.length) {
    const e = inside.shift();
    if (e.offset < at) continue;
    out.append(text.slice(at, e.offset));
    const end = e.offset + e.length;
    const children = inside.filter((c) => c.offset + c.length <= end);
    out.append(formatted(e, text.slice(e.offset, end), rich(text, children, e.offset, end)));
    at = end;
  }
  out.append(text.slice(at, to));
  return out;
}

function formatted(e, plain, children) {
  switch (e.type) {
    case 'bold': return el('b', {}, children);
    case 'italic': return el('i', {}, children);
    case 'underline': return el('u', {}, children);
    case 'strikethrough': return el('s', {}, children);
    case 'code': return el('code', {}, children);
    case 'pre': return el('pre', {}, children);
    case 'blockquote': case 'expandable_blockquote': return el('blockquote', {}, children);
    case 'spoiler': {
      const cover = el('span', { class: 'spoiler', role: 'button', tabindex: '0' }, children);
      cover.addEventListener('click', () => cover.classList.add('open'));
      cover.addEventListener('keydown', (k) => { if (k.key === 'Enter') cover.classList.add('open'); });
      return cover;
    }
    case 'url': return link(plain, children);
    case 'text_link': return link(e.url, children);
    case 'email': return el('a', { href: 'mailto:' + plain }, children);
    case 'bot_command': return el('a', { href: '#', 'data-command': plain }, children);
    default: return el('span', {}, children);
  }
}

// link opens in the frame or tab named "bank"; only web addresses become links.
function link(address, children) {
  const href = webAddress(address);
  return href ? el('a', { href, target: 'bank', rel: 'noopener' }, children) : el('span', {}, children);
}

function webAddress(address) {
  try {
    const url = new URL(/^[a-z]+:/i.test(address) ? address : 'https://' + address);
    return ['http:', 'https:', 'tg:'].includes(url.protocol) ? url.href : '';
  } catch { return ''; }
}
