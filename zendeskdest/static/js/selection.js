/** A check box in a list's head selects all rows; [data-selected-count] says how many are chosen. */
import { allIn, onArrival } from "./arrive.js";

const boxesOf = (root) => [...root.querySelectorAll('input[type="checkbox"][data-select]')];

function update(root) {
  const boxes = boxesOf(root);
  const chosen = boxes.filter((box) => box.checked).length;
  const all = root.querySelector("[data-select-all]");
  if (all) {
    all.checked = boxes.length > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const count of root.querySelectorAll("[data-selected-count]")) count.textContent = String(chosen);
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
