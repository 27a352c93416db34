/** What is chosen in a picker: a field of a tree, with its details beside it, or the text of a box. */
import { showTab } from "./tabs.js";
import { isBranch, reveal, rove } from "./tree.js";

const choices = new WeakMap();

export const panelOf = (element) => element.closest(".picker-panel");
export const treeOf = (element) => panelOf(element).querySelector('[role="tree"]');
export const chosen = (picker) => choices.get(picker) ?? null;

export function choose(picker, choice, item = null) {
  choices.set(picker, choice);
  for (const other of picker.querySelectorAll('[role="treeitem"][aria-selected]')) other.ariaSelected = null;
  if (item) item.ariaSelected = "true";
  picker.querySelector("[data-picker-choice]").textContent = choice ?? "";
  picker.querySelector("[data-picker-select]").disabled = choice === null;
}

export function chooseItem(picker, item) {
  if (isBranch(item)) {
    choose(picker, null);
    return describe(panelOf(item), "");
  }
  choose(picker, item.ariaDisabled === "true" ? null : item.dataset.value, item);
  describe(panelOf(item), item.dataset.value);
}

/** Has the server say what a field is; without one the pane only says what it is for. */
export function describe(panel, value) {
  const detail = panel.querySelector("[data-picker-detail]");
  if (detail === null || detail.elements.field.value === value) return;
  detail.elements.field.value = value;
  if (value) detail.dispatchEvent(new Event("picker-detail"));
}

// Between the choice and the question the picker may have been opened anew, with nothing chosen.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-picker-detail]") && event.target.elements.field.value === "") event.preventDefault();
});

export function showCurrent(picker, value) {
  choose(picker, null);
  const item = picker.querySelector(`[data-value="${CSS.escape(value)}"]`);
  const boxes = [...picker.querySelectorAll("[data-picker-box]")];
  const box = value && !item ? boxes.find(({ dataset }) => value.startsWith(dataset.pickerBox)) : null;
  if (item ?? box) showTab(document.getElementById(panelOf(item ?? box).getAttribute("aria-labelledby")));
  if (box) box.value = value.slice(box.dataset.pickerBox.length);
  if (box) choose(picker, value);
  if (!item) return;
  reveal(item);
  rove(treeOf(item), item);
  chooseItem(picker, item);
  item.scrollIntoView({ block: "center" });
}
