"""Profiles become contacts: the whole way, over real HTTP, in good weather."""

import time
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from pytest_django import Settings

from activations import pipeline
from activations.mapping.paths import parse_source, parse_target
from activations.mapping.plan import MappingRule
from activations.models import Activation, Delivery
from activations.sending import dispatch
from activations.services import configuration
from activations.services.configuration import AudienceChoice
from activations.terms import Lane
from connections import destinations
from connections.zendesk.sandbox import RunningSandbox
from tests.journeys import stage as stages
from tests.journeys.stage import FIELD, OTHER_FIELD, Stage, deliver, email, overlaps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(sandbox: RunningSandbox) -> Stage:
    return stages.build(sandbox)


def test_the_first_activation_sends_everybody_who_is_in_the_audience(stage: Stage) -> None:
    stage.ingest(stage.people(30))
    stage.ingest([stage.person(99, status="exited")])
    Delivery.objects.all().delete()  # as if they had been there before the activation

    report = deliver()

    assert (report.sent, report.retrying, report.timed_out) == (30, 0, False)
    assert set(stage.contacts) == {email(number) for number in range(30)}
    assert {c["custom_fields"][FIELD] for c in stage.contacts.values()} == {"realized"}


def test_an_unchanged_import_sends_nothing(stage: Stage) -> None:
    people = stage.people(5)
    stage.ingest(people)
    deliver()
    before = len(stage.writes)

    stage.ingest(people)

    assert deliver().sent == 0
    assert len(stage.writes) == before


def test_slow_answers_do_not_wait_for_each_other_to_be_stored(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "LINED_UP", 400)
    monkeypatch.setattr(dispatch, "SETTLE_TOGETHER", 400)
    stage.ingest(stage.people(500))
    stage.running.sandbox.add_fault("delay=0.15,path=/v2/contacts")
    stored_at = [time.monotonic()]

    pipeline.deliver(
        clock=pipeline.steady_clock(),
        until_idle=True,
        on_progress=lambda report: stored_at.append(time.monotonic()),
    )

    # Sixteen at a time: four hundred take four seconds.
    assert stage.states() == {"delivered": 500}
    assert max(later - before for before, later in pairwise(stored_at)) < 2.5


def test_ten_changes_become_one_request(stage: Stage) -> None:
    for number in range(10):
        stage.ingest([stage.person(1, last_name=f"Ek {number}")])

    assert deliver().sent == 1
    assert [w.method for w in stage.writes] == ["POST"]
    assert stage.contacts[email(1)]["last_name"] == "Ek 9"


def test_who_leaves_after_being_delivered_is_sent_as_exited(stage: Stage) -> None:
    stage.ingest([stage.person(1)])
    deliver()
    stage.ingest([stage.person(1, status="exited")])

    deliver()

    assert [w.method for w in stage.writes] == ["POST", "PUT"]
    assert stage.contacts[email(1)]["custom_fields"][FIELD] == "exited"


def test_who_leaves_before_being_delivered_creates_no_contact(stage: Stage) -> None:
    stage.ingest([stage.person(1)])
    stage.ingest([stage.person(1, status="exited")])

    deliver()

    assert stage.contacts == {}
    assert stage.rows() == []


def test_a_live_change_overtakes_a_running_backfill(stage: Stage, settings: Settings) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = 30
    stage.ingest(stage.people(60))
    Delivery.objects.update(lane=Lane.BACKFILL)
    deliver(max_seconds=0.7)
    stage.ingest([stage.person(59, last_name="Overtaker")])
    waiting = len(stage.rows(delivered_seq=0))
    assert waiting > 10

    deliver(max_seconds=0.5, until_idle=False)

    assert stage.contacts[email(59)]["last_name"] == "Overtaker"
    assert len(stage.rows(delivered_seq=0)) > 0


def test_a_deleted_contact_is_created_again(stage: Stage) -> None:
    stage.ingest([stage.person(1)])
    deliver()
    _delete(stage, stage.contacts[email(1)]["id"])
    stage.ingest([stage.person(1, last_name="Back")])

    deliver()

    assert [w.method for w in stage.writes] == ["POST", "PUT", "POST"]
    assert stage.contacts[email(1)]["last_name"] == "Back"


def test_a_deleted_contact_is_not_created_for_somebody_who_left(stage: Stage) -> None:
    stage.ingest([stage.person(1)])
    deliver()
    _delete(stage, stage.contacts[email(1)]["id"])
    stage.ingest([stage.person(1, status="exited")])

    deliver()

    assert stage.contacts == {}
    assert stage.rows() == []


def test_a_contact_deleted_under_two_destinations_is_restored_for_both(stage: Stage) -> None:
    other = stages.beside(stage)
    stage.ingest([stage.person(1)])
    deliver()
    _delete(stage, stage.contacts[email(1)]["id"])
    # Only the first notices: the second has nothing new to send.
    stage.destination.deliveries.update(state="pending", desired_seq=9, delivered_digest="")

    deliver(max_seconds=5)

    fields = stage.contacts[email(1)]["custom_fields"]
    assert (fields[FIELD], fields[OTHER_FIELD]) == ("realized", "realized")
    assert len(stage.writes) <= 6
    assert other.states() == {"delivered": 1}


def test_two_destinations_of_an_account_never_write_one_contact_at_once(stage: Stage) -> None:
    stage.running.sandbox.add_fault("delay=0.01,path=/v2/contacts")
    other = stages.beside(stage)
    stage.ingest(stage.people(15))
    deliver()
    stage.ingest(stage.people(15, last_name="Again"))

    deliver()

    assert overlaps(stage.writes) == []
    for contact in stage.contacts.values():
        assert contact["custom_fields"] == {FIELD: "realized", OTHER_FIELD: "realized"}
    assert other.states() == stage.states() == {"delivered": 15}


def test_two_new_destinations_make_no_duplicates_while_the_index_lags(stage: Stage) -> None:
    stage.running.sandbox.switch(index_lag_ms=1500, upsert_create_status=201)
    stages.beside(stage)
    stage.ingest(stage.people(8))

    assert deliver().sent == 16
    assert len(stage.contacts) == 8


@pytest.mark.parametrize(
    "switch",
    [
        {"upsert_create_status": 201},
        {"email_match_case_sensitive": True},
        {"unknown_custom_field": "ignore"},
        {"bad_choice": "ignore"},
    ],
    ids=lambda switch: next(iter(switch)),
)
def test_every_reading_of_the_documentation_is_fine(
    stage: Stage, switch: dict[str, object]
) -> None:
    stage.running.sandbox.switch(**switch)
    stage.ingest(stage.people(3))
    deliver()
    stage.ingest(stage.people(3, last_name="Next"))

    deliver()

    assert stage.states() == {"delivered": 3}
    assert {c["last_name"] for c in stage.contacts.values()} == {"Next"}


def test_a_disabled_destination_sends_nothing_and_then_the_newest_state_only(stage: Stage) -> None:
    destinations.disable(destination=stage.destination)
    for name in ("First", "Second"):
        stage.ingest(stage.people(3, last_name=name))
    assert deliver().sent == 0
    assert stage.writes == []

    destinations.enable(destination=stage.destination)
    deliver()

    assert len(stage.writes) == 3
    assert {c["last_name"] for c in stage.contacts.values()} == {"Second"}


def test_a_changed_mapping_sends_everybody_again(stage: Stage) -> None:
    stage.ingest(stage.people(4))
    deliver()
    rules = [
        *configuration.rules_of(destination=stage.destination),
        *_rules("person.name.lastName", "first_name"),
    ]

    _configure(stage, rules=rules)
    deliver()

    assert {c["first_name"] for c in stage.contacts.values()} == {"Ek"}
    assert len(stage.writes) == 8


def test_a_removed_audience_is_sent_no_more(stage: Stage) -> None:
    stage.ingest(stage.people(3))
    deliver()

    _configure(stage, audiences=[])
    stage.ingest(stage.people(3, last_name="Later"))
    deliver()

    assert len(stage.writes) == 3
    assert stage.states() == {"delivered": 3}


def test_after_its_last_day_an_audience_is_sent_no_more(stage: Stage) -> None:
    yesterday = timezone.now().date() - timedelta(days=1)
    Activation.objects.update(end_on=yesterday)
    stage.ingest(stage.people(3))

    assert deliver().sent == 0
    assert stage.writes == []


def test_an_activation_that_starts_tomorrow_is_not_sent_today(stage: Stage) -> None:
    Activation.objects.update(start_on=timezone.now().date() + timedelta(days=1))
    stage.ingest(stage.people(3))
    deliver()
    assert stage.writes == []

    Activation.objects.update(start_on=timezone.now().date())

    assert deliver().sent == 3


def test_time_that_runs_out_is_reported_with_what_is_left(stage: Stage, settings: Settings) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = 5
    stage.ingest(stage.people(20))

    report = deliver(max_seconds=0.6)

    assert report.timed_out
    assert report.sent + report.retrying == 20
    assert {row.state for row in stage.rows(delivered_seq=0)} == {"pending"}


def test_another_constant_is_sent_to_everybody_again(stage: Stage) -> None:
    rules = configuration.rules_of(destination=stage.destination)
    stage.ingest(stage.people(2))
    for constant in ("Newsletter", "Campaign"):
        rule = MappingRule(parse_source(f"constant: {constant}"), parse_target("xdm: industry"))
        _configure(stage, rules=[*rules, rule])
        assert deliver().sent == 2
        assert {contact["industry"] for contact in stage.contacts.values()} == {constant}
    _configure(stage, rules=[*rules, rule])
    assert deliver().sent == 0


def _configure(stage: Stage, **changes: object) -> None:
    kept = [
        AudienceChoice(a.audience, a.mapping_id, a.start_on, a.end_on)
        for a in stage.destination.activations.select_related("audience")
    ]
    wanted = {
        "rules": configuration.rules_of(destination=stage.destination),
        "audiences": kept,
        **changes,
    }
    configuration.configure(destination=stage.destination, at=timezone.now(), **wanted)


def _rules(source: str, target: str) -> list[MappingRule]:
    return [MappingRule(parse_source(f"xdm: {source}"), parse_target(f"xdm: {target}"))]


def _delete(stage: Stage, contact_id: int) -> None:
    sandbox = stage.running.sandbox
    with sandbox.lock:
        sandbox.contacts.delete(contact_id=contact_id, at=sandbox.clock.monotonic(), lag=0)
