"""What sticks out, in words: of the window, or of the card, cell or button it is in."""

from playwright.sync_api import Page

# Text inside something that scrolls or is cut off on purpose is where it should be.
_SPILLS = """() => {
  const boxes = ".card, .dialog, .menu, .alert, .toast, .btn, .badge, .status, .tab, th, td";
  const found = [];
  const root = document.documentElement;
  const out = root.scrollWidth - root.clientWidth;
  if (out > 0) found.push(`the page sticks out by ${out} px`);
  for (const row of document.querySelectorAll("tr")) {
    // On a phone the cells of a row stand one below the other.
    const height = Math.max(...[...row.cells].map((cell) => cell.offsetHeight));
    if (height > innerHeight) {
      found.push(`the row "${row.textContent.trim().slice(0, 30)}" is ${height} px tall`);
    }
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const node = texts.currentNode;
    if (!node.data.trim() || !node.parentElement.checkVisibility()) continue;
    range.selectNodeContents(node);
    const { left, right, width } = range.getBoundingClientRect();
    if (!width) continue;
    for (let box = node.parentElement; box && box !== document.body; box = box.parentElement) {
      const { clipPath, overflowX, position } = getComputedStyle(box);
      // Only for those who listen
      if (clipPath !== "none") break;
      if (box.matches(boxes)) {
        const at = box.getBoundingClientRect();
        if (right > at.right + 1 || left < at.left - 1) {
          const words = node.data.trim().slice(0, 30);
          found.push(`"${words}" spills out of ${box.tagName}.${box.className}`);
        }
      }
      if (overflowX !== "visible" || position === "fixed") break;
    }
  }
  return [...new Set(found)];
}"""

# A long name leaves what stands beside it in the top bar its room, and 24 px to aim at.
_SQUEEZED = """() => [...document.querySelectorAll(".breadcrumb a, .topbar-end > *")]
  .filter((one) => one.checkVisibility())
  .filter((one) => {
    const at = one.getBoundingClientRect();
    const around = one.parentElement.getBoundingClientRect();
    return at.width < 23.5 || at.left < around.left - 1 || at.right > around.right + 1;
  })
  .map((one) => `no room in the top bar for ${one.outerHTML.slice(0, 120)}`)"""

# Headings of columns: a table may scroll, but on a usual screen nobody should have to.
_CUT_OFF = """() => [...document.querySelectorAll(".table-wrap")]
  .filter((wrap) => wrap.checkVisibility() && wrap.scrollWidth > wrap.clientWidth)
  .map((wrap) => {
    const words = (wrap.querySelector("thead") ?? wrap).textContent.replace(/\\s+/g, " ").trim();
    return `${wrap.scrollWidth - wrap.clientWidth} px of the table "${words}" are out of sight`;
  })"""

# What a cell says beside its value on a phone is the heading of its column, word for word.
_MISNAMED = """() => [...document.querySelectorAll(".table-wrap tbody td:not([colspan])")]
  .map((cell) => {
    const head = cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
    const words = (head.querySelector(".th-help > span") ?? head).textContent.trim();
    const isBare = !words || head.querySelector(".visually-hidden, input");
    return [cell.dataset.label ?? "", isBare ? "" : words];
  })
  .filter(([said, heading]) => said !== heading)
  .map(([said, heading]) => `a cell says "${said}" under the heading "${heading}"`)"""

# Half a pixel is lost where a page is drawn.
_TOO_SMALL = """() => {
  const aims = ".table-wrap :is(tbody .btn, tbody .switch, .hit, thead .th-sort, thead .help)";
  return [...document.querySelectorAll(aims)]
    .filter((aim) => aim.checkVisibility())
    .map((aim) => [aim, aim.getBoundingClientRect()])
    .filter(([aim, { width, height }]) => Math.min(width, height) < 43.5)
    .map(([aim]) => `less than 44 px: ${aim.outerHTML.slice(0, 120)}`);
}"""


def misnamed(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_MISNAMED)
    return list(dict.fromkeys(found))


def too_small(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_TOO_SMALL)
    return found


def spills(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_SPILLS)
    return found


def squeezed(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_SQUEEZED)
    return found


def cut_off(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_CUT_OFF)
    return found
