/** Which fields of a picker are shown, and which of them cannot be chosen. */
import { panelOf, treeOf } from "./picker-choice.js";
import { remember, remembered } from "./remember.js";
import { filter, firstShown } from "./tree.js";

const TOGGLES = { "with-data": true, names: false };

const isOn = (name) => remembered(`picker-${name}`, TOGGLES[name]);

/** Whether nothing is left out because of a search that the server has answered. */
export const isWhole = (picker) => picker.querySelector('[data-searched]:not([data-searched=""])') === null;

export function turn(box) {
  remember(`picker-${box.dataset.pickerToggle}`, box.checked);
}

/** `current` is the value that the row has: it stays in sight also without data. */
export function refilter(picker, current) {
  for (const box of picker.querySelectorAll("[data-picker-toggle]")) box.checked = isOn(box.dataset.pickerToggle);
  const onlyData = picker.querySelector('[data-picker-toggle="with-data"]') !== null && isOn("with-data");
  picker.classList.toggle("show-names", isOn("names"));
  for (const search of picker.querySelectorAll("[data-picker-search]")) {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (item) => {
      const { value, empty } = item.dataset;
      const text = `${value} ${item.textContent}`.toLowerCase();
      return (!onlyData || empty === undefined || value === current) && words.every((word) => text.includes(word));
    };
    const tree = treeOf(search);
    filter(tree, fits, words.length > 0);
    const isAwaited = "searched" in tree.dataset && tree.dataset.searched !== search.value;
    panelOf(search).querySelector("[data-none]").hidden = isAwaited || firstShown(tree) !== null;
  }
}

/** Where a field is written once, those of the other rows are closed; some are closed for everybody. */
export function closeUsed(picker, others) {
  for (const item of picker.querySelectorAll("[data-value]")) {
    item.toggleAttribute("data-used", others.includes(item.dataset.value));
    item.ariaDisabled = "used" in item.dataset || "closed" in item.dataset ? "true" : null;
  }
}
