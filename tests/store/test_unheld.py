"""Paths at which no profile holds anything, as labels and consent policies ask about them."""

from typing import Any

import pytest

from activations.models import Profile
from activations.queries import seen, unheld
from tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db

ATTRIBUTES: dict[str, Any] = {
    "loyalty": {"level": "gold", "points": 0, "is_new": False, "note": " ", "extra": {}},
    "orders": [{"sku": "a1"}, {"sku": "a2", "size": None}],
    "tags": ["new"],
    "none": [],
}
IDENTITIES = {"Email": [{"id": "ann@example.org"}], "shop.Id": [{"id": "7"}], "Empty": []}


@pytest.fixture
def ann() -> Profile:
    made: Profile = ProfileFactory(attributes=ATTRIBUTES, identities=IDENTITIES)
    return made


@pytest.mark.parametrize(
    ("path", "is_held"),
    [
        ("loyalty.level", True),
        ("loyalty", True),
        ("loyalty.points", True),
        ("loyalty.is_new", True),
        ("orders", True),
        ("orders.sku", True),
        ("tags", True),
        ("identityMap.SHOP.id", True),
        ("loyalty.lvel", False),
        ("loyalty.level.deep", False),
        ("loyalty.note", False),
        ("loyalty.extra", False),
        ("orders.size", False),
        ("none", False),
        ("identityMap.Shop", False),
        ("identityMap.Empty", False),
        # What the XDM profile has is no mistake.
        ("person", True),
        ("person.birthDate", True),
        ("person.birth", False),
        ("identityMap", True),
        ("identityMap.ecid", True),
    ],
)
def test_a_label_is_about_what_a_profile_holds_at_its_path_or_below(
    ann: Profile, path: str, is_held: bool
) -> None:
    assert unheld.by_labels(paths=[path]) == ({} if is_held else {path: "No profile"})


@pytest.mark.parametrize(
    ("path", "is_held"),
    [
        ("loyalty.level", True),
        ("loyalty.is_new", True),
        ("loyalty", False),
        ("orders.sku", False),
        ("tags", False),
        ("loyalty.note", False),
        # The XDM profile has it, and still nobody would consent.
        ("consents.marketing.any.val", False),
    ],
)
def test_a_consent_is_a_value_at_its_very_path(ann: Profile, path: str, is_held: bool) -> None:
    assert unheld.by_consents(paths=[path]) == ({} if is_held else {path: "No profile"})


def test_before_the_first_profile_no_path_is_doubted() -> None:
    assert unheld.by_labels(paths=["loyalty.lvel"]) == {}
    assert unheld.by_consents(paths=["loyalty.lvel"]) == {}


def test_of_many_profiles_it_is_said_how_many_were_looked_at(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(seen, "SAMPLE_SIZE", 2)
    ProfileFactory(attributes={"rare": "yes"})
    ProfileFactory.create_batch(2)
    with django_assert_num_queries(1):
        told = unheld.by_labels(paths=["rare", "rarer", "person"])
    assert told == dict.fromkeys(("rare", "rarer"), "None of the 2 newest profiles")
