"""axe-core over an open page. The browser's debugger runs it, past the page's own CSP."""

from collections.abc import Sequence
from typing import Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

Options = dict[str, object]


def _rules(kind: str, names: Sequence[str]) -> Options:
    return {"runOnly": {"type": kind, "values": list(names)}, "resultTypes": ["violations"]}


# WCAG 2.0 to 2.2, levels A and AA, and what axe calls best practices: all rules but experiments.
EVERYTHING: Final = _rules(
    "tag", ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
)
# What another theme changes, and another width: words that go, targets that shrink.
THEME_AND_WIDTH: Final = _rules(
    "rule",
    ("color-contrast", "button-name", "link-name", "target-size", "scrollable-region-focusable"),
)

_RUN = """async ([within, options]) => {
  const { violations } = await axe.run(within || document, options);
  return violations.flatMap((rule) => rule.nodes.map((node) => (
    `${rule.id}: ${node.target.join(" ")}: ${node.html.slice(0, 200)}: ${node.failureSummary}`
  )));
}"""


def violations(page: Page, *, rules: Options, within: str = "") -> list[str]:
    """Every element that breaks a rule, in words; `within` is a selector."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_RUN, [within, rules])
    return found
