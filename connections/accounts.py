"""Accounts: verify a token, keep it, watch whether Zendesk still takes it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from connections import alerts, audit, credentials, pacing
from connections.audit import Action, Kind
from connections.encryption import CannotDecrypt
from connections.models import Account, AccountStatus
from connections.zendesk.client import Client
from connections.zendesk.contact import CustomField
from connections.zendesk.credential import Credential
from connections.zendesk.custom_fields import CustomFields
from connections.zendesk.errors import Throttled, Unauthorised, ZendeskError

# How often a connected account is checked by itself, and an unchecked one is tried again.
CHECK_EVERY = timedelta(hours=1)
TRY_AGAIN_AFTER = timedelta(seconds=30)
# `problem_code` of an account whose token this process cannot use (wrong key, wrong address).
TOKEN_UNUSABLE = "token-unusable"  # noqa: S105  (a code, not a token)
# `problem_code` of an account whose new token belongs to another account at Zendesk.
OTHER_ACCOUNT = "other-account"
# What `credentials.open_client` raises; a ValueError for a token no header can carry.
UNUSABLE = (CannotDecrypt, credentials.AccountMismatch, ValueError)


class NameTaken(Exception):
    """Another account has this name."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What Zendesk said to a token. `problem` is empty when it accepted it."""

    credential: Credential | None
    fields: tuple[CustomField, ...]
    problem: str
    code: str

    @property
    def is_connected(self) -> bool:
        return self.credential is not None

    @property
    def is_rejected(self) -> bool:
        """Zendesk refused the token, as opposed to not being reachable."""
        return is_refusal(code=self.code)


def is_refusal(*, code: str) -> bool:
    """Whether a problem's code says that the token will not do; waiting does not help."""
    return code.startswith(("zendesk-401", "zendesk-403")) or code == OTHER_ACCOUNT


def strangeness(*, account: Account, verification: Verification) -> str:
    """Why a token that Zendesk takes is none for this account; empty when it is one.

    What was delivered, and the ids of the contacts, belong to the account at Zendesk.
    """
    who = verification.credential
    if who is None or None in (who.account_id, account.zendesk_account_id):
        return ""
    if who.account_id == account.zendesk_account_id or not account.destinations.exists():
        return ""
    theirs = account.zendesk_account_name or account.zendesk_account_id
    return (
        f"This token is of the Zendesk account {who.account_name or who.account_id}, but the "
        f"destinations of {account.name} have their contacts in {theirs}. Give it a token of "
        "that account, or connect the other one as a new account."
    )


def verify(*, token: str) -> Verification:
    """Ask Zendesk who this token is and which custom fields its contacts have; saves nothing."""
    try:
        client = credentials.client_for(token, paced=True)
    except ValueError as problem:
        return Verification(None, (), f"This cannot be a token: {problem}.", "invalid-token")
    return _ask(client, token_fingerprint=credentials.fingerprint(token))


def create(*, name: str, token: str, verification: Verification | None, at: datetime) -> Account:
    """A new account, connected when `verification` says so. Raises NameTaken."""
    account = Account(name=name, is_sandbox=settings.ZENDESK_SANDBOX)
    credentials.store(account, token)
    if verification is not None:
        _take_over(account, verification, at)
    try:
        with transaction.atomic():
            account.save()
            _alert(account)
            audit.note(action=Action.CREATED, kind=Kind.ACCOUNT, about=account)
    except IntegrityError:
        raise NameTaken(f"There is already an account named {name!r}.") from None
    return account


def replace_token(
    *, account: Account, token: str, verification: Verification | None, at: datetime
) -> Account:
    """A new token: whatever the old one suffered is over, and what waited goes on."""
    with transaction.atomic():
        locked = Account.objects.select_for_update().get(pk=account.pk)
        locked.is_sandbox = settings.ZENDESK_SANDBOX
        credentials.store(locked, token)
        locked.token_epoch += 1
        locked.status = AccountStatus.UNCHECKED
        locked.problem = locked.problem_code = ""
        locked.checked_at = locked.outage_until = None
        # The token may be of another Zendesk account: who it is and its fields are asked first.
        locked.contact_fields_at = None
        locked.outage_failures = 0
        if verification is not None:
            _take_over(locked, verification, at)
        locked.save()
        # What was rejected was the old token; if the new one is too, that is another record.
        alerts.resolve(account_id=locked.pk)
        _alert(locked)
        audit.note(action=Action.TOKEN_REPLACED, kind=Kind.ACCOUNT, about=locked)
    return locked


def check(*, account_id: int, at: datetime) -> Account:
    """Ask Zendesk about the stored token and keep what it says."""
    account = Account.objects.get(pk=account_id)
    try:
        client = credentials.open_client(account, paced=True)
        verification = _ask(client, token_fingerprint=account.token_fingerprint)
    except UNUSABLE as problem:
        # The status stays: it is this process' environment that is wrong, not the token.
        verification = Verification(None, (), str(problem), TOKEN_UNUSABLE)
    with transaction.atomic():
        locked = Account.objects.select_for_update().get(pk=account_id)
        if locked.token_epoch == account.token_epoch:
            _take_over(locked, verification, at)
            locked.save()
            _alert(locked)
    return locked


def due_for_check(*, at: datetime) -> QuerySet[Account]:
    """Accounts nobody asked Zendesk about for too long; a rejected one waits for its new token."""
    never = Q(checked_at__isnull=True)
    unfinished = Q(contact_fields_at__isnull=True, checked_at__lt=at - TRY_AGAIN_AFTER)
    old = Q(checked_at__lt=at - CHECK_EVERY)
    return (
        Account.objects.filter(never | unfinished | old)
        .exclude(status=AccountStatus.REJECTED)
        .order_by("pk")
    )


def reject(*, account_id: int, token_epoch: int, code: str, problem: str, at: datetime) -> bool:
    """Zendesk refused the token in the middle of the work. False: the token is another by now."""
    with transaction.atomic():
        updated = (
            Account.objects.filter(pk=account_id, token_epoch=token_epoch)
            .exclude(status=AccountStatus.REJECTED)
            .update(
                status=AccountStatus.REJECTED, problem_code=code, problem=problem, checked_at=at
            )
        )
        if updated:
            alerts.trigger(code=alerts.ACCOUNT_REJECTED, message=problem, account_id=account_id)
            about = Account.objects.get(pk=account_id)
            told = {"problem": ("", code)}
            audit.note(action=Action.REJECTED, kind=Kind.ACCOUNT, about=about, changes=told)
    return updated == 1


def reread_fields(*, account_id: int, older_than: datetime) -> None:
    """Have the custom fields read again: Zendesk refused one we believed in."""
    Account.objects.filter(pk=account_id, contact_fields_at__lt=older_than).update(
        contact_fields_at=None, checked_at=None
    )


def count_failures(*, account_id: int, failures: int) -> int:
    """Add failures to reach Zendesk, of any process; returns how many in a row there are now."""
    with transaction.atomic():
        account = Account.objects.filter(pk=account_id)
        account.update(outage_failures=F("outage_failures") + failures)
        return account.values_list("outage_failures", flat=True).first() or 0


def open_outage(*, account_id: int, until: datetime) -> None:
    """Nobody sends any more; from `until` on a single request may try (`take_probe`)."""
    Account.objects.filter(pk=account_id, outage_failures__gt=0).update(outage_until=until)


def take_probe(*, account_id: int, at: datetime, until: datetime) -> bool:
    """Whether the caller is the one, of all processes, who may try an account in an outage now.

    Nobody else may before `until`, which should outlast the request, unless the caller reports
    earlier: by `end_outage`, by `open_outage`, or by `return_probe` when it sent nothing.
    """
    due = Account.objects.filter(pk=account_id, outage_until__lte=at)
    return due.update(outage_until=until) == 1


def return_probe(*, account_id: int, at: datetime, until: datetime) -> None:
    """The probe that was taken until `until` was not needed: somebody else may have it."""
    Account.objects.filter(pk=account_id, outage_until=until).update(outage_until=at)


def end_outage(*, account_id: int) -> None:
    """Zendesk answers again."""
    Account.objects.filter(pk=account_id, outage_failures__gt=0).update(
        outage_failures=0, outage_until=None
    )


def fields_of(account: Account) -> CustomFields | None:
    """The contact custom fields by name as last read; None when they were never read."""
    if account.contact_fields_at is None and not account.contact_fields:
        return None
    return CustomFields(account.contact_fields)


def _ask(client: Client, *, token_fingerprint: str) -> Verification:
    try:
        credential = client.check_credential()
        fields = client.list_custom_fields()
    except pacing.StoppedWaiting:
        problem = "Zendesk asked us to slow down. Try again in a minute."
        return Verification(None, (), problem, Throttled.failure_code)
    except ZendeskError as error:
        if isinstance(error.outcome, Throttled):
            asked_for = error.outcome.retry_after_seconds
            pacing.hold(token_fingerprint=token_fingerprint, at_least_seconds=asked_for)
        return Verification(None, (), _words(error), error.outcome.failure_code)
    finally:
        client.close()
    pacing.release(token_fingerprint=token_fingerprint)
    return Verification(credential, fields, "", "")


def _words(error: ZendeskError) -> str:
    if isinstance(error.outcome, Unauthorised):
        return (
            f"Zendesk does not accept this token ({error.outcome.status}). Create one in Sell "
            "under Settings > Integrations > OAuth > Access Tokens, and paste all of it."
        )
    advice = " Try again in a minute." if error.is_temporary else ""
    return f"Zendesk could not be asked: {error.outcome.summary}{advice}"


def _alert(account: Account) -> None:
    """The record that belongs to the account's status; the caller owns the transaction."""
    match account.status:
        case AccountStatus.REJECTED:
            alerts.trigger(
                code=alerts.ACCOUNT_REJECTED, message=account.problem, account_id=account.pk
            )
        case AccountStatus.CONNECTED:
            alerts.resolve(account_id=account.pk)


def _take_over(account: Account, verification: Verification, at: datetime) -> None:
    account.checked_at = at
    account.problem, account.problem_code = verification.problem, verification.code
    if verification.is_rejected:
        account.status = AccountStatus.REJECTED
    if verification.credential is None:
        return
    if problem := strangeness(account=account, verification=verification):
        account.status = AccountStatus.REJECTED
        account.problem, account.problem_code = problem, OTHER_ACCOUNT
        return
    who = verification.credential
    account.status = AccountStatus.CONNECTED
    account.zendesk_user_id, account.zendesk_user_name = who.user_id, who.user_name or ""
    account.zendesk_account_id = who.account_id
    account.zendesk_account_name = who.account_name or ""
    account.contact_fields = [field.as_json() for field in verification.fields]
    account.contact_fields_at = at
    account.outage_failures, account.outage_until = 0, None
