"""How many members consented to one policy, to all others and to both."""

import json
from typing import Any

import pytest

from activations.mapping.consents import Consent
from activations.mapping.paths import parse_source
from activations.models import Audience, Membership, Profile
from activations.queries import overlaps, scopes, trials
from activations.queries.overlaps import Overlap, Question
from activations.venn import Part
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

EMAIL, SHARE, AD = (
    Consent(parse_source(f"xdm: consents.{name}.val"), ("y",), name)
    for name in ("email", "share", "ad")
)


@pytest.fixture
def audience() -> Audience:
    made: Audience = factories.AudienceFactory()
    return made


def members(count: int, audience: Audience, *, status: str = "realized", **held: str) -> None:
    first = Profile.objects.count()
    profiles = [
        factories.ProfileFactory.build(
            email=f"{number}@example.org",
            attributes={"consents": {name: {"val": value} for name, value in held.items()}},
        )
        for number in range(first, first + count)
    ]
    Membership.objects.bulk_create(
        Membership(profile=profile, audience=audience, status=status, last_qualified_at=NOON)
        for profile in Profile.objects.bulk_create(profiles)
    )


def look(audience: Audience, *others: Consent) -> Overlap:
    """After all batches; what was found so far travels as text in between."""
    overlap = first(audience, *others)
    while not overlap.is_over:
        overlap = overlaps.further(
            overlap=overlaps.read(json.loads(json.dumps(overlap.as_values()))),
            question=Question(audience, EMAIL, others),
        )
    return overlap


def first(audience: Audience, *others: Consent) -> Overlap:
    """What a page shows at once."""
    question = Question(audience, EMAIL, others)
    overlap = overlaps.begin(question=question)
    return overlap if overlap.is_over else overlaps.further(overlap=overlap, question=question)


def parts(overlap: Overlap, *, has_others: bool = True) -> list[int]:
    drawn = overlap.drawn(audience="VIP", has_others=has_others)
    return [part.count for part in drawn.parts]


def test_each_member_is_in_one_part_and_others_must_all_be_held(audience: Audience) -> None:
    members(5, audience, email="n")
    members(4, audience, email="y", share="y")
    members(3, audience, share="y", ad="y")
    members(2, audience, email="y", share="y", ad="y")
    found = look(audience, SHARE, AD)
    assert (found.looked_at, found.selected, found.others, found.both) == (14, 6, 5, 2)
    assert parts(found) == [5, 4, 3, 2]
    assert found.is_exact
    assert found.estimate == 2


def test_with_a_single_policy_there_are_two_sets(audience: Audience) -> None:
    members(3, audience, email="y")
    members(1, audience)
    drawn = look(audience).drawn(audience="VIP", has_others=False)
    assert len(drawn.names) == 2
    assert drawn.parts == (Part("Not consented", 1), Part("Consented", 3))


def test_who_left_or_is_in_another_audience_is_not_counted(audience: Audience) -> None:
    members(1, audience, email="y", status="existing")
    members(5, audience, email="y", status="exited")
    members(5, factories.AudienceFactory(), email="y")
    assert look(audience).both == look(audience).looked_at == 1


def test_an_audience_without_members_is_counted_as_such(audience: Audience) -> None:
    found = look(audience, SHARE)
    assert found.is_exact
    assert found.estimate is None
    assert parts(found) == [0, 0, 0, 0]


def test_a_few_are_tried_out_at_once_and_more_batch_by_batch(audience: Audience) -> None:
    members(200, audience, email="y")
    assert first(audience).is_exact
    members(100, audience)
    assert (first(audience).looked_at, first(audience).is_over) == (60, False)
    assert parts(look(audience), has_others=False) == [100, 200]


def test_of_a_large_audience_a_sample_tells_about_how_many(
    audience: Audience, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(scopes, "TOLD_APART", 100)
    monkeypatch.setattr(scopes, "WINDOWS", 20)
    monkeypatch.setattr(trials, "LOOKED_AT", 100)
    for _ in range(20):
        members(75, audience, email="y")
        members(25, audience, email="n")
    found = look(audience)
    assert not found.is_exact
    assert found.crowd.candidates == 2_000
    assert 60 <= found.looked_at <= 140
    assert found.estimate == pytest.approx(1_500, rel=0.25)
    with django_assert_max_num_queries(8):
        first(audience, SHARE)


def test_the_first_audiences_of_a_draft_are_offered_and_the_wanted_one(
    audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overlaps, "MOST_OFFERED", 2)
    others = factories.AudienceFactory.create_batch(3)
    keys = [others[2].pk, others[0].pk, others[1].pk]
    offered = [others[2], others[0]]
    assert overlaps.offered(audience_ids=keys, wanted=None) == offered
    assert overlaps.offered(audience_ids=keys, wanted=others[1].uuid) == [*offered, others[1]]
    # Of another draft.
    assert overlaps.offered(audience_ids=keys, wanted=audience.uuid) == offered
