"""One account's deliveries, batch after batch: claim, render, send, settle."""

import logging
import math
import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connections as databases

from activations.deliveries import backoff
from activations.deliveries.events import Irrelevant
from activations.deliveries.store import claims, settlements
from activations.deliveries.store.claims import Claimed
from activations.deliveries.store.settlements import Result, Tally
from activations.dispatch import SENDERS, Dispatch, Report
from activations.rendering import Plans, ToSend, decide, load_profiles
from connections import accounts, credentials, pacing
from connections.models import Account, AccountStatus, Destination
from connections.zendesk import errors
from connections.zendesk.client import Client

logger = logging.getLogger(__name__)

# Claimed at once without pacing; with it, about a second's worth, so that live changes overtake.
BATCH = 200
# Custom fields Zendesk refused although we believed in them are read anew, but not for ever.
REREAD_FIELDS_AFTER = timedelta(seconds=60)
UNREACHABLE_PAUSE = timedelta(seconds=5)


class Courier:
    """Works in a thread of its own until its account has nothing due or must not send."""

    def __init__(
        self,
        *,
        account_id: int,
        clock: Callable[[], datetime],
        stop: Callable[[], bool],
        settled: Callable[[Tally], None],
    ) -> None:
        self._account_id = account_id
        self._clock = clock
        self._stop = stop
        self._settled = settled
        self._plans = Plans()
        self._executor = ThreadPoolExecutor(SENDERS, thread_name_prefix=f"send-{account_id}")
        self._client: Client | None = None
        self._client_epoch = 0
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        # Why this process cannot use the account's token at all; empty when it can.
        self.hindrance = ""

    @property
    def is_working(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Work off what is due now, in the background."""
        name = f"courier-{self._account_id}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def raise_failure(self) -> None:
        """Raise what ended the last round, if it was an error."""
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Wait for what is in flight and let go of the connections."""
        if self._thread is not None:
            self._thread.join()
        self._executor.shutdown(wait=True)
        if self._client is not None:
            self._client.close()

    def _run(self) -> None:
        try:
            while not self._stop() and self._work_off_one_batch():
                pass
        except BaseException as error:  # noqa: BLE001  (told to the thread that started this one)
            self._failure = error
        finally:
            databases.close_all()

    def _work_off_one_batch(self) -> bool:
        """False when nothing is due, or nothing may be sent now."""
        at = self._clock()
        account = self._usable_account(at)
        if account is None:
            return False
        batch = claims.claim(account_id=account.pk, limit=self._batch_size(account), at=at)
        if not batch:
            return False
        found = Destination.objects.filter(pk__in={claimed.destination_id for claimed in batch})
        destinations = {row.pk: row for row in found.select_related("account")}
        self._deliver(account, destinations, batch, at)
        return True

    def _usable_account(self, at: datetime) -> Account | None:
        account = Account.objects.filter(pk=self._account_id).first()
        if account is None or account.status == AccountStatus.REJECTED:
            return None
        if account.outage_until is not None and account.outage_until > at:
            return None
        if pacing.held_seconds(token_fingerprint=account.token_fingerprint) > 0:
            return None
        if not self._open_client(account):
            return None
        if account.contact_fields_at is None:
            account = self._ask_who_it_is(account, at)
        return account

    def _open_client(self, account: Account) -> bool:
        """A client for the token of now; an older one is closed."""
        if self._client is not None and self._client_epoch == account.token_epoch:
            return True
        try:
            client = credentials.open_client(account, paced=False)
        except accounts.UNUSABLE as problem:
            name = type(problem).__name__
            logger.error("account.token_unusable account=%d %s", account.pk, name)
            self.hindrance = str(problem)
            return False
        if self._client is not None:
            self._client.close()
        self._client, self._client_epoch = client, account.token_epoch
        return True

    def _ask_who_it_is(self, account: Account, at: datetime) -> Account | None:
        """Values are shaped for the custom fields: nothing is sent before they were read."""
        if account.checked_at is not None and at - account.checked_at < UNREACHABLE_PAUSE:
            is_known = account.status == AccountStatus.CONNECTED
            return account if is_known else None
        account = accounts.check(account_id=account.pk, at=at)
        if account.status == AccountStatus.CONNECTED:
            return account
        if account.status == AccountStatus.UNCHECKED:
            failures = account.outage_failures + 1
            accounts.count_outage(
                account_id=account.pk, failures=failures, until=at + UNREACHABLE_PAUSE
            )
        return None

    def _batch_size(self, account: Account) -> int:
        if account.outage_failures >= backoff.OUTAGE_AFTER:
            return 1
        rate = settings.ZENDESK_REQUESTS_PER_SECOND
        return max(1, min(BATCH, math.ceil(rate))) if rate else BATCH

    def _deliver(
        self,
        account: Account,
        destinations: dict[int, Destination],
        batch: Sequence[Claimed],
        at: datetime,
    ) -> None:
        to_send, settled_already = self._decide(destinations, batch, at)
        if settled_already:
            self._settled(settlements.settle(results=settled_already, at=at))
        assert self._client is not None
        dispatch = Dispatch(
            account=account,
            client=self._client,
            executor=self._executor,
            clock=self._clock,
            stop=self._stop,
            streaks={pk: row.rejection_streak for pk, row in destinations.items()},
            settled=self._settled,
        )
        self._learn(account, dispatch.run(to_send))

    def _decide(
        self, destinations: dict[int, Destination], batch: Sequence[Claimed], at: datetime
    ) -> tuple[list[ToSend], list[Result]]:
        """What to send of a batch, and what needs no request."""
        profiles = load_profiles(profile_ids=[claimed.profile_id for claimed in batch])
        to_send: list[ToSend] = []
        settled_already: list[Result] = []
        for claimed in batch:
            if claimed.profile_id not in profiles or claimed.destination_id not in destinations:
                # Deleted since it was claimed, and its delivery with it.
                settled_already.append(Result(claimed, Irrelevant()))
                continue
            destination = destinations[claimed.destination_id]
            plan = self._plans.of(destination)
            version = destination.mapping_version
            decision = decide(
                claimed=claimed,
                profile=profiles[claimed.profile_id],
                plan=plan,
                version=version,
                at=at,
            )
            if isinstance(decision, ToSend):
                to_send.append(decision)
            else:
                settled_already.append(Result(claimed, decision, version=version))
        return to_send, settled_already

    def _learn(self, account: Account, report: Report) -> None:
        """What a batch told about the account itself."""
        at = self._clock()
        if isinstance(report.obstacle, errors.Unauthorised):
            accounts.reject(
                account_id=account.pk,
                token_epoch=account.token_epoch,
                code=report.obstacle.failure_code,
                problem=report.obstacle.summary,
                at=at,
            )
            return
        if report.was_answered:
            accounts.end_outage(account_id=account.pk)
            pacing.release(token_fingerprint=account.token_fingerprint)
        if report.was_refused_custom_field:
            accounts.reread_fields(account_id=account.pk, older_than=at - REREAD_FIELDS_AFTER)
        if report.unreachable:
            before = 0 if report.was_answered else account.outage_failures
            failures = before + report.unreachable
            chance = random.random()  # noqa: S311  (jitter, no secret)
            delay = backoff.probe_delay(failures=failures, chance=chance)
            accounts.count_outage(
                account_id=account.pk, failures=failures, until=at + delay if delay else None
            )
