/** The panel of the bell: after a line was read or put off, the focus stays inside. */
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "bell-lines") return;
  event.target.removeAttribute("aria-busy");
  const panel = document.getElementById("bell-panel");
  const isLost = document.activeElement === null || document.activeElement === document.body;
  if (panel?.matches(":popover-open") && isLost) document.getElementById("bell-title").focus();
});
