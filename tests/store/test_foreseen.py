"""What finishing a draft will set in motion, against what it then really sets in motion."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from activations.models import Audience, Delivery, Membership, Profile
from activations.queries import foreseen, large_counts, scopes, trials, windows
from activations.queries.foreseen import Foreseen
from activations.queries.scopes import Scope
from activations.queries.trials import BATCHES, Trial
from activations.services import configuration, draft_content, draft_verdicts, drafts
from activations.services.configuration import AudienceChoice
from activations.services.draft_content import Content, MappingRow, ScheduleRow
from connections.models import Destination
from connections.zendesk.sandbox import RunningSandbox
from tests import factories
from tests.factories import NOON
from tests.journeys import stage

pytestmark = pytest.mark.django_db

FIELDS = [
    {
        "id": number,
        "name": name,
        "type": "string",
        "choices": [],
        "for_contact": True,
        "for_organisation": False,
    }
    for number, name in enumerate(("First", "Second", "Third"), start=1)
]
MAPPINGS = (
    MappingRow("IdentityMap: Email", "Identity: email"),
    MappingRow("xdm: person.name.lastName", "xdm: last_name"),
)
TITLE = MappingRow("xdm: person.name.firstName", "xdm: title")


@pytest.fixture
def destination() -> Destination:
    return factories.DestinationFactory(
        account__contact_fields=FIELDS, account__contact_fields_at=NOON
    )


def content(
    *audiences: Audience, mappings: Iterable[MappingRow] = MAPPINGS, **dates: str
) -> Content:
    return draft_verdicts.judge(
        mappings=tuple(mappings),
        schedule=[
            ScheduleRow(audience.pk, name, dates.get(f"start_{name}", "2026-01-01"))
            for audience, name in zip(audiences, ("First", "Second", "Third"), strict=False)
        ],
        labels={},
        fields=None,
        today=NOON.date(),
    )


def look(destination: Destination, draft: Content) -> Foreseen:
    """After all batches, as the page shows it in the end."""
    assert draft.blocking == ()
    plan, scope = drafts.plan(destination=destination, content=draft), scope_of(destination, draft)
    trial = Trial(scope.crowd())
    while not trial.is_over:
        trial = trials.further(
            trial=trials.read(json.loads(json.dumps(trial.as_values()))),
            scope=scope,
            destination_id=destination.pk,
            plan=plan,
            at=NOON,
        )
    return foreseen.of(destination=destination, plan=plan, scope=scope, trial=trial, at=NOON)


def scope_of(destination: Destination, draft: Content) -> Scope:
    return scopes.of(
        destination=destination,
        plan=drafts.plan(destination=destination, content=draft),
        now=configuration.load_plan(destination=destination),
        at=NOON,
    )


def members(count: int, *audiences: Audience, status: str = "realized", **profile: Any) -> None:
    for _ in range(count):
        somebody = factories.ProfileFactory(**profile)
        for audience in audiences:
            factories.MembershipFactory(profile=somebody, audience=audience, status=status)


def crowd(count: int, audience: Audience, **profile: Any) -> None:
    """Many at once; without an e-mail their identity still has to be their own."""
    people = [factories.ProfileFactory.build(**profile) for _ in range(count)]
    for number, somebody in enumerate(people):
        somebody.identity = f"{audience.pk}:{number}:{profile.keys()}"
    Membership.objects.bulk_create(
        Membership(profile=somebody, audience=audience, status="realized", last_qualified_at=NOON)
        for somebody in Profile.objects.bulk_create(people)
    )


def configure(destination: Destination, draft: Content) -> None:
    configuration.configure(
        destination=destination,
        rules=draft.rules,
        audiences=[
            AudienceChoice(Audience.objects.get(pk=row.audience), row.mapping_id, date(2026, 1, 1))
            for row in draft.schedule
        ],
        at=NOON,
    )


def test_the_first_export_counts_everybody_once_and_leaves_out_who_cannot_be_sent(
    destination: Destination,
) -> None:
    first, second = factories.AudienceFactory.create_batch(2)
    members(3, first)
    members(2, first, second)
    members(4, second, status="exited")
    members(1, second, email="", identity="ecid:1")
    members(1, second, attributes={"person": {"name": {"lastName": "  "}}})

    found = look(destination, content(first, second))

    assert found.is_exact
    assert (found.candidates, found.contacts, found.excluded) == (7, 5, 2)
    assert {exclusion.code for exclusion in found.exclusions} == {
        "missing-email",
        "missing-last-name",
    }


def test_nothing_changed_sends_nothing(destination: Destination) -> None:
    audience = factories.AudienceFactory()
    members(2, audience)
    draft = content(audience)
    configure(destination, draft)

    found = look(destination, draft)

    assert (found.candidates, found.contacts) == (0, 0)


def test_audiences_that_start_later_are_not_counted_but_named(destination: Destination) -> None:
    now, later = factories.AudienceFactory.create_batch(2)
    members(2, now)
    members(5, later)

    found = look(destination, content(now, later, start_Second="2026-04-01"))

    assert (found.contacts, found.later) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_what_zendesk_holds_already_just_so_is_not_sent_again(sandbox: RunningSandbox) -> None:
    scene = stage.build(sandbox)
    scene.ingest([*scene.people(4), scene.person(4, status="exited")])
    stage.deliver()
    other = factories.AudienceFactory()
    for row in scene.rows()[:1]:
        factories.MembershipFactory(profile_id=row.profile_id, audience=other)
    scene.destination.refresh_from_db()
    draft = drafts.open_for(destination=scene.destination, person=factories.UserFactory())
    draft.audiences = [
        *draft.audiences,
        {"audience": other.pk, "mapping_id": stage.OTHER_FIELD, "start_on": "2026-01-01"},
    ]
    draft.save()

    found = look(draft.destination, drafts.content(draft=draft, at=NOON))

    assert (found.candidates, found.contacts) == (1, 1)
    before = len(scene.writes)
    drafts.finish(draft=draft, at=NOON)
    stage.deliver()
    assert len(scene.writes) - before == found.contacts


@pytest.mark.django_db(transaction=True)
def test_a_changed_mapping_looks_at_everybody_and_sends_who_differs(
    sandbox: RunningSandbox,
) -> None:
    scene = stage.build(sandbox)
    named = scene.person(0)
    named["person"]["name"]["firstName"] = "Ann"
    scene.ingest([named, *[scene.person(number) for number in (1, 2)]])
    stage.deliver()
    scene.destination.refresh_from_db()
    draft = drafts.open_for(destination=scene.destination, person=factories.UserFactory())
    draft.mappings = [*draft.mappings, *draft_content.store_mappings(rows=[TITLE])]
    draft.save()

    found = look(draft.destination, drafts.content(draft=draft, at=NOON))

    assert (found.candidates, found.contacts, found.sample.unchanged) == (3, 1, 2)
    before = len(scene.writes)
    drafts.finish(draft=draft, at=NOON)
    stage.deliver()
    assert len(scene.writes) - before == found.contacts


def test_beyond_what_is_tried_out_it_is_a_bound_and_a_judgement(destination: Destination) -> None:
    audience = factories.AudienceFactory()
    crowd(900, audience)
    crowd(900, audience, attributes={})
    crowd(200, audience, email="", identities={})

    found = look(destination, content(audience))

    assert not found.is_exact
    assert (found.candidates, found.contacts) == (2_000, 2_000)
    assert 500 <= found.sample.looked_at <= 1_000
    assert found.estimate == pytest.approx(900, rel=0.1)
    assert found.excluded == pytest.approx(1_100, rel=0.1)


def test_nothing_is_judged_before_anybody_was_tried_out(destination: Destination) -> None:
    audience = factories.AudienceFactory()
    members(3, audience)
    draft = content(audience)
    plan, scope = drafts.plan(destination=destination, content=draft), scope_of(destination, draft)

    found = foreseen.of(
        destination=destination, plan=plan, scope=scope, trial=Trial(scope.crowd()), at=NOON
    )

    assert (found.contacts, found.excluded, found.estimate) == (3, None, None)
    assert not found.is_exact


def test_a_sample_follows_no_pattern_in_the_data(destination: Destination) -> None:
    audience = factories.AudienceFactory()
    crowd(3_000, audience)

    chosen = scope_of(destination, content(audience)).every_nth(step=31, most=2_000)

    assert 90 <= len(chosen) <= 110
    assert {key % 10 for key in chosen} == set(range(10))


@pytest.fixture
def everybody_is_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Crowds of more than a hundred are sampled by ranges of ids, as those of a million are."""
    monkeypatch.setattr(scopes, "TOLD_APART", 100)
    monkeypatch.setattr(trials, "LOOKED_AT", 100)
    monkeypatch.setattr(scopes, "WINDOWS", 20)


@pytest.mark.usefixtures("everybody_is_many")
def test_of_a_large_crowd_only_ranges_of_ids_are_read(destination: Destination) -> None:
    audience = factories.AudienceFactory()
    crowd(2_000, audience)

    found = look(destination, content(audience))

    assert not found.is_exact
    assert found.candidates == 2_000
    assert 60 <= found.sample.looked_at <= 140
    assert found.trial.batches == BATCHES


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads small tables whole")
def test_each_range_of_ids_is_a_range_of_an_index(destination: Destination) -> None:
    audience = factories.AudienceFactory()
    members(3, audience)
    first = min(audience.memberships.values_list("profile_id", flat=True))
    scope = scope_of(destination, content(audience))
    found = windows.spread(first=first, last=first + 99, share=1.0, count=4)

    with CaptureQueriesContext(connection) as queries:
        assert len(scope.within(found=found, most=10)) == 3

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[0]['sql']}")
        plan = " ".join(row[-1] for row in cursor.fetchall())
    assert "(audience_id=? AND status=? AND profile_id>? AND profile_id<?)" in plan


@pytest.mark.usefixtures("everybody_is_many")
def test_who_is_in_several_audiences_of_a_large_crowd_is_judged_to_be_one(
    destination: Destination,
) -> None:
    first, second = factories.AudienceFactory.create_batch(2)
    crowd(1_000, first)
    Membership.objects.bulk_create(
        Membership(profile_id=key, audience=second, status="realized", last_qualified_at=NOON)
        for key in first.memberships.values_list("profile_id", flat=True)
    )
    crowd(1_000, factories.AudienceFactory())

    found = look(destination, content(first, second))

    assert found.candidates == 2_000
    assert found.estimate == pytest.approx(1_000, rel=0.25)


@pytest.mark.usefixtures("everybody_is_many")
def test_a_large_crowd_is_never_more_than_there_are_profiles(destination: Destination) -> None:
    audiences = factories.AudienceFactory.create_batch(3)
    members(60, *audiences)

    assert scope_of(destination, content(*audiences)).crowd().candidates == 60


@pytest.mark.usefixtures("everybody_is_many")
def test_as_many_queries_for_a_crowd_of_any_size(
    destination: Destination, django_assert_max_num_queries: Any
) -> None:
    audiences = factories.AudienceFactory.create_batch(3)
    members(60, *audiences)
    draft = content(*audiences)
    # Judged, as a page has it.
    draft = replace(draft, consents=())
    with django_assert_max_num_queries(7):
        scope = scope_of(destination, draft)
        trial = Trial(scope.crowd())
    plan = drafts.plan(destination=destination, content=draft)
    with django_assert_max_num_queries(4):
        trials.further(trial=trial, scope=scope, destination_id=destination.pk, plan=plan, at=NOON)


def test_a_large_number_of_known_profiles_is_remembered(
    destination: Destination, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(large_counts, "LARGE", 2)
    factories.DeliveryFactory.create_batch(3, destination=destination)
    scope = scope_of(destination, content(mappings=(*MAPPINGS, TITLE)))
    configure(destination, content())
    assert scope.crowd().candidates == 3
    with django_assert_num_queries(1):
        scope.crowd()


def test_who_left_a_new_audience_may_have_to_be_told(destination: Destination) -> None:
    old, new = factories.AudienceFactory.create_batch(2)
    members(1, old)
    members(1, old, new)
    configure(destination, content(old))
    known = [row.profile for row in factories.MembershipFactory.create_batch(2, audience=new)]
    for profile in known:
        factories.MembershipFactory(profile=profile, audience=old)
        factories.DeliveryFactory(
            destination=destination,
            profile=profile,
            state="delivered",
            delivered_seq=1,
            delivered_at=NOON,
        )
    new.memberships.filter(profile=known[0]).update(status="exited")

    found = look(destination, content(old, new))

    assert (found.candidates, found.contacts) == (3, 3)


def test_the_line_of_neighbours_and_its_own_is_part_of_the_time(
    destination: Destination, settings: Settings
) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = 2.0
    audience = factories.AudienceFactory()
    members(10, audience)
    factories.DeliveryFactory.create_batch(6, destination=destination)
    neighbour = factories.DestinationFactory(account=destination.account, name="Neighbour")
    factories.DeliveryFactory.create_batch(4, destination=neighbour)
    configure(destination, content())
    Delivery.objects.update(next_attempt_at=NOON + timedelta(hours=1))

    found = look(destination, content(audience))

    assert (found.contacts, found.queued, found.others) == (10, 6, 4)
    assert found.forecast.seconds == 10


def test_hundreds_of_audiences_are_counted_together_and_everybody_once(
    destination: Destination,
) -> None:
    # SQLite joins no more than 500 SELECTs, and every audience would be one.
    audiences = factories.AudienceFactory.create_batch(600)
    members(2, *audiences[:300])
    members(3, audiences[-1])
    members(1, *audiences[400:], email="", identity="ecid:1")
    members(1, audiences[0], status="exited")
    draft = draft_verdicts.judge(
        mappings=MAPPINGS,
        schedule=[ScheduleRow(a.pk, f"Field {a.pk}", "2026-01-01") for a in audiences],
        labels={},
        fields=None,
        today=NOON.date(),
    )

    found = look(destination, draft)

    assert (found.candidates, found.contacts, found.excluded) == (6, 5, 1)


def test_a_quiet_minute_before_says_nothing_about_the_time(
    destination: Destination, settings: Settings
) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = 2.0
    audience = factories.AudienceFactory()
    members(10, audience)
    row = factories.DeliveryFactory(destination=destination, state="delivered", delivered_seq=1)
    for ago in range(5, 60, 11):
        started_at = NOON - timedelta(seconds=ago)
        factories.AttemptFactory(delivery=row, fence=ago, started_at=started_at, outcome="written")

    found = look(destination, content(audience))

    assert (found.forecast.seconds, found.forecast.per_second) == (5, 2.0)
