/** The part of a page that keeps asking for news waits while nobody looks, or while a hint in it is being read. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.target;
  if (part.id !== "live") return;
  if (document.hidden || part.querySelector(":popover-open")) event.preventDefault();
});
