// Keeps the cabinet fresh: asks for the list when its version has changed.
(() => {
  const list = document.getElementById("list");
  const refresh = async () => {
    try {
      const since = list.querySelector("[data-version]").dataset.version;
      const answer = await fetch(`list?lang=${list.dataset.lang}&since=${since}`);
      if (answer.status === 200 && !list.contains(document.activeElement)) list.innerHTML = await answer.text();
    } catch { /* the bank is away for a moment; the next round asks again */ }
    setTimeout(refresh, 1500);
  };
  setTimeout(refresh, 1500);
})();
