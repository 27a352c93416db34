"""One account's deliveries, for as long as something is due and may be sent."""

import logging
import math
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connections as databases

from activations.rendering import ToSend
from activations.sending.dispatch import PACED_WINDOW, SENDERS, SENDERS_AT_FIRST, Dispatch
from activations.sending.obstacles import Obstacles
from activations.sending.rounds import Round
from activations.sending.senders import Senders
from activations.sending.supplies import Supply
from connections import accounts, credentials, pacing
from connections.models import Account, AccountStatus
from connections.zendesk.client import Client

logger = logging.getLogger(__name__)

# Claimed at once without pacing; with it, half a second's worth, so that live changes overtake.
BATCH = 800
CLAIM_AHEAD_SECONDS = 0.5
UNREACHABLE_PAUSE = timedelta(seconds=5)
# While a token is held or cannot be used: another one may be saved at any time.
LOOK_AGAIN_SECONDS = 1.0


class Courier:
    """Works in a thread of its own until its account has nothing due or must not send."""

    def __init__(self, *, account_id: int, round_: Round) -> None:
        self._account_id, self._round = account_id, round_
        self._supply = Supply(account_id=account_id, round_=round_)
        # Paced requests all go at once, so that one nobody answers delays no other.
        is_paced = settings.ZENDESK_REQUESTS_PER_SECOND > 0
        at_first = PACED_WINDOW if is_paced else SENDERS_AT_FIRST
        self._senders = Senders(name=f"send-{account_id}", at_first=at_first, most=SENDERS)
        self._client: Client | None = None
        self._client_epoch = 0
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._is_probing = False
        self._rests_until = 0.0
        # Why this process cannot use the account's token at all; empty when it can.
        self.hindrance = ""

    @property
    def is_working(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_resting(self) -> bool:
        """Nothing can be sent at the moment, although something is due."""
        return time.monotonic() < self._rests_until

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
        self._senders.close()
        if self._client is not None:
            self._client.close()

    def _run(self) -> None:
        try:
            while not self._round.stop() and self._dispatch():
                pass
        except BaseException as error:  # noqa: BLE001  (told to the thread that started this one)
            self._failure = error
        finally:
            databases.close_all()

    def _dispatch(self) -> bool:
        """Send until something ends it; False when nothing was due, or nothing may be sent."""
        at = self._round.clock()
        account = self._account()
        if account is None or not self._open_client(account):
            return False
        self._is_probing = account.outage_until is not None
        if not self._is_probing:
            return self._send(account, at)
        # During an outage one request of all processes together asks whether it is over.
        deadline = timedelta(seconds=settings.DELIVERY_DEADLINE_SECONDS)
        until = at + deadline + UNREACHABLE_PAUSE
        if not accounts.take_probe(account_id=account.pk, at=at, until=until):
            return False
        was_supplied = self._send(account, at)
        # No effect if it was sent: its outcome has ended or prolonged the outage.
        accounts.return_probe(account_id=account.pk, at=self._round.clock(), until=until)
        return was_supplied

    def _send(self, account: Account, at: datetime) -> bool:
        if account.contact_fields_at is None and not self._ask_who_it_is(account, at):
            return False
        assert self._client is not None
        dispatch = Dispatch(
            client=self._client,
            token_fingerprint=account.token_fingerprint,
            senders=self._senders,
            obstacles=Obstacles(account=account, clock=self._round.clock),
            round_=self._round,
        )
        return dispatch.run(supply=lambda: self._next(dispatch))

    def _next(self, dispatch: Dispatch) -> Sequence[ToSend] | None:
        """More to send; None when there is nothing, or what is in flight must end first."""
        at = self._round.clock()
        account = self._account()
        if account is None or account.token_epoch != self._client_epoch:
            return None
        # Asked for by whoever was refused a custom field we believed in.
        must_reread = account.contact_fields_at is None and account.checked_at is None
        if must_reread or (account.outage_until is not None and not self._is_probing):
            return None
        self._is_probing = account.outage_until is not None
        standing = pacing.standing(token_fingerprint=account.token_fingerprint)
        dispatch.obstacles.is_recovering = standing.is_recovering
        is_careful = self._is_probing or standing.is_recovering
        if standing.held_seconds > 0:
            self._rest(min(standing.held_seconds, LOOK_AGAIN_SECONDS))
            return None
        if is_careful and dispatch.is_busy:
            return None
        limit = 1 if is_careful else self._claim_ahead()
        items = self._supply.next(limit=limit, at=at)
        dispatch.distrust(destination_ids=self._supply.distrusted)
        return items

    def _account(self) -> Account | None:
        """The account as it is now, if anything may be sent with it."""
        account = Account.objects.filter(pk=self._account_id).first()
        if account is None or account.status == AccountStatus.REJECTED:
            return None
        return account

    def _open_client(self, account: Account) -> bool:
        """A client for the token of now; an older one is closed."""
        if self._client is not None and self._client_epoch == account.token_epoch:
            return True
        try:
            client = credentials.open_client(account, paced=False)
        except accounts.UNUSABLE as problem:
            if self.hindrance != str(problem):
                name = type(problem).__name__
                logger.error("account.token_unusable account=%d %s", account.pk, name)
            self.hindrance = str(problem)
            self._rest(LOOK_AGAIN_SECONDS)
            return False
        self.hindrance = ""
        if self._client is not None:
            self._client.close()
        self._client, self._client_epoch = client, account.token_epoch
        return True

    def _ask_who_it_is(self, account: Account, at: datetime) -> bool:
        """Values are shaped for the custom fields: nothing is sent before they were read."""
        if account.checked_at is not None and at - account.checked_at < UNREACHABLE_PAUSE:
            return account.status == AccountStatus.CONNECTED
        account = accounts.check(account_id=account.pk, at=at)
        if account.status == AccountStatus.UNCHECKED:
            accounts.count_failures(account_id=account.pk, failures=1)
            accounts.open_outage(account_id=account.pk, until=at + UNREACHABLE_PAUSE)
        return account.status == AccountStatus.CONNECTED

    def _rest(self, seconds: float) -> None:
        self._rests_until = time.monotonic() + seconds

    @staticmethod
    def _claim_ahead() -> int:
        rate = settings.ZENDESK_REQUESTS_PER_SECOND
        return max(1, min(BATCH, math.ceil(rate * CLAIM_AHEAD_SECONDS))) if rate else BATCH
