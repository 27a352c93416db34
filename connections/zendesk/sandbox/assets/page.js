// Keeps the page current: fetches it again every few seconds and swaps the live parts.
"use strict";

const EVERY_MS = 3000;

function swap(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!next || next.innerHTML === part.dataset.seen) continue;
    // What somebody is reading or has focused must not move away.
    if (part.contains(document.activeElement) && document.activeElement !== part) continue;
    if (String(document.getSelection())) continue;
    part.dataset.seen = next.innerHTML;
    const open = [...part.querySelectorAll("details[open]")].map((item) => item.dataset.key);
    const left = part.querySelector(".scroll")?.scrollLeft ?? 0;
    part.replaceChildren(...next.childNodes);
    for (const item of part.querySelectorAll("details")) item.open = open.includes(item.dataset.key);
    const scroll = part.querySelector(".scroll");
    if (scroll) scroll.scrollLeft = left;
  }
}

async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch(location.href, { cache: "no-store" });
    const text = await response.text();
    swap(new DOMParser().parseFromString(text, "text/html"));
    document.body.classList.remove("is-stale");
  } catch {
    document.body.classList.add("is-stale"); // the sandbox has ended; what is shown is old
  }
}

setInterval(refresh, EVERY_MS);
