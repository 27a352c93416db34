"""Profiles and memberships as rows: merged, counted once, written only where they differ."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from activations.audiences import store as audiences
from activations.audiences.transitions import Standing
from activations.models import Audience, Membership, Profile
from activations.profiles import store
from activations.profiles.record import parse
from activations.profiles.told import gather
from activations.terms import MembershipStatus
from tests.factories import AudienceFactory, MembershipFactory, ProfileFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ANN, BO = "ann@example.org", "bo@example.org"


def upsert(
    *documents: dict[str, Any], at: datetime = NOON
) -> tuple[Mapping[str, int], Collection[int]]:
    people = gather(records=[parse(document=document, received_at=at) for document in documents])
    identified = store.identify(people=people, at=at)
    held = store.hold(profile_ids=identified.differing)
    merged = store.merge_in(people=people, held=held, at=at)
    return identified.ids, identified.created | merged.attributes.keys() | merged.identities


def move(
    *entries: audiences.Entry, newcomers: Collection[int] = (), at: datetime = NOON
) -> set[int]:
    moves = audiences.assess(entries=entries, newcomers=newcomers, at=at)
    store.hold(profile_ids=moves.differing)
    return audiences.settle(moves=moves)


def person(email: str, **attributes: Any) -> dict[str, Any]:
    return {"identityMap": {"Email": [{"id": email}]}, **attributes}


def join(
    profile_id: int,
    status: str = "realized",
    *,
    at: datetime = NOON,
    audience: str = "vip",
    valid_until: datetime | None = None,
) -> audiences.Entry:
    standing = Standing(MembershipStatus(status), at, valid_until)
    return audiences.Entry(profile_id=profile_id, audience=("ups", audience), standing=standing)


def test_a_new_person_becomes_a_profile() -> None:
    ids, changed = upsert(person(" Ann@Example.org", tier="gold", note=None))

    profile = Profile.objects.get()
    assert ids == {f"email:{ANN}": profile.pk}
    assert changed == {profile.pk}
    assert (profile.email, profile.attributes) == (ANN, {"tier": "gold"})
    assert profile.identities == {"Email": [{"id": " Ann@Example.org"}]}
    assert (profile.created_at, profile.updated_at) == (NOON, NOON)


def test_an_equal_record_changes_and_writes_nothing() -> None:
    upsert(person(ANN, tier="gold", name={"last": "Ek"}))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        ids, changed = upsert(person(ANN, name={"last": "Ek"}, tier="gold"), at=LATER)

    assert (len(ids), changed) == (1, set())
    assert Profile.objects.get().updated_at == NOON
    assert not any(query["sql"].lstrip().startswith("INSERT") for query in queries)


def test_a_partial_record_that_says_nothing_new_changes_nothing() -> None:
    upsert(person(ANN, tier="gold", city="Umeå"))
    _, changed = upsert(person(ANN, tier="gold"), at=LATER)

    assert changed == set()
    assert Profile.objects.get().updated_at == NOON


def test_a_later_record_is_merged_leaf_by_leaf() -> None:
    upsert(person(ANN, name={"first": "Ann", "last": "Ek"}, tier="gold"))
    _, changed = upsert(person(ANN, name={"last": "Berg"}, tier=None), at=LATER)

    profile = Profile.objects.get()
    assert profile.attributes == {"name": {"first": "Ann", "last": "Berg"}}
    assert (changed, profile.created_at, profile.updated_at) == ({profile.pk}, NOON, LATER)


def test_a_new_identity_is_a_change() -> None:
    upsert(person(ANN))
    both = {"identityMap": {"Email": [{"id": ANN}], "ECID": [{"id": "1"}]}}
    _, changed = upsert(both, at=LATER)

    profile = Profile.objects.get()
    assert changed == {profile.pk}
    assert profile.identities == {"Email": [{"id": ANN}], "ECID": [{"id": "1"}]}


def test_several_records_about_one_person_are_merged_in_order() -> None:
    upsert(person(ANN, tier="gold", city="Umeå"))
    upsert(person(ANN, tier="silver"), person(BO), person(ANN, tier="iron", city=None), at=LATER)

    assert Profile.objects.get(email=ANN).attributes == {"tier": "iron"}
    assert Profile.objects.count() == 2


def test_chunk_borders_do_not_matter() -> None:
    documents = [person(ANN, a={"b": 1}), person(ANN, a=5), person(ANN, a={"c": 2}, d=None)]
    upsert(*documents)
    together = Profile.objects.get().attributes
    Profile.objects.all().delete()
    for document in documents:
        upsert(document)

    assert Profile.objects.get().attributes == together == {"a": {"c": 2}}


def test_what_cancels_out_within_a_chunk_is_no_change() -> None:
    upsert(person(ANN, tier="gold"))
    _, changed = upsert(person(ANN, tier="iron"), person(ANN, tier="gold"), at=LATER)

    assert changed == set()


def test_unusual_values_come_back_as_they_went_in() -> None:
    attributes = {
        "long": 10**63,
        "large": 1e20,
        "small": 1e-7,
        "zero": -0.0,
        "float": 1.5,
        "list": [1, None, {"a": []}],
        "text": 'quote " percent %s {} slash \\u0000 \u2028 👩‍👩‍👧',
        "flag": False,
    }
    upsert(person(ANN, **attributes))
    _, changed = upsert(person(ANN, extra=1), at=LATER)
    stored = Profile.objects.get().attributes

    assert changed
    assert stored == attributes | {"extra": 1}
    _, changed = upsert(person(ANN, flag=False), at=LATER)
    assert changed == set()


def test_a_chunk_costs_a_fixed_number_of_queries() -> None:
    def queries_for(count: int, tier: str) -> int:
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            ids, _ = upsert(*(person(f"p{n}@example.org", tier=tier) for n in range(count)))
            move(*(join(profile_id, at=NOON) for profile_id in ids.values()))
        return len(queries)

    queries_for(1, "gold")
    assert queries_for(20, "iron") == queries_for(200, "steel")


def test_unknown_audiences_appear_without_a_name() -> None:
    known = AudienceFactory(external_id="vip")
    ids, _ = upsert(person(ANN))
    profile_id = ids[f"email:{ANN}"]
    changed = move(join(profile_id), join(profile_id, audience="new"))

    created = Audience.objects.exclude(pk=known.pk).get()
    assert changed == {profile_id}
    assert (created.namespace, created.external_id, created.name) == ("ups", "new", "")
    assert created.origin == "profiles"
    assert Membership.objects.filter(profile_id=profile_id).count() == 2


@pytest.mark.parametrize(
    ("status", "minutes", "is_changed", "expected"),
    [
        ("exited", 5, True, "exited"),
        ("exited", 0, True, "exited"),
        ("exited", -5, False, "realized"),
        ("realized", 5, False, "realized"),
        ("existing", 5, True, "existing"),
    ],
)
def test_a_membership_follows_its_newest_statement(
    status: str, minutes: int, is_changed: bool, expected: str
) -> None:
    profile_id = ProfileFactory().pk
    move(join(profile_id))
    told_at = NOON + timedelta(minutes=minutes)
    changed = move(join(profile_id, status, at=told_at), at=LATER)

    membership = Membership.objects.get()
    assert changed == ({profile_id} if is_changed else set())
    assert membership.status == expected
    assert membership.last_qualified_at == max(NOON, told_at)


def test_of_several_statements_in_one_chunk_the_newest_counts() -> None:
    profile_id = ProfileFactory().pk
    move(join(profile_id, "exited", at=LATER), join(profile_id, "realized", at=NOON), at=LATER)

    assert Membership.objects.get().status == "exited"


def test_an_equal_membership_is_not_written_again() -> None:
    profile_id = ProfileFactory().pk
    move(join(profile_id, valid_until=LATER))
    with CaptureQueriesContext(connection) as queries:
        move(join(profile_id, valid_until=LATER))

    assert not any(query["sql"].lstrip().startswith("INSERT") for query in queries)


def test_more_memberships_than_one_statement_holds() -> None:
    profile_id = ProfileFactory().pk
    entries = [join(profile_id, audience=f"audience {n}") for n in range(4_500)]

    assert move(*entries) == {profile_id}
    assert Membership.objects.count() == 4_500


def test_expiry_ends_what_is_due_and_nothing_else() -> None:
    due = MembershipFactory(valid_until=NOON)
    ahead = MembershipFactory(valid_until=LATER)
    endless = MembershipFactory(valid_until=None)

    assert audiences.expire(at=NOON, limit=10) == [due.profile_id]
    statuses = dict(Membership.objects.values_list("pk", "status"))
    assert statuses == {due.pk: "exited", ahead.pk: "realized", endless.pk: "realized"}
    assert audiences.expire(at=NOON, limit=10) == []


def test_expiry_takes_at_most_the_limit() -> None:
    for _ in range(3):
        MembershipFactory(valid_until=NOON)

    assert len(audiences.expire(at=LATER, limit=2)) == 2
    assert len(audiences.expire(at=LATER, limit=2)) == 1


def test_the_original_record_does_not_bring_an_expired_membership_back() -> None:
    document = person(ANN) | {
        "segmentMembership": {
            "ups": {
                "vip": {
                    "status": "realized",
                    "lastQualificationTime": "2026-03-01T09:00:00Z",
                    "validUntil": "2026-03-01T12:30:00Z",
                }
            }
        }
    }

    def told(at: datetime) -> set[int]:
        record = parse(document=document, received_at=at)
        ids, _ = upsert(document, at=at)
        entries = [
            audiences.Entry(
                profile_id=ids[record.identity],
                audience=(entry.namespace, entry.audience_id),
                standing=Standing(entry.status, entry.qualified_at, entry.valid_until),
            )
            for entry in record.memberships
        ]
        return move(*entries, at=at)

    assert told(NOON)
    assert audiences.expire(at=LATER, limit=10)
    assert told(LATER) == set()
    assert Membership.objects.get().status == "exited"
