// Keeps the page fresh: asks for it again every three seconds while it is seen
// and replaces what is marked data-live, unless the reader is at something.
const pause = 3000;
async function refresh() {
  if (document.hidden || !document.querySelector('[data-live]') || document.querySelector('[data-live] :focus')) return;
  const answer = await fetch(location.href, { headers: { 'X-Live': '1' } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of document.querySelectorAll('[data-live]')) {
    const next = fresh.getElementById(part.id);
    if (!next || next.innerHTML === part.innerHTML) continue;
    const atEnd = part.scrollHeight - part.scrollTop - part.clientHeight < 40;
    part.innerHTML = next.innerHTML;
    if (atEnd) part.scrollTop = part.scrollHeight;
  }
}
setInterval(() => refresh().catch(() => {}), pause);
for (const part of document.querySelectorAll('[data-live=end]')) part.scrollTop = part.scrollHeight;
