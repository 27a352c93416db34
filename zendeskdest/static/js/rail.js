/** A rail beside a list: any press on a row opens it, Escape closes it, and the address remembers which one is open. */
const INTERACTIVE = "a, button, input, select, textarea, label, form, dialog, [popover]";
let opener = null;

const rail = () => document.querySelector("#rail [data-rail]");
const openers = () => [...document.querySelectorAll("[data-rail-open]")];

function remember(open) {
  const address = new URL(location.href);
  if (open === null) address.searchParams.delete("rail");
  else address.searchParams.set("rail", open);
  history.replaceState(history.state, "", address);
}

function mark(current) {
  for (const other of openers()) {
    const isCurrent = other === current;
    other.closest("[data-rail-row]")?.toggleAttribute("data-current", isCurrent);
    if (isCurrent) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
}

function close() {
  const from = opener ?? openers().find((other) => other.hasAttribute("aria-current"));
  document.getElementById("rail").replaceChildren();
  mark(null);
  remember(null);
  opener = null;
  from?.focus();
}

document.addEventListener("click", (event) => {
  const target = event.target;
  if (rail() && target.closest("[data-rail-close]")) {
    event.preventDefault();
    return close();
  }
  const row = target.closest("[data-rail-row]");
  // Text that was just selected in a row is being copied, not pressed.
  if (!row || target.closest(INTERACTIVE) || getSelection().type === "Range") return;
  row.querySelector("[data-rail-open]").click();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !rail()) return;
  if (document.querySelector("dialog[open], :popover-open") || event.target.matches("input, textarea, select")) return;
  close();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "rail" || !rail()) return;
  opener = openers().find((other) => other.getAttribute("hx-get") === rail().dataset.rail) ?? null;
  mark(opener);
  if (opener) remember(opener.dataset.railOpen);
  document.getElementById("rail-title").focus();
});
