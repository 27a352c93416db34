"""Tries to sign in: the wrong ones are counted, and after some of them the next one has to wait.

A try is counted before its password is compared, and forgiven when that was right: of fifty sent
at once only those that are free are compared. While somebody has to wait nothing is compared and
nothing counted, so asking does not make a wait longer; from the second time on it is one look and
no write, however many ask. Names and addresses are kept as keyed hashes: what was typed into the
box of the name may have been a password.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from connections.models import SignInTries

FIRST_WAIT: Final = timedelta(seconds=15)
LONGEST_WAIT: Final = timedelta(minutes=15)
# Strangers can bring it about for somebody who did nothing.
LONGEST_WAIT_OF_NAME: Final = timedelta(minutes=1)
NO_WAIT: Final = timedelta()
# Of a name at one address, of everybody at one address, and of a name at all addresses.
FREE, FREE_OF_ADDRESS, FREE_OF_NAME = 5, 50, 30
FORGOTTEN_AFTER: Final = timedelta(days=1)
ADDRESS_FORGOTTEN_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """What wrong tries are counted for. `is_shared`: others than who gets it right use it too."""

    key: str
    free: int = FREE
    forgotten_after: timedelta = FORGOTTEN_AFTER
    longest_wait: timedelta = LONGEST_WAIT
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Try:
    """One try. With a `wait` nothing may be compared; `next_wait` follows if it was wrong.

    The audit log tells of it unless it is another one during a wait that was told of.
    """

    counted: tuple[Counted, ...]
    wait: timedelta = NO_WAIT
    next_wait: timedelta = NO_WAIT
    is_noted: bool = True

    @property
    def is_refused(self) -> bool:
        """Whether it came too early."""
        return self.wait > NO_WAIT


def in_new_browser(*, name: str, address: str, at: datetime) -> tuple[Counted, ...]:
    """All that a name and password are counted for where the person was never before."""
    return (
        by_name_and_address(name=name, address=address),
        by_name(name=name, at=at),
        by_address(address=address),
    )


def by_name_and_address(*, name: str, address: str) -> Counted:
    """A name as it is tried from one address: strangers elsewhere slow nobody here."""
    return Counted(_key("name and address", f"{address} {name.casefold()}"))


def by_name(*, name: str, at: datetime) -> Counted:
    """The name of an account, whether or not there is one, at all addresses in this hour (UTC)."""
    key = _key("name", f"{at.astimezone(UTC):%Y-%m-%d %H} {name.casefold()}")
    return Counted(key, FREE_OF_NAME, longest_wait=LONGEST_WAIT_OF_NAME, is_shared=True)


def by_browser(*, browser: str) -> Counted:
    """A browser in which the person signed in before, in place of their name and address."""
    return Counted(_key("browser", browser))


def by_address(*, address: str) -> Counted:
    """A network address; a whole office may lie behind one."""
    key = _key("address", address)
    return Counted(key, FREE_OF_ADDRESS, ADDRESS_FORGOTTEN_AFTER, is_shared=True)


def wait_after(*, failures: int, free: int, longest: timedelta = LONGEST_WAIT) -> timedelta:
    """How long the next try waits after so many wrong ones: each time twice as long."""
    if failures < free:
        return NO_WAIT
    # The shift is bounded: a large one would not fit into a span of time.
    return min(FIRST_WAIT * (1 << min(failures - free, 16)), longest)


def begin(*, counted: Sequence[Counted], at: datetime) -> Try:
    """Count a try, or say how long it has to wait. One that turns out right is forgiven later."""
    keys = sorted({each.key for each in counted})
    # Before any lock: whoever only knocks leaves no row behind.
    if refused := _refused(counted, SignInTries.objects.filter(pk__in=keys), at):
        return refused
    while True:
        with transaction.atomic():
            rows = _locked(keys, at)
            # `prune` may delete a row between its making and its locking: once more, with none
            # locked meanwhile.
            if len(rows) == len(keys):
                return _counted(counted, rows, at)


def forgive(*, made: Try) -> None:
    """It was right: what is theirs is forgotten, and of what is shared this one try."""
    for each in made.counted:
        rows = SignInTries.objects.filter(pk=each.key, failures__gt=0)
        left = F("failures") - 1 if each.is_shared else 0
        rows.update(failures=left, held_until=F("last_at"))


def prune(*, at: datetime, limit: int) -> int:
    """Forget what no longer counts, so many at most; returns how many."""
    old = SignInTries.objects.filter(last_at__lt=at - FORGOTTEN_AFTER).order_by("last_at", "pk")
    keys = list(old.values_list("pk", flat=True)[:limit])
    deleted, _ = SignInTries.objects.filter(pk__in=keys, last_at__lt=at - FORGOTTEN_AFTER).delete()
    return deleted


def in_words(*, wait: timedelta) -> str:
    """For people; never shorter than it is."""
    seconds = math.ceil(wait.total_seconds())
    number, unit = (seconds, "second") if seconds <= 90 else (math.ceil(seconds / 60), "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _locked(keys: list[str], at: datetime) -> dict[str, SignInTries]:
    """Their rows, made where there is none; in one order, so that no two wait for each other."""
    new = [SignInTries(key_hash=key, last_at=at, held_until=at) for key in keys]
    SignInTries.objects.bulk_create(new, ignore_conflicts=True)
    rows = SignInTries.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    return {row.key_hash: row for row in rows}


def _counted(counted: Sequence[Counted], rows: dict[str, SignInTries], at: datetime) -> Try:
    if refused := _refused(counted, rows.values(), at):
        return refused
    next_wait = max(_count(rows[each.key], each, at) for each in counted)
    return Try(tuple(counted), next_wait=next_wait)


def _refused(counted: Sequence[Counted], rows: Iterable[SignInTries], at: datetime) -> Try | None:
    """The answer to who has to wait; None for who has not."""
    held = [row for row in rows if row.held_until > at]
    if not held:
        return None
    longest = max(held, key=lambda row: (row.held_until, row.pk))
    wait = longest.held_until - at
    return Try(tuple(counted), wait=wait, is_noted=_is_first_knock(longest))


def _is_first_knock(row: SignInTries) -> bool:
    """Of those who ask at once one is the first."""
    until = row.held_until
    if row.noted_until == until:
        return False
    rows = SignInTries.objects.filter(pk=row.pk, held_until=until).exclude(noted_until=until)
    return rows.update(noted_until=until) == 1


def _count(row: SignInTries, counted: Counted, at: datetime) -> timedelta:
    is_over = at - row.last_at >= counted.forgotten_after
    row.failures = 1 if is_over else row.failures + 1
    wait = wait_after(failures=row.failures, free=counted.free, longest=counted.longest_wait)
    row.last_at, row.held_until = at, at + wait
    row.save()
    return wait


def _key(kind: str, value: str) -> str:
    return salted_hmac("connections.tries", f"{kind}:{value}", algorithm="sha256").hexdigest()
