/** Menus are native popovers; this adds arrow keys, closing after a choice, and a place in older browsers. */
import { place } from "./place.js";

const invokerOf = (menu) => document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);

document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches?.(".menu") || event.newState !== "open") return;
    place(menu, invokerOf(menu) ?? menu, { align: "end" });
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const invoker = event.target.closest?.("[popovertarget]");
  const menu = event.target.closest?.(".menu") ?? (invoker && document.getElementById(invoker.getAttribute("popovertarget")));
  if (!menu?.matches(".menu:popover-open")) return;
  const items = [...menu.querySelectorAll(".menu-item:not(:disabled)")];
  if (items.length === 0) return;
  event.preventDefault();
  const step = event.key === "ArrowDown" ? 1 : -1;
  const now = items.indexOf(document.activeElement);
  const next = now === -1 && step === -1 ? items.length - 1 : (now + step + items.length) % items.length;
  items[next].focus();
});

// While capturing, so that the focus is back on the menu's button before a dialog opens and remembers it.
document.addEventListener(
  "click",
  (event) => event.target.closest(".menu .menu-item")?.closest(".menu:popover-open")?.hidePopover(),
  true,
);
