"""The windows of the Mapping step: what can be chosen, and what is said about each field."""

import logging
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from activations.models import ActivationDraft
from activations.queries import pickers
from connections.models import Destination
from tests import factories
from tests.pages.conftest import STATUS_FIELD, CountQueries

LARGEST = 200_000
HOSTILE = ("<b>bold</b>", "‮right to left", "💚" * 40, "x" * 140, "two\nlines", '"quoted" & more')


def _url(window: str, draft: ActivationDraft) -> str:
    return reverse(f"activations:draft-mapping-{window}", args=[draft.uuid])


def _window(client: Client, window: str, draft: ActivationDraft) -> str:
    return client.get(_url(window, draft)).content.decode()


def _detail(client: Client, draft: ActivationDraft, side: str, field: str) -> str:
    answer = client.get(_url(side, draft), {"field": field})
    assert answer.status_code == 200
    return unescape(" ".join(answer.content.decode().split()))


def _profile(**attributes: object) -> None:
    factories.ProfileFactory(attributes=attributes)


def test_sources_are_those_of_the_platform_and_of_real_profiles(
    signed_in: Client, draft: ActivationDraft
) -> None:
    factories.ProfileFactory(
        attributes={"acme": {"shoeSize": 41}, "tags": ["a"]}, identities={"CRMID": [{"id": "1"}]}
    )
    page = _window(signed_in, "sources", draft)
    for source in ("acme.shoeSize", "tags", "person.name.lastName", "homeAddress.street1"):
        assert f'data-value="xdm: {source}"' in page
    assert 'data-value="IdentityMap: CRMID"' in page
    assert 'data-value="xdm: acme.shoeSize" data-empty' not in page
    assert 'data-value="xdm: jobTitle" data-empty' in page
    assert "Show only fields with data" in page


def test_before_the_first_profile_nothing_counts_as_empty(
    signed_in: Client, draft: ActivationDraft
) -> None:
    page = _window(signed_in, "sources", draft)
    assert "data-empty" not in page
    assert "Show only fields with data" not in page
    assert 'Such as</dt><dd class="picker-example">Head of support' in _detail(
        signed_in, draft, "source", "xdm: jobTitle"
    )


@pytest.mark.parametrize(
    "attributes",
    [
        {"a.b": 1},
        {" padded": 1},
        {"xdm:prefixed": 1},
        {"": 1},
        {"deep": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}}}}}}}}},
        {"x" * 600: 1},
        {"rows": [{"no": "path"}]},
        {"nothing": None, "blank": " "},
    ],
)
def test_what_no_mapping_could_name_or_hold_is_not_offered(
    signed_in: Client, draft: ActivationDraft, attributes: dict[str, object]
) -> None:
    before = _window(signed_in, "sources", draft).count("data-value")
    _profile(**attributes)
    assert _window(signed_in, "sources", draft).count("data-value") == before


def test_targets_are_the_contact_and_the_fields_of_the_account(
    signed_in: Client, draft: ActivationDraft
) -> None:
    page = _window(signed_in, "targets", draft)
    for target in ("custom_fields.Loyalty points", "address.city", "title"):
        assert f'data-value="xdm: {target}"' in page
    assert 'data-value="Identity: email"' in page
    assert 'data-value="xdm: custom_fields.Reg No" data-closed' in page
    last_name = page.split('data-value="xdm: last_name"')[1].split("</li>")[0]
    assert 'class="required"' in last_name
    assert page.count('class="required"') == 2


def test_unknown_custom_fields_are_said_to_be_unknown(
    signed_in: Client, destination: Destination, draft: ActivationDraft
) -> None:
    account = destination.account
    assert account is not None
    account.contact_fields, account.contact_fields_at = [], None
    account.save()
    assert "custom fields are not known yet" in _window(signed_in, "targets", draft)


def test_a_source_shows_three_examples_and_how_many_profiles_have_it(
    signed_in: Client, draft: ActivationDraft, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for tier in ("gold", "gold", "silver", "bronze", "iron", None):
        _profile(loyalty={"tier": tier})
    page = _detail(signed_in, draft, "source", "xdm: loyalty.tier")
    assert "5 of the 6 newest (84 %)" in page
    # The newest first, each once.
    assert "iron" in page
    assert "bronze" in page
    assert "silver" in page
    assert "gold" not in page
    assert "Loyalty tier" in page
    assert "iron" not in caplog.text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_keys_and_values_are_text(
    signed_in: Client, draft: ActivationDraft, text: str
) -> None:
    _profile(**{text: text})
    page = _window(signed_in, "sources", draft)
    detail = signed_in.get(_url("source", draft), {"field": f"xdm: {text}"}).content.decode()
    for html in (page, detail):
        assert "<b>bold" not in html
        assert text in unescape(html) or text[:80] in unescape(html) or "two lines" in html


def test_a_long_value_is_cut(signed_in: Client, draft: ActivationDraft) -> None:
    _profile(story="once " * 1000)
    page = _detail(signed_in, draft, "source", "xdm: story")
    assert "…" in page
    assert page.count("once") < 20


def test_a_target_says_why_it_cannot_be_chosen_and_what_writes_it(
    signed_in: Client, draft: ActivationDraft
) -> None:
    assert "companies only. Let it apply to people" in _detail(
        signed_in, draft, "target", "xdm: custom_fields.Reg No"
    )
    draft.audiences = [
        {"audience": factories.AudienceFactory(name="VIP").pk, "mapping_id": "VIP audience"}
    ]
    draft.save()
    page = _detail(signed_in, draft, "target", "xdm: custom_fields.VIP audience")
    assert "the status of the audience “VIP”" in page
    assert "<bdi>realized</bdi>, <bdi>existing</bdi>, <bdi>exited</bdi>" in page
    page = _detail(signed_in, draft, "target", "xdm: last_name")
    assert "mandatory: without it nothing is sent" in page
    assert "<dd>mapping 2</dd>" in page
    assert "“" not in _detail(signed_in, draft, "target", "xdm: custom_fields.Newsletter")


@pytest.mark.parametrize(
    ("side", "field"),
    [
        ("source", ""),
        ("source", "nonsense"),
        ("target", "xdm: shoe_size"),
        ("target", "xdm: custom_fields.Nowhere"),
    ],
)
def test_an_unknown_field_is_not_found(
    signed_in: Client, draft: ActivationDraft, side: str, field: str
) -> None:
    assert signed_in.get(_url(side, draft), {"field": field}).status_code == 404


@pytest.fixture
def large(destination: Destination, draft: ActivationDraft) -> ActivationDraft:
    """Profiles of 500 attributes, 300 custom fields, and 60 mappings."""
    attributes = {
        f"group{n}": {f"a rather long attribute name {m}": f"value {m}" for m in range(20)}
        for n in range(25)
    }
    for _ in range(30):
        _profile(**attributes)
    account = destination.account
    assert account is not None
    account.contact_fields = [
        {**STATUS_FIELD, "id": n, "name": f"A rather long name of a custom field, number {n}"}
        for n in range(300)
    ]
    account.save()
    draft.mappings += [
        {
            "source_kind": "attribute",
            "source": f"group1.a rather long attribute name {n}",
            "target_kind": "custom_field",
            "target": f"A rather long name of a custom field, number {n}",
            "when_empty": "keep",
        }
        for n in range(57)
    ]
    draft.save()
    return draft


def test_with_500_attributes_and_300_fields_every_page_is_small(
    signed_in: Client, large: ActivationDraft, count_queries: CountQueries
) -> None:
    sources = _window(signed_in, "sources", large)
    assert sources.count('data-value="xdm: group') == 500
    targets = _window(signed_in, "targets", large)
    assert targets.count('data-value="xdm: custom_fields.') == 300
    step = signed_in.get(reverse("activations:draft-mapping", args=[large.uuid])).content
    assert max(len(sources.encode()), len(targets.encode()), len(step)) < LARGEST


@pytest.fixture
def ten_thousand(destination: Destination, draft: ActivationDraft) -> ActivationDraft:
    """As many custom fields as one account could ever have."""
    account = destination.account
    assert account is not None
    account.contact_fields = [
        {**STATUS_FIELD, "id": n, "name": f"Custom field number {n:05}"} for n in range(10_000)
    ]
    account.save()
    return draft


def _listed(page: str) -> list[str]:
    return re.findall('data-value="xdm: custom_fields.([^"]*)"', page)


def test_of_10_000_fields_the_first_are_listed_and_any_is_found(
    signed_in: Client, ten_thousand: ActivationDraft
) -> None:
    page = _window(signed_in, "targets", ten_thousand)
    assert len(page.encode()) < LARGEST
    assert len(_listed(page)) == pickers.MOST_CUSTOM
    assert "9,700 more custom fields fit: type a part of the name to find them." in page
    url = _url("targets", ten_thousand)
    assert f'name="q" hx-get="{url}"' in page
    found = signed_in.get(url, {"q": " NUMBER 0777"}).content.decode()
    numbers = ("00777", *(f"0777{n}" for n in range(10)))
    assert _listed(found) == [f"Custom field number {number}" for number in numbers]
    assert 'data-searched=" NUMBER 0777"' in found
    assert 'role="tab"' not in found
    assert "more custom fields" not in found


def test_a_search_finds_fields_by_their_type_too(
    signed_in: Client, destination: Destination, ten_thousand: ActivationDraft
) -> None:
    account = destination.account
    assert account is not None
    account.contact_fields[7_000] |= {"type": "number"}
    account.contact_fields[8_000] |= {"for_contact": False}
    account.save()
    url = _url("targets", ten_thousand)
    for words, name in (("number number 07", "07000"), ("companies only", "08000")):
        assert f"Custom field number {name}" in _listed(
            signed_in.get(url, {"q": words}).content.decode()
        )
    assert _listed(signed_in.get(url, {"q": "nothing like it"}).content.decode()) == []


def test_what_the_rows_write_is_listed_however_many_fields_there_are(
    signed_in: Client, ten_thousand: ActivationDraft
) -> None:
    last = {"source_kind": "attribute", "source": "jobTitle", "when_empty": "keep"}
    last |= {"target_kind": "custom_field", "target": "Custom field number 09999"}
    ten_thousand.mappings = [*ten_thousand.mappings, last]
    ten_thousand.save()
    listed = _listed(_window(signed_in, "targets", ten_thousand))
    assert listed[-1] == "Custom field number 09999"
    assert len(listed) == pickers.MOST_CUSTOM + 1


@pytest.mark.parametrize("sign", ['"', "💚", "a"])
def test_fields_of_any_name_keep_the_window_small(
    signed_in: Client, destination: Destination, draft: ActivationDraft, sign: str
) -> None:
    account = destination.account
    assert account is not None
    account.contact_fields = [
        {**STATUS_FIELD, "id": n, "name": f"{n}{sign * 250}"} for n in range(1_000)
    ]
    account.save()
    page = _window(signed_in, "targets", draft)
    assert 0 < page.count("data-value") < 400
    assert len(page.encode()) < LARGEST


def test_a_window_with_all_fields_is_searched_in_the_browser(
    signed_in: Client, draft: ActivationDraft
) -> None:
    page = _window(signed_in, "targets", draft)
    assert 'name="q"' not in page
    assert "data-searched" not in page


def test_every_part_of_the_step_is_small_with_10_000_fields(
    signed_in: Client, ten_thousand: ActivationDraft
) -> None:
    for step in ("mapping", "schedule", "review"):
        page = signed_in.get(reverse(f"activations:draft-{step}", args=[ten_thousand.uuid]))
        assert len(page.content) < LARGEST


@pytest.mark.parametrize("window", ["sources", "targets", "source", "target"])
def test_a_window_takes_as_many_queries_with_many_profiles_as_with_one(
    signed_in: Client, draft: ActivationDraft, count_queries: CountQueries, window: str
) -> None:
    path = f"{_url(window, draft)}?field=xdm:%20first_name"
    _profile(first_name="Ann")
    one = count_queries(path)
    factories.ProfileFactory.create_batch(20)
    assert count_queries(path) == one <= 15


def test_more_attributes_than_a_window_holds_are_said_to_be_left_out(
    signed_in: Client, draft: ActivationDraft
) -> None:
    _profile(**{f"k{n:04}": n for n in range(pickers.MOST_FURTHER + 40)})
    _profile(rare=1)
    page = _window(signed_in, "sources", draft)
    assert "41 more fields are not listed: use Other path." in page
    hostile = {f"{n}{'x' * 120}": n for n in range(pickers.MOST_FURTHER)}
    _profile(**hostile)
    assert len(_window(signed_in, "sources", draft).encode()) < LARGEST
