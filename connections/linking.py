"""Linking a draft destination to an account: ask Zendesk first, save only what it confirmed."""

from dataclasses import dataclass, field
from datetime import datetime

from connections import accounts, destinations
from connections.models import Account, AccountStatus, Destination


@dataclass(frozen=True, slots=True)
class Link:
    """How it went. Without an account nothing was saved; `problem` and `code` say why."""

    account: Account | None
    problem: str = ""
    code: str = ""

    @property
    def is_refused(self) -> bool:
        """Zendesk answered and does not take the token; waiting does not help."""
        return accounts.is_refusal(code=self.code)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made from a token."""

    name: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExistingAccount:
    """An account that is there already."""

    account: Account


Choice = NewAccount | ExistingAccount


def connect(*, destination: Destination, choice: Choice, at: datetime) -> Link:
    """Asks Zendesk about the token; uses (and creates) the account only when it is accepted."""
    link = _check(choice, at) if isinstance(choice, ExistingAccount) else _create(choice, at)
    if link.account is not None:
        destinations.use_account(destination=destination, account=link.account)
    return link


def renew(*, account: Account, token: str, at: datetime) -> Link:
    """Replaces an account's token once Zendesk accepts the new one."""
    verification = accounts.verify(token=token)
    if not verification.is_connected:
        return Link(account=None, problem=verification.problem, code=verification.code)
    if problem := accounts.strangeness(account=account, verification=verification):
        return Link(account=None, problem=problem, code=accounts.OTHER_ACCOUNT)
    renewed = accounts.replace_token(account=account, token=token, verification=verification, at=at)
    return Link(account=renewed)


def _create(choice: NewAccount, at: datetime) -> Link:
    verification = accounts.verify(token=choice.token)
    if not verification.is_connected:
        return Link(account=None, problem=verification.problem, code=verification.code)
    try:
        account = accounts.create(
            name=choice.name, token=choice.token, verification=verification, at=at
        )
    except accounts.NameTaken as problem:
        return Link(account=None, problem=str(problem), code="name-taken")
    return Link(account=account)


def _check(choice: ExistingAccount, at: datetime) -> Link:
    account = accounts.check(account_id=choice.account.pk, at=at)
    if account.status != AccountStatus.CONNECTED or account.problem_code:
        return Link(account=None, problem=account.problem, code=account.problem_code)
    return Link(account=account)
