/** Messages in the corner: the quiet ones leave by themselves, unless someone is reading them. */
import { allIn, onArrival } from "./arrive.js";

const SHOWN_FOR_MS = 6000;
const STAYING = new Set(["error", "warning"]);
const seen = new WeakSet();

function leaveLater(element) {
  if (seen.has(element) || STAYING.has(element.dataset.toast)) return;
  seen.add(element);
  const check = () => {
    if (element.matches(":hover, :focus-within")) setTimeout(check, 1000);
    else element.remove();
  };
  setTimeout(check, SHOWN_FOR_MS);
}

export function toast({ message, tone = "info" }) {
  const template = document.querySelector(`[data-toast-template="${CSS.escape(tone)}"]`);
  const element = template.content.firstElementChild.cloneNode(true);
  element.querySelector(".toast-text").textContent = message;
  document.getElementById("toasts").append(element);
  leaveLater(element);
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove();
});

// Sent by the header HX-Trigger: {"toast": {"message": "…", "tone": "success"}}
document.addEventListener("toast", (event) => toast(event.detail));

for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    const isPolling = event.detail.requestConfig?.triggeringEvent === undefined;
    // A page that polls would repeat itself every few seconds while the server is away.
    if (isPolling && document.querySelector('#toasts [data-toast="error"]')) return;
    toast({ message: "The server did not answer as expected. Check whether your change was saved, then try again.", tone: "error" });
  });
}

onArrival((part) => allIn(part, "[data-toast]").forEach(leaveLater));
