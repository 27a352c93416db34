/** A text field with suggestions: anything may be typed, arrows and Enter take a suggestion. */
import { activate, activeOption, filter, hasWords, move, visibleOptions } from "./listbox.js";
import { place } from "./place.js";

// Text fields may share a list: it belongs to the one that showed it last.
const inputOf = new WeakMap();

const partsOf = (element) => {
  const input = element.closest?.("[data-combobox]")?.querySelector("input");
  return input && { input, list: document.getElementById(input.getAttribute("aria-controls")) };
};

const isOpen = (list) => list.matches(":popover-open");

function show({ input, list }, words) {
  inputOf.set(list, input);
  filter(list, (option) => hasWords(option, words));
  for (const option of list.querySelectorAll('[role="option"]')) {
    option.setAttribute("aria-selected", String(option.dataset.value === input.value));
  }
  activate(list, input, null);
  // An empty list would only cover what is said below the field.
  if (visibleOptions(list).length === 0) return hide({ input, list });
  if (isOpen(list)) return;
  list.showPopover({ source: input });
  place(list, input, { matchWidth: true });
  input.setAttribute("aria-expanded", "true");
}

function hide({ input, list }) {
  activate(list, input, null);
  if (isOpen(list)) list.hidePopover();
  input.setAttribute("aria-expanded", "false");
}

function take(parts, value) {
  const { input } = parts;
  hide(parts);
  if (input.value === value) return;
  input.value = value;
  input.dataset.taken = "";
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
  delete input.dataset.taken;
}

document.addEventListener("input", (event) => {
  const parts = partsOf(event.target);
  if (parts && !("taken" in parts.input.dataset)) show(parts, parts.input.value);
});

document.addEventListener("keydown", (event) => {
  const parts = partsOf(event.target);
  if (!parts || event.target !== parts.input) return;
  const { input, list } = parts;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (!isOpen(list)) show(parts, "");
    move(list, input, event.key);
  } else if (event.key === "Enter" && isOpen(list)) {
    const option = activeOption(list);
    if (option === null) return hide(parts);
    event.preventDefault();
    take(parts, option.dataset.value);
  } else if (event.key === "Escape" && isOpen(list)) {
    // The list alone closes: a dialog around it stays.
    event.preventDefault();
    hide(parts);
  }
});

// pointerdown, not click: the focus must not leave the text field on the way.
document.addEventListener("pointerdown", (event) => {
  const parts = partsOf(event.target);
  if (!parts) return;
  if (event.target === parts.input) {
    if (!isOpen(parts.list)) show(parts, "");
    return;
  }
  const isToggle = event.target.closest("[data-combobox-toggle]");
  if (!isToggle) return;
  event.preventDefault();
  parts.input.focus();
  if (isOpen(parts.list)) hide(parts);
  else show(parts, "");
});

document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.(".combobox-list, [data-combobox-toggle]")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const option = event.target.closest('.combobox-list [role="option"]');
  if (!option || option.ariaDisabled === "true") return;
  const list = option.closest(".combobox-list");
  take({ input: inputOf.get(list), list }, option.dataset.value);
});

/** A button beside the field that takes one value; it goes with the note it stands in. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-combobox-take]");
  const parts = button && partsOf(document.getElementById(button.dataset.comboboxTake));
  if (!parts) return;
  event.preventDefault();
  parts.input.focus();
  take(parts, button.value);
});

document.addEventListener("focusout", (event) => {
  const parts = partsOf(event.target);
  if (parts && event.target === parts.input) hide(parts);
});
