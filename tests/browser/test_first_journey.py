"""From the one-time link to a contact in Zendesk, clicked through as a person would."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import Person

pytestmark = pytest.mark.browser

AUDIENCE_ID = "7841ba61-23c1-4bb3-a495-00d3a5fe1e93"
PROFILES = [
    {
        "identityMap": {"Email": [{"id": email, "primary": True}]},
        "person": {"name": {"firstName": first, "lastName": last}},
        "loyalty": {"tier": "gold"},
        "segmentMembership": {"ups": {AUDIENCE_ID: {"status": "realized"}}},
    }
    for first, last, email in (
        ("Ann", "Ek", "ann@example.org"),
        ("Bo", "Alm", "bo@example.org"),
        ("Åsa", "Öberg", "asa@example.org"),
        ("Eva", "Lind", "eva is no address"),
    )
]
SENDABLE = 3


def test_a_newcomer_sets_up_zendesk_activates_an_audience_and_finds_the_contact(
    person: Person, tmp_path: Path
) -> None:
    _sign_in(person)
    _load_profiles(person, tmp_path)
    _name_the_audience(person)
    _connect(person)
    _select_the_audience(person)
    _map_fields(person)
    _schedule(person)
    _finish(person)
    _deliver(person)
    _look_around(person)
    _find_the_contact_in_zendesk(person)
    assert person.complaints == []


def _sign_in(person: Person) -> None:
    page = person.page
    link = person.product.run("signin_link", "--url", person.product.url)["link"]
    page.goto(link)
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    person.photograph("01-welcome")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("New password", exact=False).first.fill(factories.PASSWORD)
    page.get_by_label("confirmation", exact=False).fill(factories.PASSWORD)
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("From now on you sign in as ann.")).to_be_visible()
    person.photograph("02-catalog-empty")
    for name, path in (("03-browse-empty", "browse"), ("04-accounts-empty", "accounts")):
        person.visit(f"/destinations/{path}/")
        person.photograph(name)
    person.visit("/audiences/")
    expect(page.get_by_text("manage.py ingest")).to_be_visible()
    person.photograph("05-audiences-empty")


def _load_profiles(person: Person, folder: Path) -> None:
    file = folder / "profiles.jsonl"
    file.write_text("\n".join(json.dumps(profile) for profile in PROFILES))
    assert person.product.run("ingest", str(file))["accepted"] == len(PROFILES)


def _name_the_audience(person: Person) -> None:
    page = person.page
    person.visit("/audiences/")
    page.get_by_role("link", name="Not yet named").click()
    expect(page.get_by_role("heading", name="Not yet named")).to_be_visible()
    person.photograph("06-audience-unnamed")
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Name").fill("VIP customers")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="VIP customers")).to_be_visible()


def _connect(person: Person) -> None:
    page = person.page
    person.visit("/")
    page.get_by_role("button", name="Set up").click()
    token = page.get_by_label("Bearer Token")
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    token.fill("not-the-token-of-anybody")
    page.get_by_role("button", name="Connect to destination").click()
    expect(page.get_by_text("Zendesk does not accept this token")).to_be_visible()
    expect(page.get_by_text("Nothing was saved.")).to_be_visible()
    expect(token).to_have_value("")
    person.photograph("07-connect-refused")
    token.fill(factories.TOKEN)
    page.get_by_role("button", name="Connect to destination").click()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    expect(page.get_by_text("10 found")).to_be_visible()
    person.photograph("08-connected")
    page.get_by_role("link", name="Next").click()
    page.get_by_label("Name").fill("Zendesk CRM")
    page.get_by_label("Description").fill("Contacts for the support team")
    page.get_by_label("Activation Skipped Rate Exceeded").check()
    page.locator("summary", has_text="Marketing actions").click()
    page.get_by_label("Export to Third Party").check()
    person.photograph("09-details")
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile("/activations/drafts/.*/audiences/"))


def _select_the_audience(person: Person) -> None:
    page = person.page
    page.get_by_label("VIP customers").check()
    expect(page.locator("#chosen-count")).to_contain_text("1 selected")
    page.reload()
    expect(page.get_by_label("VIP customers")).to_be_checked()
    person.photograph("10-select-audiences")
    _next(page)


def _map_fields(person: Person) -> None:
    page = person.page
    expect(page.get_by_role("button", name="Target field, row 2")).to_be_disabled()
    page.get_by_role("button", name="Add new mapping").click()
    expect(page.get_by_text("Select a source field, or remove this row.")).to_be_visible()
    page.get_by_role("button", name="Source field, row 4").click()
    source = page.get_by_role("dialog", name="Select source field")
    source.get_by_label("Search: Select attributes").fill("tier")
    source.get_by_role("treeitem", name="tier").click()
    expect(source.get_by_text("4 of the 4 newest (100 %)")).to_be_visible()
    person.page.screenshot(path="test-artefacts/11-source-picker.png")
    source.get_by_role("button", name="Select", exact=True).click()
    page.get_by_role("button", name="Target field, row 4").click()
    target = page.get_by_role("dialog", name="Select target field")
    target.get_by_role("tab", name="Select identity namespace").click()
    expect(target.get_by_role("treeitem", name="email")).to_be_visible()
    target.get_by_role("tab", name="Select attributes").click()
    target.get_by_role("treeitem", name="Loyalty tier").click()
    person.page.screenshot(path="test-artefacts/12-target-picker.png")
    target.get_by_role("button", name="Select", exact=True).click()
    expect(page.get_by_text("or remove this row.")).to_have_count(0)
    person.photograph("13-mapping")
    page.reload()
    expect(page.get_by_role("button", name="Target field, row 4")).to_contain_text("Loyalty tier")
    _next(page)


def _schedule(person: Person) -> None:
    page = person.page
    mapping_id = page.get_by_label("Mapping ID")
    mapping_id.press_sequentially("VIP audiense")
    expect(page.get_by_text("Did you mean “VIP audience”?")).to_be_visible()
    page.keyboard.press("Escape")
    person.photograph("14-schedule-wrong")
    _next(page)
    expect(page.get_by_role("button", name="Finish")).to_be_disabled()
    expect(page.get_by_text("1 problem to put right first")).to_be_visible()
    person.photograph("15-review-blocked")
    page.get_by_role("alert").get_by_role("link", name="Schedule audience export").click()
    expect(mapping_id).to_have_value("VIP audiense")
    mapping_id.fill("")
    page.get_by_role("option", name="VIP audience").click()
    confirmation = "VIP audience exists in Zendesk: list field with realized, existing, exited"
    expect(page.get_by_text(confirmation)).to_be_visible()
    person.photograph("16-schedule-right")
    _next(page)


def _finish(person: Person) -> None:
    page = person.page
    expect(page.get_by_role("button", name="Finish")).to_be_enabled()
    # The sandbox has no limit here; three of the four can be sent.
    forecast = page.get_by_role("region", name="Forecast")
    expect(forecast).to_contain_text(f"{SENDABLE} contacts to send, 1 request each")
    person.photograph("17-review")
    _try_one(person)
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", name="Zendesk CRM")).to_be_visible()
    expect(page.get_by_text("Zendesk CRM sends what you chose.")).to_be_visible()
    person.photograph("18-destination-starting")


def _try_one(person: Person) -> None:
    """One person's request is looked at, and sent before all others."""
    page = person.page
    page.get_by_label("E-mail identity").fill("nobody@example.org")
    page.get_by_role("button", name="Show request").click()
    request = page.get_by_role("region", name="The exact request")
    expect(request).to_contain_text("No profile has this e-mail identity")
    page.get_by_role("group", name="Examples").get_by_role("button", name="asa@example.org").click()
    expect(page.get_by_label("Request", exact=True)).to_contain_text(
        "/v2/contacts/upsert?email=asa%40"
    )
    person.photograph("17-review-request")
    page.get_by_role("button", name="Send only this one now").click()
    expect(page.get_by_text("Zendesk answered 200")).to_be_visible()
    expect(page.get_by_label("Contact", exact=True)).to_contain_text("Öberg")
    person.photograph("17-review-sent")


def _deliver(person: Person) -> None:
    report = person.product.run("deliver", "--until-idle", "--timeout", "30")
    assert (report["sent"], report["excluded"]) == (SENDABLE - 1, 1)
    # One was sent in the wizard, just as it is. Whom the backfill meets under way is looked at
    # twice.
    assert report["unchanged"] in (1, 2)
    # The page asks by itself: nobody reloads it.
    activated = person.page.locator(".stat", has_text="Identities activated")
    expect(activated.locator(".stat-value")).to_have_text(str(SENDABLE), timeout=35_000)
    expect(person.page.get_by_text("0 unresolved")).to_be_visible()


def _look_around(person: Person) -> None:
    page = person.page
    page.reload()
    expect(page.get_by_role("row").filter(has_text="75.0 %")).to_be_visible()
    person.photograph("19-destination")
    page.get_by_role("link", name="Problems").first.click()
    expect(page.get_by_role("row").filter(has_text="invalid-email")).to_be_visible()
    person.photograph("19-problems")
    page.get_by_role("link", name="Show the profiles: Email is not a valid address").click()
    expect(page.get_by_role("heading", name="Excluded")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)
    assert "@" not in page.url
    person.photograph("19-profiles")
    page.go_back()
    page.get_by_role("link", name="Activation data").click()
    expect(page.get_by_role("cell", name="VIP audience")).to_be_visible()
    person.photograph("20-activation-data")
    page.get_by_role("link", name="VIP customers").click()
    expect(page.get_by_role("heading", name="VIP customers")).to_be_visible()
    person.photograph("21-audience")
    for name, path in (
        ("22-catalog", "/destinations/catalog/"),
        ("23-catalog-nothing-found", "/destinations/catalog/?q=nothing+has+this+name"),
        ("24-browse", "/destinations/browse/"),
        ("25-accounts", "/destinations/accounts/"),
        ("26-choose", "/destinations/activate/"),
        ("27-audiences", "/audiences/"),
        ("30-overview", "/overview/"),
        ("31-system", "/destinations/system/"),
        ("32-monitoring", "/monitoring/"),
        ("33-profiles", "/profiles/"),
        ("34-ingestion", "/ingestion/"),
        ("35-api", "/ingestion/api/"),
        ("36-alerts", "/alerts/"),
        ("37-alert-history", "/alerts/history/"),
        ("38-people", "/people/"),
        ("39-roles", "/people/roles/"),
        ("40-settings", "/settings/"),
    ):
        person.visit(path)
        person.photograph(name)


def _find_the_contact_in_zendesk(person: Person) -> None:
    page = person.page
    page.get_by_role("link", name="Open the simulator").click()
    page.get_by_role("link", name="Öberg").click()
    expect(page.locator("body")).to_contain_text("VIP audience")
    expect(page.locator("body")).to_contain_text("realized")
    expect(page.locator("body")).to_contain_text("gold")
    page.screenshot(path="test-artefacts/28-contact-in-zendesk.png", full_page=True)


def _next(page: Page) -> None:
    page.get_by_role("button", name="Next").click()
