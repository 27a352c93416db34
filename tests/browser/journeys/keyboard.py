"""Somebody who has no mouse: Tab, Enter, Space and arrows, and a focus that can be seen."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

MOST_STOPS = 100

# Where the focus is. It can be seen by an outline, also one around a part of the stop or around
# what the stop is a part of, and lies in the window. `wanted` may be null.
_STOP = """(wanted) => {
  const el = document.activeElement;
  window.unvisited?.delete(el);
  const left = window.unvisited?.size ?? 0;
  if (el === document.body) return { words: "(the browser's own)", isSeen: true, left };
  const isOutlined = (one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  };
  const around = [el, ...el.children, el.parentElement, el.parentElement.parentElement];
  const { top, bottom, left: start, right } = el.getBoundingClientRect();
  const isInside = bottom > 0 && right > 0 && top < innerHeight && start < innerWidth;
  const words = `${el.tagName} ${el.id || el.name || ""} ${el.textContent.trim().slice(0, 40)}`;
  return { words, isSeen: isInside && around.some(isOutlined), isThere: el === wanted, left };
}"""

# Everything Tab should reach; of the buttons of a radio group, the browser stops at one.
_TABBABLE = """() => {
  const all = "a[href], button, input, select, textarea, summary, [tabindex]";
  const isShown = (el) => el.checkVisibility({ visibilityProperty: true });
  window.unvisited = new Set([...document.querySelectorAll(all)].filter((el) =>
    el.tabIndex >= 0 && !el.disabled && el.type !== "radio" && isShown(el)));
  document.activeElement.blur();
  return window.unvisited.size;
}"""
_LEFT_OUT = "() => [...window.unvisited].map((el) => el.outerHTML.slice(0, 120))"


@dataclass(frozen=True, slots=True)
class Hands:
    page: Page

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def go_to(self, role: Any, name: str) -> Locator:
        """Tab until the focus is on it; every stop on the way has to show where one is."""
        wanted = self.page.get_by_role(role, name=name, exact=True)
        expect(wanted).to_be_visible()
        passed: list[str] = []
        element = wanted.element_handle()
        while not (stop := self.page.evaluate(_STOP, element)).get("isThere"):
            assert len(passed) < MOST_STOPS, f"Tab does not lead to {role} {name!r}: {passed}"
            self.press("Tab")
            passed.append(stop["words"])
            assert stop["isSeen"] or len(passed) == 1, f"the focus is not seen on {stop['words']}"
        assert stop["isSeen"], f"the focus is not seen on {stop['words']}"
        return wanted

    def press_on(self, role: Any, name: str, key: str = "Enter") -> None:
        self.go_to(role, name)
        self.press(key)

    def walk(self) -> None:
        """From the top of a page through all of it: nothing is left out, nothing holds one back."""
        left: int = self.page.evaluate(_TABBABLE)
        for _ in range(2 * left + MOST_STOPS):
            if left == 0:
                return
            self.press("Tab")
            stop = self.page.evaluate(_STOP, None)
            assert stop["isSeen"], f"the focus is not seen on {stop['words']}"
            left = stop["left"]
        raise AssertionError(f"Tab does not reach {self.page.evaluate(_LEFT_OUT)}")
