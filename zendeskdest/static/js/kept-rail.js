/** The rail of a page of one thing: closed beside a wide page it stays closed, over a narrow one it comes and goes. */
import { remember, remembered } from "./remember.js";

const NAME = "destination-rail";
const wide = matchMedia("(min-width: 100.01rem)");
const rail = document.querySelector(".keeps-rail > #rail");
const isShown = () => rail.checkVisibility();

function show(isOpen) {
  rail.dataset.railState = isOpen ? "open" : "closed";
  if (wide.matches) remember(NAME, isOpen);
  const next = isOpen ? document.getElementById("rail-title") : document.querySelector("[data-rail-show]");
  next.focus();
}

if (rail) {
  if (!remembered(NAME, true)) rail.dataset.railState = "closed";
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-rail-show], [data-rail-close]");
    if (!pressed) return;
    event.preventDefault();
    show(pressed.matches("[data-rail-show]"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || wide.matches || !isShown()) return;
    if (document.querySelector("dialog[open], :popover-open") || event.target.matches("input, textarea, select")) return;
    show(false);
  });
}
