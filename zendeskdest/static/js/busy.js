/** A form that leaves the page is sent once, and its button shows that it is under way. */
const sent = new Set();

document.addEventListener("submit", (event) => {
  const form = event.target;
  // htmx has taken its own forms by now; a GET may be sent as often as one likes.
  if (event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) return event.preventDefault();
  sent.add(form);
  event.submitter?.setAttribute("aria-busy", "true");
});

// Back brings the page as it was left.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll('button[aria-busy="true"]')) button.removeAttribute("aria-busy");
  sent.clear();
});
