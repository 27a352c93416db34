"""What has to fit on the screen of a laptop, between 1280 px and the widest that is usual."""

import pytest

from tests.browser import layout
from tests.browser.critic import Critic
from tests.browser.filled import Filled

pytestmark = pytest.mark.browser


def test_browse_beside_its_open_rail_hides_nothing_behind_an_edge(
    plain: Filled, browser: Critic
) -> None:
    browser.open(plain.visit("activations:browse"))
    row = browser.page.get_by_role("row", name="Zendesk CRM")
    row.get_by_role("button", name="Details").click()
    browser.page.wait_for_selector(".side-rail")
    for width in (1281, 1360, 1440, 1536, 1600, 1728, 1729, 1920):
        browser.page.set_viewport_size({"width": width, "height": 900})
        assert layout.cut_off(browser.page) == [], width
        # The switch and the menu of the row.
        assert row.get_by_role("switch").is_visible()
        assert row.get_by_role("button", name="Actions").is_visible()


@pytest.mark.parametrize("route", ["monitoring", "monitoring-destination"])
def test_the_switches_of_monitoring_stand_on_one_line(
    plain: Filled, browser: Critic, route: str
) -> None:
    browser.open(plain.visit(f"activations:{route}"))
    browser.page.set_viewport_size({"width": 1280, "height": 800})
    places = [switch.bounding_box() for switch in browser.page.locator(".page-head .switch").all()]
    assert len(places) == 2
    assert len({place and place["y"] for place in places}) == 1
    presets = browser.page.locator(".range-tools > *").all()
    middles = {
        round(box["y"] + box["height"] / 2) for one in presets if (box := one.bounding_box())
    }
    assert len(middles) == 1


def test_a_switch_of_monitoring_turns_with_the_keyboard(plain: Filled, browser: Critic) -> None:
    browser.open(plain.visit("activations:monitoring"))
    graphs = browser.page.get_by_role("switch", name="Metrics and graphs")
    graphs.press("Enter")
    browser.page.wait_for_url("**graphs=off**")
    assert graphs.get_attribute("aria-checked") == "false"
