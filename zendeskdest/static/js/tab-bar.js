/** Bars of tabs that are wider than the screen: the current tab is in sight, edges fade where there are more. */
const ROUNDING = 1;

function mark(bar) {
  const end = bar.scrollWidth - bar.clientWidth;
  bar.toggleAttribute("data-before", bar.scrollLeft > ROUNDING);
  bar.toggleAttribute("data-after", bar.scrollLeft < end - ROUNDING);
}

/** Not scrollIntoView: that would also scroll the page. */
function showCurrent(bar) {
  const current = bar.querySelector("[aria-current]");
  if (!current) return;
  const [there, here] = [current.getBoundingClientRect(), bar.getBoundingClientRect()];
  bar.scrollLeft += there.left + there.width / 2 - (here.left + here.width / 2);
}

function markAll() {
  for (const bar of document.querySelectorAll(".tabs")) mark(bar);
}

for (const bar of document.querySelectorAll(".tabs")) showCurrent(bar);
markAll();
addEventListener("resize", markAll);
document.addEventListener(
  "scroll",
  (event) => {
    if (event.target instanceof Element && event.target.matches(".tabs")) mark(event.target);
  },
  { capture: true, passive: true },
);
