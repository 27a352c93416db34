/** Parts of a page that keep asking for news wait while nobody looks, or while something in them is being read. */
const IN_USE = ":popover-open, .chart-frame:hover, .chart-frame:focus, .chart-table[open]";

document.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.target;
  if (part.id !== "live" && part.id !== "bell-count") return;
  if (document.hidden || part.querySelector(IN_USE)) event.preventDefault();
});
