"""Would Zendesk take this destination's contacts? Asks it, then compares, before any is sent."""

from dataclasses import dataclass
from datetime import datetime

from activations.mapping import problems as mapping_problems
from activations.mapping.problems import Problem, ScheduledAudience
from activations.models import Activation
from activations.services import configuration
from connections import accounts
from connections.models import Account, Destination


@dataclass(frozen=True, slots=True)
class Result:
    """`account_label` says who we are at Zendesk, and is empty when it could not be asked."""

    account_status: str
    account_label: str
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def run(*, destination: Destination, at: datetime) -> Result:
    """Checks the account (network; saves what Zendesk says), then mappings and Mapping IDs."""
    assert destination.account_id is not None, "only a draft has no account"
    account = accounts.check(account_id=destination.account_id, at=at)
    found = _found(destination, account)
    if account.problem:
        unreachable = Problem("account", account.problem_code, account.problem)
        # Fields read at another time prove nothing about now, but what is known is worth telling.
        found = (unreachable, *(problem for problem in found if problem.code != "fields-unknown"))
    return Result(
        account_status=str(account.status),
        account_label="" if account.problem else _label(account),
        problems=tuple(problem for problem in found if problem.is_blocking),
        warnings=tuple(problem for problem in found if not problem.is_blocking),
    )


def _found(destination: Destination, account: Account) -> tuple[Problem, ...]:
    activations = Activation.objects.filter(destination=destination).select_related("audience")
    return mapping_problems.find(
        rules=configuration.rules_of(destination=destination),
        audiences=[
            ScheduledAudience(str(row.audience), row.mapping_id, row.start_on, row.end_on)
            for row in activations.order_by("pk")
        ],
        fields=accounts.fields_of(account),
    )


def _label(account: Account) -> str:
    who = account.zendesk_user_name or "an unnamed user"
    return f"{who} of {account.zendesk_account_name}" if account.zendesk_account_name else who
