/** The window in which a source or target field is chosen, one for all rows of a page. */
import { onArrival } from "./arrive.js";
import { open } from "./dialog.js";
import { choose, chooseItem, chosen, describe, panelOf, showCurrent, treeOf } from "./picker-choice.js";
import { closeUsed, isWhole, refilter, turn } from "./picker-filter.js";
import { firstShown, focusItem, isBranch, move, toggle } from "./tree.js";

const openers = new WeakMap();
// The field that had the focus in a list that the server replaces; null: none had.
let held = null;

const openersOf = (picker) => [...document.querySelectorAll(`[data-picker-open="${picker.id}"]`)];
const pickerOf = (element) => element.closest?.("[data-picker]");
const inputOf = (opener) => opener.parentElement.querySelector("input");

/** The button that opened it; a save may have drawn the button's row anew since. */
function openerOf(picker) {
  const opener = openers.get(picker);
  if (opener.isConnected) return opener;
  const { name } = inputOf(opener);
  return openersOf(picker).find((other) => inputOf(other).name === name) ?? opener;
}

function valuesOfOthers(picker, input) {
  const rows = openersOf(picker).map(inputOf);
  return rows.filter((other) => other !== input).map(({ value }) => value);
}

function sift(picker) {
  const input = inputOf(openerOf(picker));
  closeUsed(picker, "pickerUnique" in picker.dataset ? valuesOfOthers(picker, input) : []);
  refilter(picker, input.value);
}

/** The focus goes on in the new list, or back to the words when they no longer find its field. */
function refocus(tree) {
  if (held === null) return;
  const item = tree.querySelector(`[data-value="${CSS.escape(held)}"]:not([hidden])`);
  held = null;
  if (item) focusItem(item);
  else panelOf(tree).querySelector("[data-picker-search]").focus();
}

function prepare(picker) {
  const input = inputOf(openerOf(picker));
  for (const box of picker.querySelectorAll("[data-picker-search], [data-picker-box]")) box.value = "";
  for (const panel of picker.querySelectorAll(".picker-panel")) describe(panel, "");
  sift(picker);
  showCurrent(picker, input.value);
  picker.querySelector(".picker-panel:not([hidden])").querySelector("[data-picker-search], [data-picker-box]").focus();
}

function start(picker, opener) {
  openers.set(picker, opener);
  open(picker);
  if (picker.querySelector(".picker-panel") && isWhole(picker)) prepare(picker);
  else picker.querySelector("[data-picker-body]").dispatchEvent(new Event("picker-load"));
}

function confirm(picker) {
  const choice = chosen(picker);
  if (choice === null) return;
  const opener = openerOf(picker);
  const input = inputOf(opener);
  const label = opener.querySelector("[data-picker-label]");
  label.textContent = choice;
  label.classList.remove("is-empty");
  if (opener.dataset.pickerName) opener.setAttribute("aria-label", `${opener.dataset.pickerName}: ${choice}`);
  picker.close();
  if (input.value === choice) return;
  input.value = choice;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// The panels arrive one by one: before the last of them the others cannot be asked for details.
onArrival((part) => {
  const picker = pickerOf(part);
  if (!picker?.open) return;
  if (part.matches(".picker-panel:last-of-type")) prepare(picker);
  // What the server found for the words in the search box.
  else if (part.matches("[data-searched]")) {
    sift(picker);
    refocus(part);
  }
});

document.addEventListener("htmx:beforeSwap", ({ target }) => {
  const item = document.activeElement;
  held = target.matches(".picker-list") && target.contains(item) ? (item.dataset.value ?? "") : null;
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-picker-open]");
  if (opener) return start(document.getElementById(opener.dataset.pickerOpen), opener);
  const picker = pickerOf(event.target);
  if (!picker) return;
  const item = event.target.closest('[role="treeitem"]');
  if (item && isBranch(item)) toggle(item);
  if (item) focusItem(item);
  else if (event.target.closest("[data-picker-select]")) confirm(picker);
});

document.addEventListener("dblclick", (event) => {
  const picker = pickerOf(event.target);
  if (picker && event.target.closest("[data-value]")) confirm(picker);
});

// What has the focus is what is chosen.
document.addEventListener("focusin", (event) => {
  if (event.target.matches('[data-picker] [role="treeitem"]')) chooseItem(pickerOf(event.target), event.target);
});

document.addEventListener("input", (event) => {
  const picker = pickerOf(event.target);
  if (!picker) return;
  const { pickerBox, pickerToggle } = event.target.dataset;
  if (pickerToggle !== undefined) turn(event.target);
  if (pickerBox === undefined) return refilter(picker, inputOf(openerOf(picker)).value);
  // A text of several lines is taken as it stands; of a name the blanks around it are left out.
  const text = event.target.matches("textarea") ? event.target.value : event.target.value.trim();
  choose(picker, text.trim() ? pickerBox + text : null);
});

document.addEventListener("keydown", (event) => {
  const picker = pickerOf(event.target);
  if (!picker || event.ctrlKey || event.metaKey || event.altKey) return;
  const isHandled = event.target.matches('[role="treeitem"]') ? treeKey(picker, event) : boxKey(picker, event);
  if (isHandled) event.preventDefault();
});

function treeKey(picker, { target: item, key }) {
  if (move(item, key)) return true;
  if (key === "Enter" || key === " ") {
    if (isBranch(item)) toggle(item);
    else if (key === "Enter") confirm(picker);
    return true;
  }
  // Whoever types wants to search.
  if (key.length === 1) panelOf(item).querySelector("[data-picker-search]").focus();
  return false;
}

function boxKey(picker, { target: box, key }) {
  const isSearch = box.matches("[data-picker-search]");
  if (key === "Enter" && box.matches("input[data-picker-box]")) confirm(picker);
  else if (!isSearch || !["ArrowDown", "Enter"].includes(key)) return false;
  // A list that has just come may not be sifted yet: a field that does not fit must not be taken.
  sift(picker);
  const item = isSearch && firstShown(treeOf(box), { isLeaf: key === "Enter" });
  if (item) focusItem(item);
  return true;
}
