"""Test with one profile: send only that one, and see request, answer and contact."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from activations.deliveries.store import intake
from activations.mapping.plan import Plan
from activations.models import Attempt, Delivery
from activations.sending import single
from activations.terms import Lane
from connections import accounts, audit, credentials, pacing
from connections.audit import Action, Kind
from connections.models import Account, AccountStatus, Destination
from connections.zendesk.errors import ZendeskError

# Somebody waits: longer than a turn at the slowest pace, shorter than patience.
LONGEST_WAIT_SECONDS = 10.0


class CannotTry(Exception):
    """Nothing was sent. The words say why, and whether waiting helps."""


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """`outcome` as attempts spell it; `contact`: JSON of what Zendesk holds now, without
    empty fields."""

    outcome: str
    status: int | None
    code: str
    request_id: str
    seconds: float
    detail: str
    contact_id: int | None
    contact: str
    # Why the contact could not be read back.
    problem: str = ""


def send(
    *,
    destination: Destination,
    plan: Plan,
    profile_id: int,
    clock: Callable[[], datetime],
    is_draft: bool,
) -> Answer | None:
    """Send one profile now, as `plan` has it; None when nothing has to be sent.

    With a draft's plan the destination's own configuration has the last word: the profile is lined
    up once more, and costs no request when both agree. Raises CannotTry.
    """
    account = _usable(destination, clock())
    with transaction.atomic():
        delivery_id = intake.line_up_one(destination=destination, profile_id=profile_id, at=clock())
        # Not who: nothing here names a person.
        audit.note(action=Action.SENT_ONE, kind=Kind.DESTINATION, about=destination)
    started = time.monotonic()
    try:
        tried = single.send(
            delivery_id=delivery_id,
            destination=destination,
            plan=plan,
            clock=clock,
            stop=lambda: time.monotonic() - started > LONGEST_WAIT_SECONDS,
        )
        if not tried.is_claimed:
            words = "This profile is being sent at this moment. Try again in a few seconds."
            raise CannotTry(words)
        return None if tried.fence is None else _answer(account, delivery_id, tried.fence, started)
    except accounts.UNUSABLE as problem:
        raise CannotTry(str(problem)) from None
    finally:
        if is_draft:
            rows = Delivery.objects.filter(pk=delivery_id)
            intake.advance(rows, at=clock(), lane=Lane.LIVE)


def _usable(destination: Destination, at: datetime) -> Account:
    account = destination.account
    if account is None:
        raise CannotTry("The destination has no account yet.")
    if account.status == AccountStatus.REJECTED:
        raise CannotTry(f"Zendesk rejected the token of {account.name}: give it a new one.")
    if account.outage_until is not None and account.outage_until > at:
        raise CannotTry("Zendesk cannot be reached at the moment. Try again in a minute.")
    return account


def _answer(account: Account, delivery_id: int, fence: int, started: float) -> Answer:
    seconds = time.monotonic() - started
    attempt = Attempt.objects.filter(delivery_id=delivery_id, fence=fence).first()
    if attempt is None or attempt.outcome == "handed-back":
        raise CannotTry(
            "Its turn did not come: Zendesk asked us to slow down, or others use the token. "
            "Nothing was sent. Try again in a minute."
        )
    row = Delivery.objects.get(pk=delivery_id)
    contact, problem = "", ""
    if attempt.outcome == "written" and row.contact_id is not None:
        contact, problem = _read_back(account, row.contact_id)
    return Answer(
        outcome=attempt.outcome,
        status=attempt.http_status,
        code=attempt.code,
        request_id=attempt.request_id,
        seconds=seconds,
        detail=row.detail,
        contact_id=row.contact_id,
        contact=contact,
        problem=problem,
    )


def _read_back(account: Account, contact_id: int) -> tuple[str, str]:
    """The contact as JSON, or why it cannot be shown."""
    client = credentials.open_client(account, paced=True)
    try:
        found = client.read_contact(contact_id=contact_id)
    except (ZendeskError, pacing.StoppedWaiting) as error:
        return "", f"It could not be read back ({type(error).__name__})."
    finally:
        client.close()
    filled = {name: value for name, value in found.items() if value not in (None, "", [])}
    return json.dumps(filled, indent=2, ensure_ascii=False), ""
