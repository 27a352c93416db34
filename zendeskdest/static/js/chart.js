/** A chart tells its numbers at the pointer and, as a slider, at the keys: see components/chart.html. */
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 6, PageDown: -6 };

const frameOf = (event) => event.target.closest?.(".chart-frame");
const shown = (frame) => [...frame.querySelectorAll(".chart-picture")].find((picture) => picture.checkVisibility());

function show(frame, index) {
  const picture = shown(frame);
  const slots = picture.querySelectorAll(".chart-slot");
  const at = Math.max(0, Math.min(index, slots.length - 1));
  const { center, points } = slots[at].dataset;
  const words = slots[at].querySelector("title").textContent;
  const pointer = picture.querySelector("[data-chart-pointer]");
  const line = pointer.querySelector(".chart-crosshair");
  line.setAttribute("d", `M${center} ${line.dataset.top} V${line.dataset.floor}`);
  points.split(" ").forEach((y, number) => {
    const dot = pointer.querySelectorAll("circle")[number];
    dot.setAttribute("cx", center);
    dot.setAttribute("cy", y);
  });
  pointer.setAttribute("visibility", "visible");
  frame.setAttribute("aria-valuenow", String(at));
  frame.setAttribute("aria-valuetext", words);
  frame.closest("[data-chart]").querySelector("[data-chart-readout]").textContent = words;
}

function hide(frame) {
  for (const pointer of frame.querySelectorAll("[data-chart-pointer]")) pointer.setAttribute("visibility", "hidden");
  frame.closest("[data-chart]").querySelector("[data-chart-readout]").textContent = "";
}

document.addEventListener("pointermove", (event) => {
  const slot = event.target.closest?.(".chart-slot");
  if (!slot) return;
  show(frameOf(event), [...slot.parentNode.querySelectorAll(".chart-slot")].indexOf(slot));
});

document.addEventListener("pointerout", (event) => {
  const frame = frameOf(event);
  if (frame && !frame.contains(event.relatedTarget) && frame !== document.activeElement) hide(frame);
});

document.addEventListener("focusin", (event) => {
  const frame = frameOf(event);
  if (frame?.matches(":focus-visible")) show(frame, Number(frame.getAttribute("aria-valuenow")));
});

document.addEventListener("focusout", (event) => {
  const frame = frameOf(event);
  if (frame) hide(frame);
});

document.addEventListener("keydown", (event) => {
  const frame = frameOf(event);
  if (!frame) return;
  const now = Number(frame.getAttribute("aria-valuenow"));
  const ends = { Home: 0, End: Number(frame.getAttribute("aria-valuemax")) };
  const next = event.key in KEYS ? now + KEYS[event.key] : ends[event.key];
  if (next === undefined) return;
  event.preventDefault();
  show(frame, next);
});
