/** What was typed and is not saved yet (inside data-unsaved) outlives its page: it is sent when the page goes, and typed again when it comes back. */
import { isBehind } from "./draft-version.js";

const typed = new Map();
let underWay = new Map();
let wasSent = false;

const place = `unsaved ${location.pathname}`;

function keep() {
  try {
    if (typed.size === 0) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, JSON.stringify([...typed]));
  } catch {
    // Storage is switched off or full: a reload in the same moment loses these keys, leaving does not.
  }
}

function kept() {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(place) ?? "[]"));
  } catch {
    return new Map();
  }
}

const formOf = () => document.querySelector("form:has([data-unsaved])");
// A button that offers a value bears the name of its field.
const fieldOf = (name) => formOf()?.querySelector(`[data-unsaved] :is(input, select, textarea)[name="${CSS.escape(name)}"]`);

document.addEventListener("input", ({ target }) => {
  if (!target.name || !target.closest("[data-unsaved]")) return;
  typed.set(target.name, target.value);
  keep();
});

document.addEventListener("htmx:beforeRequest", ({ target }) => {
  if (target === formOf()) underWay = new Map(typed);
});

document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (target !== formOf() || !detail.successful) return;
  for (const [name, value] of underWay) if (typed.get(name) === value) typed.delete(name);
  keep();
});

window.addEventListener("pagehide", () => {
  const form = formOf();
  if (!form || typed.size === 0) return;
  wasSent = true;
  // To htmx the server answers with little, and that nobody reads.
  fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true, headers: { "HX-Request": "true" } });
});

// A page out of the browser's memory is behind what it sent when it went.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && wasSent) location.reload();
});

// Once htmx listens. The page may have been made before what was sent had arrived.
document.addEventListener(
  "htmx:load",
  () => {
    if (isBehind) return;
    for (const [name, value] of kept()) {
      const field = fieldOf(name);
      if (!field || field.value === value) continue;
      field.value = value;
      typed.set(name, value);
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    keep();
  },
  { once: true },
);
