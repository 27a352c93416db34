"""A live change and a backfill that meet: one of them comes first, and nothing falls between.

One side has done its work and not stored it yet, the other must wait for it. SQLite has one
writer, so there the two cannot meet.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from django.db import OperationalError, connection, transaction

from activations.deliveries.events import Irrelevant
from activations.deliveries.store import backfills, claims, settlements
from activations.deliveries.store.settlements import Result
from activations.ingestion import ingest
from activations.models import Audience, Delivery
from activations.profiles.rows import Row
from activations.services import details
from activations.terms import Lane
from connections import marks
from connections.activation_triggers import CODES, SEGMENTATION
from connections.models import Destination
from tests.factories import ActivationFactory, AudienceFactory

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATIENCE_SECONDS = 20


@pytest.fixture(autouse=True)
def _postgresql_only(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")


@pytest.fixture
def vip() -> Audience:
    return AudienceFactory(external_id="vip")


def store(email: str, tier: str, at: datetime = NOON) -> None:
    document = {
        "identityMap": {"Email": [{"id": email}]},
        "tier": tier,
        "segmentMembership": {"ups": {"vip": {"status": "realized"}}},
    }
    ingest(rows=[Row(1, document)], clock=lambda: at, on_complaint=print)


@contextmanager
def under_way(work: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Another process has done this and not stored it yet; calling what is yielded stores it."""
    is_done, may_end = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                work()
                is_done.set()
                may_end.wait(PATIENCE_SECONDS)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        held = pool.submit(hold)
        assert is_done.wait(PATIENCE_SECONDS)

        def finish() -> None:
            may_end.set()
            held.result()

        try:
            yield finish
        finally:
            may_end.set()


def has_to_wait(work: Callable[[], object]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
        try:
            work()
        except OperationalError as error:
            return "lock timeout" in str(error)
        finally:
            cursor.execute("RESET lock_timeout")
    return False


def in_a_thread(work: Callable[[], object]) -> None:
    try:
        work()
    finally:
        connection.close()


def until_somebody_waits() -> None:
    for _ in range(PATIENCE_SECONDS * 20):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.05)
    pytest.fail("nobody waits for the settlement")


def line_up() -> None:
    while backfills.advance(at=NOON):
        pass


def test_a_backfill_waits_for_a_change_of_whom_it_lines_up(vip: Audience) -> None:
    """A row made meanwhile could be sent with the profile as it was, and the change saw no row."""
    store("ann@example.org", "gold")
    ActivationFactory(audience=vip)
    backfills.open_due_activations(at=NOON)
    Delivery.objects.all().delete()
    with under_way(lambda: store("ann@example.org", "iron")) as finish:
        assert has_to_wait(lambda: backfills.advance(at=NOON))
        finish()
    line_up()

    row = Delivery.objects.get()
    assert (row.state, row.lane, row.desired_seq) == ("pending", Lane.LIVE, 1)


def test_a_change_waits_for_a_backfill_that_lines_its_profile_up(vip: Audience) -> None:
    store("ann@example.org", "gold")
    ActivationFactory(audience=vip)
    backfills.open_due_activations(at=NOON)
    with under_way(lambda: backfills.advance(at=NOON)) as finish:
        assert has_to_wait(lambda: store("ann@example.org", "iron"))
        finish()
    store("ann@example.org", "iron")

    assert Delivery.objects.get().desired_seq == 2


def test_who_came_while_the_audience_was_activated_is_lined_up(vip: Audience) -> None:
    """The change saw no activation, and the backfill could not see who came with it."""
    with under_way(lambda: store("ann@example.org", "gold")) as finish:
        ActivationFactory(audience=vip)
        backfills.open_due_activations(at=NOON)
        assert has_to_wait(lambda: backfills.advance(at=NOON))
        finish()
    line_up()

    assert Delivery.objects.get().profile.email == "ann@example.org"


def test_a_change_makes_a_new_row_when_a_settlement_forgets_the_old_one_meanwhile(
    vip: Audience,
) -> None:
    store("ann@example.org", "gold")
    ActivationFactory(audience=vip)
    store("ann@example.org", "iron")
    (claimed,) = claims.claim(account_id=Delivery.objects.get().account_id, limit=1, at=NOON)
    forget = [Result(claimed, Irrelevant())]
    with (
        under_way(lambda: settlements.settle(results=forget, at=NOON)) as finish,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        change = pool.submit(in_a_thread, lambda: store("ann@example.org", "steel"))
        until_somebody_waits()
        finish()
        change.result()

    row = Delivery.objects.get()
    assert row.pk != claimed.id
    assert row.state == "pending"


def test_turning_a_trigger_on_waits_for_the_changes_it_was_off_for(vip: Audience) -> None:
    """Else somebody could render the row with the new version and without such a change."""
    store("ann@example.org", "gold")
    destination = ActivationFactory(audience=vip).destination
    store("ann@example.org", "iron")
    Destination.objects.update(activation_triggers=[SEGMENTATION])
    values = {"activation_triggers": list(CODES)}
    destination.refresh_from_db()
    seen = marks.of(row=destination, fields=values)

    def turn_on() -> None:
        details.edit(destination=destination, values=values, seen=seen, at=NOON)

    with under_way(lambda: store("ann@example.org", "steel")) as finish:
        assert has_to_wait(turn_on)
        finish()
    turn_on()

    destination.refresh_from_db()
    assert destination.mapping_version == 1
    assert destination.backfills.filter(activation=None).count() == 1


def test_a_new_name_waits_for_no_change(vip: Audience) -> None:
    """Whatever else stands in the form stays as it is."""
    destination = ActivationFactory(audience=vip).destination
    kept = {"activation_triggers": list(CODES), "marketing_actions": []}
    values = {**kept, "name": "Called otherwise"}
    seen = marks.of(row=destination, fields=values)

    def rename() -> None:
        details.edit(destination=destination, values=values, seen=seen, at=NOON)

    with under_way(lambda: store("ann@example.org", "gold")) as finish:
        assert not has_to_wait(rename)
        finish()
    destination.refresh_from_db()
    assert destination.name == "Called otherwise"


def test_triggers_that_were_read_too_early_are_told_and_not_stored(vip: Audience) -> None:
    """Nobody waited for changes, since the triggers were to stay; then they would not have."""
    read = ActivationFactory(audience=vip).destination
    Destination.objects.update(activation_triggers=[SEGMENTATION])
    values = {"activation_triggers": list(CODES)}
    seen = marks.of(row=Destination.objects.get(), fields=values)
    with pytest.raises(marks.ChangedMeanwhile):
        details.edit(destination=read, values=values, seen=seen, at=NOON)
    assert Destination.objects.get().activation_triggers == [SEGMENTATION]


def test_changes_of_others_go_on_during_a_backfill(
    vip: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfills, "CHUNK_PROFILES", 1)
    store("ann@example.org", "gold")
    store("bo@example.org", "gold")
    ActivationFactory(audience=vip)
    backfills.open_due_activations(at=NOON)
    backfills.advance(at=NOON)
    with under_way(lambda: backfills.advance(at=NOON)) as finish:
        # In another hour: the hour's counters are the one row both of them end with.
        later = NOON + timedelta(hours=1)
        assert not has_to_wait(lambda: store("ann@example.org", "iron", at=later))
        assert not has_to_wait(lambda: store("cy@example.org", "gold", at=later))
        finish()

    assert Delivery.objects.count() == 3
