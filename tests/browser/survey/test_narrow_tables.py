"""Tables on a phone: each row a card, nothing beside the edge, a thumb wide, still a table.

The rail of a row lies over them there, below the top bar.
"""

from collections import defaultdict

import pytest
from playwright.sync_api import Page

from tests.browser import layout
from tests.browser.conftest import NARROW
from tests.browser.critic import Critic
from tests.browser.filled import Filled
from tests.browser.visits import one_of_each

pytestmark = pytest.mark.browser


def test_no_table_scrolls_and_every_value_has_its_heading(plain: Filled, browser: Critic) -> None:
    found = []
    for visit in browser.pages(one_of_each(plain.visits)):
        _on_a_phone(browser)
        for wrong in (layout.cut_off, layout.misnamed, layout.too_small):
            found += [f"{visit.name}: {fault}" for fault in wrong(browser.page)]
    assert found == []


def test_a_card_is_still_a_row_of_a_table_to_those_who_listen(
    plain: Filled, browser: Critic
) -> None:
    _open(plain, browser, "activations:browse")
    heard = _heard(browser.page)
    # A heading that sorts is a chip, the others are heard only.
    assert {"Name", "Connection Type", "Created"} <= set(heard["columnheader"])
    assert "Zendesk CRM" in heard["rowheader"]
    # Without the heading, which is drawn beside it and heard as a heading already.
    assert "Bearer token" in heard["cell"]


def test_a_chip_sorts(plain: Filled, browser: Critic) -> None:
    page = _open(plain, browser, "activations:browse")
    page.get_by_role("columnheader", name="Created").get_by_role("link").click()
    page.wait_for_url("**/browse/?sort=created")
    assert page.get_by_role("columnheader", name="Created").get_attribute("aria-sort")


def test_a_thumb_selects_a_row_and_all_rows(plain: Filled, browser: Critic) -> None:
    page = _open(plain, browser, "activations:destination-data")
    boxes = page.locator("input[data-select]")
    # Beside the box, as thumbs do.
    page.locator("tbody .hit").first.click(position={"x": 40, "y": 40})
    assert boxes.first.is_checked()
    page.locator("thead .hit").click(position={"x": 4, "y": 4})
    assert all(box.is_checked() for box in boxes.all())


@pytest.mark.parametrize("route", ["browse", "destination-detail"])
@pytest.mark.parametrize("scrolled", [0, 300])
def test_a_rail_leaves_the_top_bar_to_be_aimed_at(
    plain: Filled, browser: Critic, route: str, scrolled: int
) -> None:
    """Also below the banner of the simulator."""
    page = _open(plain, browser, f"activations:{route}")
    page.locator("[data-rail-show], [data-rail-open]").first.click()
    page.wait_for_selector(".side-rail", state="visible")
    page.evaluate(f"scrollTo(0, {scrolled})")
    assert page.locator(".banner").count() == 1
    page.get_by_role("button", name="Notifications").click(trial=True)
    bar, rail = page.locator(".topbar").bounding_box(), page.locator("#rail").bounding_box()
    assert bar is not None
    assert rail is not None
    assert rail["y"] == pytest.approx(bar["y"] + bar["height"])


def test_the_system_view_is_told_in_words(plain: Filled, browser: Critic) -> None:
    page = _open(plain, browser, "activations:system")
    assert not page.locator(".system-picture").is_visible()
    told = page.locator(".system-columns")
    assert told.get_by_role("heading").all_inner_texts() == [
        "Audiences",
        "Destinations",
        "Accounts",
    ]
    assert "Sent to: Zendesk CRM" in told.inner_text()
    assert "Account: Acme Sell" in told.inner_text()


def _open(plain: Filled, browser: Critic, route: str) -> Page:
    browser.open(plain.visit(route))
    return _on_a_phone(browser)


def _on_a_phone(browser: Critic) -> Page:
    browser.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    return browser.page


def _heard(page: Page) -> dict[str, list[str]]:
    """What the browser itself tells assistive technology: the names by role."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    names = defaultdict(list)
    for node in tree["nodes"]:
        if not node["ignored"]:
            names[node["role"]["value"]].append(node.get("name", {}).get("value", ""))
    return names
