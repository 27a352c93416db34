/** Opens and closes native dialogs; Esc and giving the focus back are the browser's. */
import { allIn, onArrival } from "./arrive.js";

const closesOnBackdrop = "closedBy" in HTMLDialogElement.prototype;

export function open(dialog) {
  if (dialog.matches(":modal")) return;
  // One that came open, for who has no scripts, stands beside the page instead of above it.
  dialog.open = false;
  dialog.showModal();
}

function fill(dialog, opener) {
  const { dialogAction, dialogSubject } = opener.dataset;
  if (dialogAction !== undefined) dialog.querySelector("form").action = dialogAction;
  if (dialogSubject === undefined) return;
  for (const slot of dialog.querySelectorAll("[data-dialog-subject]")) slot.textContent = dialogSubject;
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialogOpen);
    if (dialog === null) return;
    event.preventDefault();
    fill(dialog, opener);
    open(dialog);
    return;
  }
  event.target.closest("[data-dialog-close]")?.closest("dialog").close();
});

// htmx forgets a button that loses the focus, and with it the button's value: its dialog stays until the answer.
document.addEventListener("htmx:afterRequest", (event) => {
  const button = event.detail.requestConfig.triggeringEvent?.submitter;
  if (button?.matches("[data-dialog-answer]")) button.closest("dialog").close();
});

// A press that starts inside and ends on the backdrop is a text selection, not a wish to close.
document.addEventListener("pointerdown", (event) => {
  const dialog = event.target;
  if (closesOnBackdrop || !(dialog instanceof HTMLDialogElement)) return;
  const box = dialog.getBoundingClientRect();
  const isInside =
    event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!isInside) dialog.close();
});

onArrival((part) => allIn(part, "dialog[data-dialog-auto], dialog[open]").forEach(open));
