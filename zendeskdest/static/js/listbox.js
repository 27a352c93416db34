/** The moving mark in a list of options, while the focus stays in the text field above it. */
let lastId = 0;

export const visibleOptions = (list) => [...list.querySelectorAll('[role="option"]:not([hidden])')];

export const activeOption = (list) => list.querySelector("[data-active]:not([hidden])");

export function activate(list, input, option) {
  for (const other of list.querySelectorAll("[data-active]")) delete other.dataset.active;
  if (!option) {
    input.removeAttribute("aria-activedescendant");
    return;
  }
  option.id ||= `option-${(lastId += 1)}`;
  option.dataset.active = "";
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

export function move(list, input, key) {
  const options = visibleOptions(list).filter((option) => option.ariaDisabled !== "true");
  if (options.length === 0) return;
  const now = options.indexOf(activeOption(list));
  const last = options.length - 1;
  const targets = { ArrowDown: now === last ? 0 : now + 1, ArrowUp: now <= 0 ? last : now - 1, Home: 0, End: last };
  activate(list, input, options[targets[key]]);
}

/** Hides what does not fit; groups without a visible option go too, and the "nothing fits" line comes. */
export function filter(list, fits) {
  for (const option of list.querySelectorAll('[role="option"]')) option.hidden = !fits(option);
  for (const group of list.querySelectorAll('[role="group"]')) {
    group.hidden = group.querySelector('[role="option"]:not([hidden])') === null;
  }
  const none = list.querySelector("[data-none]");
  if (none) none.hidden = visibleOptions(list).length > 0;
}

export function hasWords(option, words) {
  const text = option.textContent.toLowerCase();
  return words.trim().toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
