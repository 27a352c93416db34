/** A check box in a list's head selects all rows; [data-selected-count] and [data-selected-names] say what is chosen. */
import { allIn, onArrival } from "./arrive.js";

const MOST_NAMES = 5;

const boxesOf = (root) => [...root.querySelectorAll('input[type="checkbox"][data-select]')];

function item(words) {
  const element = document.createElement("li");
  element.dir = "auto";
  element.textContent = words;
  return element;
}

function itemsOf(boxes) {
  const items = boxes.slice(0, MOST_NAMES).map((box) => item(box.dataset.select));
  const more = boxes.length - MOST_NAMES;
  return more > 0 ? [...items, item(`and ${more} more`)] : items;
}

function update(root) {
  const boxes = boxesOf(root);
  const ticked = boxes.filter((box) => box.checked);
  const chosen = ticked.length;
  const all = root.querySelector("[data-select-all]");
  if (all) {
    all.checked = boxes.length > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const count of root.querySelectorAll("[data-selected-count]")) count.textContent = String(chosen);
  for (const list of root.querySelectorAll("[data-selected-names]")) list.replaceChildren(...itemsOf(ticked));
  for (const button of root.querySelectorAll("[data-needs-selection]")) button.disabled = chosen === 0;
}

document.addEventListener("change", (event) => {
  const root = event.target.closest?.("[data-selection]");
  if (!root) return;
  if (event.target.matches("[data-select-all]")) {
    for (const box of boxesOf(root)) if (!box.disabled) box.checked = event.target.checked;
  }
  update(root);
});

onArrival((part) => allIn(part, "[data-selection]").forEach(update));
