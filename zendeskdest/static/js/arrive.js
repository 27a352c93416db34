/** Runs something for the page at hand and again for whatever htmx brings later. */
export function onArrival(work) {
  work(document);
  document.addEventListener("htmx:load", (event) => work(event.target));
}

/** All elements matching the selector in a part of the page, the part itself included. */
export function allIn(part, selector) {
  const found = [...part.querySelectorAll(selector)];
  if (part instanceof Element && part.matches(selector)) found.unshift(part);
  return found;
}
