/** The window in which a source or target field is chosen, one for all rows of a page. */
import { open } from "./dialog.js";
import { activate, activeOption, filter, hasWords, move } from "./listbox.js";
import { showTab } from "./tabs.js";

const openers = new WeakMap();
const choices = new WeakMap();

const pickerOf = (element) => element.closest?.("[data-picker]");
const panelOf = (element) => element.closest(".picker-panel");
const shownPanel = (picker) => picker.querySelector(".picker-panel:not([hidden])");

function choose(picker, choice) {
  choices.set(picker, choice);
  for (const option of picker.querySelectorAll('[role="option"]')) {
    option.setAttribute("aria-selected", String(choice !== null && option.dataset.value === choice.value));
  }
  picker.querySelector("[data-picker-choice]").textContent = choice === null ? "" : choice.label;
  picker.querySelector("[data-picker-select]").disabled = choice === null;
}

const chooseOption = (picker, option) => choose(picker, { value: option.dataset.value, label: option.dataset.label });

function refilter(picker) {
  const onlyData = picker.querySelector('[data-picker-toggle="with-data"]')?.checked ?? false;
  const withNames = picker.querySelector('[data-picker-toggle="names"]')?.checked ?? false;
  picker.classList.toggle("show-names", withNames);
  for (const search of picker.querySelectorAll("[data-picker-search]")) {
    const list = panelOf(search).querySelector('[role="listbox"]');
    filter(list, (option) => hasWords(option, search.value) && !(onlyData && "empty" in option.dataset));
    if (!activeOption(list)) activate(list, search, null);
  }
}

function start(picker, opener) {
  openers.set(picker, opener);
  const { value } = document.getElementById(opener.dataset.pickerInput);
  for (const box of picker.querySelectorAll("[data-picker-search], [data-picker-custom]")) box.value = "";
  refilter(picker);
  const current = picker.querySelector(`[role="option"][data-value="${CSS.escape(value)}"]`);
  if (current) showTab(document.getElementById(panelOf(current).getAttribute("aria-labelledby")));
  choose(picker, null);
  if (current) chooseOption(picker, current);
  open(picker);
  shownPanel(picker).querySelector("[data-picker-search], [data-picker-custom]")?.focus();
  current?.scrollIntoView({ block: "center" });
}

function confirm(picker) {
  const choice = choices.get(picker);
  if (!choice) return;
  const opener = openers.get(picker);
  const input = document.getElementById(opener.dataset.pickerInput);
  const label = opener.querySelector("[data-picker-label]");
  label.textContent = choice.label;
  label.classList.remove("is-empty");
  if (opener.dataset.pickerName) opener.setAttribute("aria-label", `${opener.dataset.pickerName}: ${choice.label}`);
  picker.close();
  if (input.value === choice.value) return;
  input.value = choice.value;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-picker-open]");
  if (opener) return start(document.getElementById(opener.dataset.pickerOpen), opener);
  const picker = pickerOf(event.target);
  if (!picker) return;
  const option = event.target.closest('[role="option"]:not([aria-disabled="true"])');
  if (option) chooseOption(picker, option);
  else if (event.target.closest("[data-picker-select]")) confirm(picker);
});

document.addEventListener("dblclick", (event) => {
  const picker = pickerOf(event.target);
  if (picker && event.target.closest('[role="option"]:not([aria-disabled="true"])')) confirm(picker);
});

document.addEventListener("input", (event) => {
  const picker = pickerOf(event.target);
  if (!picker) return;
  const { pickerCustom } = event.target.dataset;
  const text = event.target.value.trim();
  if (pickerCustom === undefined) refilter(picker);
  else choose(picker, text ? { value: pickerCustom + text, label: text } : null);
});

document.addEventListener("keydown", (event) => {
  const picker = pickerOf(event.target);
  if (!picker) return;
  if (event.target.matches("[data-picker-search]")) searchKey(picker, event);
  else if (event.key === "Enter" && event.target.matches("[data-picker-custom]")) {
    event.preventDefault();
    confirm(picker);
  }
});

function searchKey(picker, event) {
  const list = panelOf(event.target).querySelector('[role="listbox"]');
  if (["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    move(list, event.target, event.key);
  } else if (event.key === "Enter") {
    event.preventDefault();
    const option = activeOption(list);
    if (option && option.ariaSelected !== "true") chooseOption(picker, option);
    else confirm(picker);
  }
}
