"""What becomes of a delivery: every event, on rows in every standing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activations.deliveries.events import (
    ContactGone,
    Delivered,
    Event,
    Excluded,
    HandedBack,
    Irrelevant,
    NotSent,
    OutcomeUnknown,
    Refused,
    Unchanged,
)
from activations.deliveries.settlement import (
    CRASHES_UNTIL_SET_ASIDE,
    Standing,
    after_crash,
    settle,
)
from activations.terms import DeliveryState

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BEFORE, SOON, LATER = (AT + timedelta(seconds=s) for s in (-60, 60, 600))

CREATING = Standing(
    state="leased",
    desired_seq=1,
    delivered_seq=0,
    delivered_digest="",
    delivered_at=None,
    contact_id=None,
    next_attempt_at=BEFORE,
    unsettled_until=None,
    attempts=0,
    crashes=0,
    code="",
    detail="",
)
UPDATING = replace(
    CREATING,
    desired_seq=5,
    delivered_seq=4,
    delivered_digest="old",
    delivered_at=BEFORE,
    contact_id=7,
)
DELIVERED = Delivered(7, "new", AT, "")
UNKNOWN = OutcomeUnknown("zendesk-503", "words", SOON)


def after(row: Standing, event: Event, *, seq: int | None = None) -> Standing:
    standing = settle(
        row=row, seq=row.desired_seq if seq is None else seq, event=event, at=AT, chance=0.5
    )
    assert standing is not None
    return standing


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (DELIVERED, "delivered"),
        (Unchanged(), "delivered"),
        (Irrelevant(), "delivered"),
        (Excluded("consent", ""), "excluded"),
        (Refused("zendesk-409", "", "x"), "failed"),
        (ContactGone(), "pending"),
        (HandedBack(), "pending"),
        (NotSent("network", ""), "waiting"),
        (UNKNOWN, "waiting"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_event_leads_to_its_state_unless_something_newer_is_desired(
    event: Event, state: str
) -> None:
    assert after(UPDATING, event).state == state
    newer = after(UPDATING, event, seq=UPDATING.desired_seq - 1)
    assert newer.state == (state if state == "waiting" else "pending")
    assert newer.delivered_seq < newer.desired_seq


def test_a_success_is_not_believed_while_an_older_request_may_still_land() -> None:
    row = replace(UPDATING, unsettled_until=SOON)

    told = after(row, DELIVERED)

    assert (told.state, told.next_attempt_at) == ("waiting", SOON)
    assert (told.unsettled_until, told.delivered_seq) == (SOON, 4)
    assert (told.delivered_digest, told.contact_id) == ("new", 7)


def test_a_success_that_started_after_the_last_doubt_settles() -> None:
    row = replace(UPDATING, unsettled_until=SOON)

    told = after(row, replace(DELIVERED, started_at=SOON))

    assert (told.state, told.delivered_seq, told.unsettled_until) == ("delivered", 5, None)


def test_newer_data_do_not_wait_for_the_doubt_to_pass() -> None:
    row = replace(UPDATING, unsettled_until=SOON)

    told = after(row, DELIVERED, seq=4)

    assert (told.state, told.next_attempt_at, told.unsettled_until) == ("pending", AT, SOON)


@pytest.mark.parametrize("event", [Unchanged(), Irrelevant()])
def test_nothing_to_send_does_not_end_a_doubt_either(event: Event) -> None:
    told = after(replace(UPDATING, unsettled_until=SOON), event)

    assert (told.state, told.next_attempt_at) == ("waiting", SOON)


def test_after_a_doubt_nothing_counts_as_held() -> None:
    doubtful = replace(UPDATING, unsettled_until=BEFORE)

    assert after(doubtful, Irrelevant()).delivered_digest == ""
    assert after(UPDATING, Irrelevant()).delivered_digest == "old"


def test_a_creation_of_unknown_outcome_is_not_repeated_before_its_horizon() -> None:
    told = after(CREATING, replace(UNKNOWN, may_land_until=LATER))

    assert (told.unsettled_until, told.next_attempt_at) == (LATER, LATER)


def test_an_update_of_unknown_outcome_is_repeated_after_its_backoff() -> None:
    told = after(UPDATING, replace(UNKNOWN, may_land_until=LATER))

    assert told.unsettled_until == LATER
    assert AT < told.next_attempt_at < LATER


def test_of_two_doubts_the_longer_counts() -> None:
    row = replace(UPDATING, unsettled_until=LATER)

    assert after(row, UNKNOWN).unsettled_until == LATER


def test_who_was_never_written_and_does_not_matter_any_more_is_forgotten() -> None:
    assert settle(row=CREATING, seq=1, event=Irrelevant(), at=AT, chance=0) is None


def test_a_contact_that_is_gone_leaves_nothing_behind_that_claims_it_is_there() -> None:
    told = after(UPDATING, ContactGone())

    assert (told.contact_id, told.delivered_digest, told.may_exist) == (None, "", False)


@pytest.mark.parametrize("event", [HandedBack(), HandedBack(until=SOON)])
def test_what_is_handed_back_loses_no_attempt(event: HandedBack) -> None:
    told = after(replace(UPDATING, attempts=3), event)

    assert (told.attempts, told.next_attempt_at) == (3, event.until or AT)


@pytest.mark.parametrize(
    "event", [ContactGone(), HandedBack(), HandedBack(until=SOON), NotSent("network", ""), UNKNOWN]
)
def test_what_is_put_off_has_been_due_since_its_first_turn(event: Event) -> None:
    told = after(UPDATING, event)
    assert (told.first_due_at, told.due_since) == (BEFORE, BEFORE)

    again = after(replace(told, state="leased", desired_seq=6), event)
    assert again.due_since == BEFORE
    crashed = after_crash(row=again, may_land_until=LATER, at=AT, chance=0.5)
    assert crashed.due_since == BEFORE


@pytest.mark.parametrize(
    "event", [DELIVERED, Unchanged(), Irrelevant(), Excluded("consent", ""), Refused("x", "", "x")]
)
def test_what_is_over_leaves_no_trace_of_how_long_it_took(event: Event) -> None:
    put_off = replace(UPDATING, first_due_at=BEFORE)

    assert after(put_off, event).first_due_at is None
    newer = after(put_off, event, seq=UPDATING.desired_seq - 1)
    assert (newer.first_due_at, newer.due_since) == (None, AT)


def test_an_unconfirmed_success_is_as_old_as_what_it_has_to_confirm() -> None:
    told = after(replace(UPDATING, unsettled_until=SOON), DELIVERED)

    assert told.due_since == BEFORE


def test_words_about_a_failure_do_not_outlive_it() -> None:
    failed = replace(UPDATING, code="zendesk-409", detail="Zendesk refused the request.")

    assert (after(failed, Unchanged()).code, after(failed, Unchanged()).detail) == ("", "")
    assert after(replace(UPDATING, detail="a note"), Unchanged()).detail == "a note"


def test_a_crash_before_anything_was_sent_costs_no_place_in_the_line() -> None:
    told = after_crash(row=CREATING, may_land_until=None, at=AT, chance=0.5)

    assert CREATING.next_attempt_at < AT
    assert (told.state, told.crashes) == ("waiting", 1)
    assert told.next_attempt_at == CREATING.next_attempt_at


def test_a_crash_while_creating_waits_until_the_request_cannot_land() -> None:
    told = after_crash(row=CREATING, may_land_until=LATER, at=AT, chance=0.5)

    assert (told.unsettled_until, told.next_attempt_at) == (LATER, LATER)


def test_a_second_crash_in_a_row_slows_the_row_down() -> None:
    told = after_crash(row=replace(UPDATING, crashes=1), may_land_until=None, at=AT, chance=0.5)

    assert told.next_attempt_at >= AT + timedelta(seconds=5)


def test_a_row_that_kills_worker_after_worker_is_set_aside_with_words() -> None:
    row = replace(UPDATING, crashes=CRASHES_UNTIL_SET_ASIDE - 1)

    told = after_crash(row=row, may_land_until=LATER, at=AT, chance=0.5)

    assert (told.state, told.code) == ("failed", "worker-crashed")
    assert told.detail
    assert told.unsettled_until == LATER


instants = st.sampled_from([BEFORE, AT, SOON, LATER])
maybe_instants = st.none() | instants
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        Delivered,
        contact_id=st.just(7),
        digest=st.just("new"),
        started_at=instants,
        notes=st.just(""),
    ),
    st.just(Unchanged()),
    st.just(Irrelevant()),
    st.just(Excluded("consent", "")),
    st.just(Refused("zendesk-409", "", "x")),
    st.just(ContactGone()),
    st.builds(HandedBack, until=maybe_instants),
    st.just(NotSent("network", "")),
    st.builds(OutcomeUnknown, code=st.just("network"), detail=st.just(""), may_land_until=instants),
)


@st.composite
def leased(draw: st.DrawFn) -> tuple[Standing, int]:
    """A leased row with the sequence it was claimed at."""
    seq = draw(st.integers(1, 4))
    delivered_at = draw(maybe_instants)
    row = replace(
        CREATING,
        desired_seq=seq + draw(st.integers(0, 2)),
        delivered_seq=draw(st.integers(0, seq)),
        delivered_at=delivered_at,
        contact_id=7 if delivered_at else draw(st.sampled_from([None, 7])),
        unsettled_until=draw(maybe_instants),
        attempts=draw(st.integers(0, 30)),
        crashes=draw(st.integers(0, 3)),
        code=draw(st.sampled_from(["", "zendesk-503"])),
    )
    return row, seq


@given(claimed=leased(), event=events, chance=st.floats(0, 1, exclude_max=True))
def test_the_promises_hold_whatever_happens(
    claimed: tuple[Standing, int], event: Event, chance: float
) -> None:
    row, seq = claimed
    told = settle(row=row, seq=seq, event=event, at=AT, chance=chance)
    if told is None:
        assert isinstance(event, Irrelevant)
        assert not row.may_exist
        assert row.desired_seq == seq
        return
    assert told.state in set(DeliveryState) - {DeliveryState.LEASED}
    assert told.delivered_seq <= told.desired_seq
    if told.state == DeliveryState.DELIVERED:
        assert told.delivered_seq == told.desired_seq
        assert told.unsettled_until is None
    if row.desired_seq > seq:
        assert told.state in {DeliveryState.PENDING, DeliveryState.WAITING}
    if told.state in {DeliveryState.EXCLUDED, DeliveryState.FAILED}:
        assert told.code
    if isinstance(event, OutcomeUnknown) and told.contact_id is None:
        assert told.next_attempt_at >= event.may_land_until


@given(row=leased(), may_land_until=maybe_instants)
def test_a_crash_never_counts_as_delivered(
    row: tuple[Standing, int], may_land_until: datetime | None
) -> None:
    told = after_crash(row=row[0], may_land_until=may_land_until, at=AT, chance=0.5)

    assert told.state == DeliveryState.WAITING
    assert told.crashes == row[0].crashes + 1
    if may_land_until is not None:
        assert told.unsettled_until is not None
        assert told.unsettled_until >= may_land_until
