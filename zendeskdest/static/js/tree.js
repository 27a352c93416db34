/** A tree (role="tree"): one item takes the focus, arrows move it, branches open and close. */
const ITEM = '[role="treeitem"]';
// A longer tree starts with its branches closed.
const MANY = 60;

const itemsOf = (tree) => [...tree.querySelectorAll(ITEM)];
export const isBranch = (item) => item.hasAttribute("aria-expanded");
const parentOf = (item) => item.parentElement.closest(ITEM);
const isOpen = (branch) => branch.ariaExpanded === "true";

function isShown(item) {
  const branch = parentOf(item);
  return !item.hidden && (branch === null || (isOpen(branch) && isShown(branch)));
}

export function firstShown(tree, { isLeaf = false } = {}) {
  return itemsOf(tree).find((item) => isShown(item) && !(isLeaf && isBranch(item))) ?? null;
}

export function toggle(branch, toOpen = !isOpen(branch)) {
  branch.ariaExpanded = String(toOpen);
}

export function reveal(item) {
  for (let branch = parentOf(item); branch; branch = parentOf(branch)) toggle(branch, true);
}

/** Of all items only one can be reached with Tab. */
export function rove(tree, item) {
  for (const other of tree.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
  if (item) item.tabIndex = 0;
}

export function focusItem(item) {
  rove(item.closest('[role="tree"]'), item);
  item.focus({ preventScroll: true });
  item.firstElementChild.scrollIntoView({ block: "nearest" });
}

/** Hides leaves that do not fit and branches without any; what is searched for is shown open. */
export function filter(tree, fits, isSearched) {
  const items = itemsOf(tree);
  const leaves = items.filter((item) => !isBranch(item));
  for (const leaf of leaves) leaf.hidden = !fits(leaf);
  const isLong = leaves.filter((leaf) => !leaf.hidden).length > MANY;
  // The inner ones first: the last in the document.
  for (const branch of items.filter(isBranch).reverse()) {
    branch.hidden = branch.querySelector(`${ITEM}:not([hidden])`) === null;
    toggle(branch, isSearched || !isLong);
  }
  const reached = tree.querySelector('[tabindex="0"]');
  if (reached === null || !isShown(reached)) rove(tree, firstShown(tree));
}

/** Moves by an arrow, Home or End; says whether the key was one of them. */
export function move(item, key) {
  const shown = itemsOf(item.closest('[role="tree"]')).filter(isShown);
  const at = shown.indexOf(item);
  const targets = { ArrowDown: shown[at + 1], ArrowUp: shown[at - 1], Home: shown[0], End: shown.at(-1) };
  if (key in targets) {
    if (targets[key]) focusItem(targets[key]);
    return true;
  }
  if (key !== "ArrowRight" && key !== "ArrowLeft") return false;
  const inwards = key === "ArrowRight";
  if (isBranch(item) && isOpen(item) !== inwards) toggle(item);
  else if (inwards && isBranch(item)) focusItem(shown[at + 1]);
  else if (!inwards && parentOf(item)) focusItem(parentOf(item));
  return true;
}
