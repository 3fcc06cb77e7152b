// The payment page works without this file; it fills in test cards, groups digits and counts down.
(() => {
  const form = document.querySelector("form.checkout");
  const field = (id) => document.getElementById(id);
  const show = (text) => { const n = field("note"); if (n) n.textContent = text; };

  document.querySelectorAll("button[data-card]").forEach((chip) => chip.addEventListener("click", () => {
    field("number").value = chip.dataset.number;
    field("expiry").value = chip.dataset.expiry;
    field("cvv").value = chip.dataset.cvv;
    document.querySelectorAll("button[data-card]").forEach((c) => c.setAttribute("aria-pressed", c === chip));
    show("");
    field("pay").focus({ preventScroll: true });
  }));

  field("number")?.addEventListener("input", (e) => {
    const digits = e.target.value.replace(/\D/g, "").slice(0, 19);
    e.target.value = digits.replace(/(.{4})(?=.)/g, "$1 ");
  });
  field("expiry")?.addEventListener("input", (e) => {
    const digits = e.target.value.replace(/\D/g, "").slice(0, 4);
    e.target.value = digits.length > 2 ? digits.slice(0, 2) + "/" + digits.slice(2) : digits;
  });
  form?.addEventListener("submit", (e) => {
    const pay = field("pay");
    if (e.submitter && e.submitter !== pay) return; // who refuses pays nothing
    pay.textContent = form.dataset.paying;
    pay.classList.add("busy");
    setTimeout(() => { pay.disabled = true; });
  });

  const left = field("left");
  if (!left) return;
  const end = performance.now() + Number(left.dataset.seconds) * 1000;
  const two = (n) => String(n).padStart(2, "0");
  const tick = () => {
    const sec = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    if (sec === 0) { location.reload(); return; }
    if (sec < 48 * 3600) {
      const h = Math.floor(sec / 3600), m = Math.floor(sec / 60) % 60;
      left.textContent = h ? `${h}:${two(m)}:${two(sec % 60)}` : `${m}:${two(sec % 60)}`;
      left.parentElement.classList.toggle("soon", sec < 60);
    }
    setTimeout(tick, 1000);
  };
  if (Number(left.dataset.seconds) > 0) tick();
})();
