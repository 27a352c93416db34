/** The search of the header: the keys / (unless switched off) and Ctrl+K lead to it, arrows and Enter go through what it found. */
import { activate, activeOption, move } from "./listbox.js";
import { place } from "./place.js";

// Where a / is typed, or looked for in a tree.
const EDITABLE = "input:not([type=checkbox], [type=radio], [type=file]), textarea, select, [contenteditable], [role=tree]";
let cameFrom = null;

function parts() {
  const box = document.querySelector("[data-search]");
  const [input, panel] = [box?.querySelector('[role="combobox"]'), document.getElementById("search-found")];
  return box && { box, input, panel, list: panel.querySelector('[role="listbox"]') };
}

const isOpen = (panel) => panel.matches(":popover-open");

function show({ input, panel, list }) {
  if (isOpen(panel) || list === null || input.value.trim() === "") return;
  panel.showPopover({ source: input });
  place(panel, input, { align: "end" });
  input.setAttribute("aria-expanded", "true");
}

function hide({ input, panel, list }) {
  if (list !== null) activate(list, input, null);
  if (isOpen(panel)) panel.hidePopover();
  input.setAttribute("aria-expanded", "false");
}

/** Where there is little room the field itself lies in a popover. */
function enter({ box, input }) {
  cameFrom = document.activeElement;
  if (!box.checkVisibility()) box.showPopover();
  input.focus();
  input.select();
}

function leave({ box, input }) {
  if (box.matches(":popover-open")) return box.hidePopover();
  const isThere = cameFrom?.isConnected && cameFrom !== document.body && cameFrom !== input;
  if (isThere) cameFrom.focus();
  else input.blur();
}

function isCall(event, box) {
  if (event.key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) return true;
  if (!("searchSlash" in box.dataset)) return false;
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return false;
  return !event.target.closest?.(EDITABLE);
}

function handle(event, found) {
  const { input, panel, list } = found;
  const option = isOpen(panel) ? activeOption(list) : null;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    show(found);
    if (!isOpen(panel)) return;
    move(list, input, event.key);
  } else if (event.key === "Enter" && option !== null) {
    option.click();
  } else if (event.key === "Escape") {
    if (isOpen(panel)) hide(found);
    else if (input.value === "" || found.box.matches(":popover-open")) leave(found);
    // The browser empties the field.
    else return;
  } else return;
  event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  const found = parts();
  if (!found || event.defaultPrevented || event.isComposing) return;
  if (event.target === found.input && !isCall(event, found.box)) return handle(event, found);
  // What lies above the page has keys of its own.
  if (!isCall(event, found.box) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  enter(found);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const found = parts();
  if (!found || event.target !== found.panel) return;
  const { box, input, panel, list } = found;
  box.querySelector("[data-search-said]").textContent = panel.firstElementChild?.dataset.said ?? "";
  input.removeAttribute("aria-activedescendant");
  if (list === null || document.activeElement !== input) hide(found);
  else show(found);
});

document.addEventListener("input", (event) => {
  const found = parts();
  if (found?.input === event.target && event.target.value.trim() === "") hide(found);
});

document.addEventListener("focusout", (event) => {
  const found = parts();
  if (found?.input === event.target) hide(found);
});

// The focus stays in the field while a result is pressed.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.("#search-found")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const found = parts();
  if (found?.input === event.target) show(found);
});

document.addEventListener(
  "toggle",
  (event) => {
    const found = parts();
    if (found?.box === event.target && event.newState === "open") found.input.focus();
  },
  true,
);
