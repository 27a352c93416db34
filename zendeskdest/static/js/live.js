/** The part of a page that keeps asking for news waits while nobody looks, or while something in it is being read. */
const IN_USE = ":popover-open, .chart-frame:hover, .chart-frame:focus, .chart-table[open]";

document.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.target;
  if (part.id !== "live") return;
  if (document.hidden || part.querySelector(IN_USE)) event.preventDefault();
});
