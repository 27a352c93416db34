/** Switches a person set in this browser; where it keeps nothing, they hold until the page is left. */
const unsaved = new Map();

export function remember(name, isOn) {
  unsaved.set(name, isOn);
  try {
    localStorage.setItem(name, String(isOn));
  } catch {
    // Storage is switched off or full: the map has it.
  }
}

export function remembered(name, otherwise) {
  let saved = null;
  try {
    saved = localStorage.getItem(name);
  } catch {
    // As above.
  }
  return saved === null ? (unsaved.get(name) ?? otherwise) : saved === "true";
}
