"""Whatever opens over a page: dialogs, menus, panels, pickers, lists of suggestions.

They are found by what opens them, so that a new one is among them. Where they are about chosen
rows, all rows are chosen first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

_FIND = """() => {
  // What waits for a selection gets one.
  for (const root of document.querySelectorAll("[data-selection]:has([data-needs-selection])")) {
    const all = root.querySelector("[data-select-all]");
    if (all && !all.checked) all.click();
  }
  const idOf = (opener) => opener.dataset.dialogOpen ?? opener.dataset.pickerOpen
    ?? opener.getAttribute("popovertarget")
    ?? opener.closest("[data-combobox]")?.querySelector("[role=listbox]")?.id
    ?? opener.closest("[data-combobox]")?.querySelector("input")?.getAttribute("aria-controls");
  window.openers = [...document.querySelectorAll(
    "[data-dialog-open], [data-picker-open], [popovertarget], [data-combobox-toggle], [hx-get]",
  )].filter((opener) => {
    // What asks for itself, or only takes the place of what is there, opens nothing.
    const trigger = opener.getAttribute("hx-trigger") ?? "click";
    const hides = opener.getAttribute("popovertargetaction") === "hide";
    return !opener.disabled && !hides && trigger === "click";
  });
  return window.openers.map((opener, number) => {
    const overlay = document.getElementById(idOf(opener) ?? "");
    // One help text stands for all.
    const text = overlay?.matches(".help-text") ? "help" : (overlay ?? opener).textContent;
    const words = text.replace(/\\s+/g, " ").trim();
    return { number, id: overlay?.id ?? "", words, html: opener.outerHTML.slice(0, 600) };
  });
}"""
_OPEN = """(number) => {
  const opener = window.openers[number];
  if (!("comboboxToggle" in opener.dataset)) return opener.click();
  opener.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, cancelable: true }));
}"""
# Once whatever it asked the server for is there.
_SHOWN = """async () => {
  const isBusy = () => document.querySelector(".htmx-request, .htmx-settling, .htmx-swapping");
  for (let waited = 0; isBusy(); waited += 20) {
    if (waited > 10_000) throw new Error("htmx is still busy after ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const open = [...document.querySelectorAll("dialog[open], :popover-open")].at(-1);
  if (!open) return "";
  open.id ||= "overlay-without-id";
  return `#${CSS.escape(open.id)}`;
}"""
_CLOSE = """() => {
  for (const one of document.querySelectorAll("dialog[open]")) one.close();
  for (const one of document.querySelectorAll(":popover-open")) one.hidePopover();
}"""
_OUTSIDE = """(selector) => {
  const { left, right } = document.querySelector(selector).getBoundingClientRect();
  return left < 0 || right > innerWidth ? [`${selector} reaches from ${left} to ${right} px`] : [];
}"""


@dataclass(frozen=True, slots=True)
class Opener:
    """A button or link. `words` are those of what it opens, where that is in the page already."""

    number: int
    id: str
    words: str
    html: str


def openers(page: Page) -> Iterator[Opener]:
    found: list[dict[str, Any]] = page.evaluate(_FIND)
    return (Opener(**one) for one in found)


def show(page: Page, opener: Opener) -> str:
    """Open it; a selector of what stands over the page then, "" for nothing."""
    page.evaluate(_OPEN, opener.number)
    selector: str = page.evaluate(_SHOWN)
    return selector


def close(page: Page) -> None:
    page.evaluate(_CLOSE)


def outside(page: Page, selector: str) -> list[str]:
    """Whether it reaches over the edge of the window, in words."""
    found: list[str] = page.evaluate(_OUTSIDE, selector)
    return found
