"""What answers say about the account itself: not with this token, not now, not reachable."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from activations.deliveries import backoff
from connections import accounts, pacing
from connections.models import Account
from connections.zendesk import errors

# Custom fields Zendesk refused although we believed in them are read anew, but not for ever.
REREAD_FIELDS_AFTER = timedelta(seconds=60)


class Obstacles:
    """Of one dispatch. `heed` runs in the senders, everything else in the dispatch's thread."""

    def __init__(self, *, account: Account, clock: Callable[[], datetime]) -> None:
        self._account, self._clock = account, clock
        self._failures_in_a_row = account.outage_failures
        # Also set by senders: the others must not wait until their answer was settled.
        self.is_in_the_way = False
        # The token was throttled not long ago: each success brings some of the pace back.
        self.is_recovering = False

    def heed(self, outcome: errors.Outcome) -> None:
        """With an obstacle in sight no sender starts another request."""
        match outcome:
            case errors.Unauthorised() | errors.Throttled():
                self.is_in_the_way = True
            case errors.NotSent() | errors.Unknown():
                self._failures_in_a_row += 1
                self.is_in_the_way |= self._failures_in_a_row >= backoff.OUTAGE_AFTER
            case _:
                self._failures_in_a_row = 0

    def learn(self, outcomes: Sequence[errors.Outcome]) -> datetime | None:
        """Note them for everyone who uses the account; returns until when a throttle holds it."""
        held_until, was_answered, unreachable = None, False, 0
        for outcome in outcomes:
            match outcome:
                case errors.Throttled(_, retry_after_seconds):
                    held_until = self._hold(retry_after_seconds)
                case errors.Unauthorised():
                    self._reject(outcome)
                case errors.NotSent() | errors.Unknown():
                    unreachable += 1
                case errors.Written() | errors.Rejected() | errors.Missing():
                    was_answered, unreachable = True, 0
                    self._mind_fields(outcome)
        if was_answered:
            self._recover()
        if unreachable:
            self._count_unreachable(unreachable)
        return held_until

    def _hold(self, retry_after_seconds: float | None) -> datetime:
        self.is_in_the_way = True
        seconds = pacing.hold(
            token_fingerprint=self._account.token_fingerprint,
            at_least_seconds=retry_after_seconds,
        )
        return self._clock() + timedelta(seconds=seconds)

    def _reject(self, outcome: errors.Unauthorised) -> None:
        self.is_in_the_way = True
        accounts.reject(
            account_id=self._account.pk,
            token_epoch=self._account.token_epoch,
            code=outcome.failure_code,
            problem=outcome.summary,
            at=self._clock(),
        )

    def _mind_fields(self, outcome: errors.Outcome) -> None:
        if (getattr(outcome, "pointer", None) or "").startswith("/custom_fields/"):
            older_than = self._clock() - REREAD_FIELDS_AFTER
            accounts.reread_fields(account_id=self._account.pk, older_than=older_than)

    def _recover(self) -> None:
        if self._account.outage_failures:
            accounts.end_outage(account_id=self._account.pk)
            self._account.outage_failures = 0
        if self.is_recovering:
            pacing.release(token_fingerprint=self._account.token_fingerprint)

    def _count_unreachable(self, count: int) -> None:
        # Counted for all processes together: none of them goes on against a dead service.
        failures = accounts.count_failures(account_id=self._account.pk, failures=count)
        self._account.outage_failures = failures
        chance = random.random()  # noqa: S311  (jitter, no secret)
        delay = backoff.probe_delay(failures=failures, chance=chance)
        if delay is not None:
            self.is_in_the_way = True
            accounts.open_outage(account_id=self._account.pk, until=self._clock() + delay)
