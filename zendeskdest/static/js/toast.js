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

const GONE = "What this page shows was deleted or finished elsewhere. Load it again to see what is there now.";
const FAILED = "The server did not answer as expected. Check whether your change was saved, then try again.";

/** A refusal comes as a sentence of its own: which permission is missing, and whom to ask. */
function words(answer) {
  if (answer?.status === 403 && answer.getResponseHeader("Content-Type")?.startsWith("text/plain")) return answer.responseText;
  return answer?.status === 404 ? GONE : FAILED;
}

for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    const message = words(event.detail.xhr);
    // Said once: a page that polls or saves would repeat itself every few seconds.
    const said = [...document.querySelectorAll('#toasts [data-toast="error"] .toast-text')];
    if (said.every((element) => element.textContent !== message)) toast({ message, tone: "error" });
  });
}

onArrival((part) => allIn(part, "[data-toast]").forEach(leaveLater));
