"""The rules by which alerts are raised: names and meanings. docs/alerts.md says how each is had.

The first five have the names and meaning of Adobe Experience Platform's destination alerts.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

# As the workspace file names them.
SKIPPED_RATE: Final = "activation-skipped-rate-exceeded"
DELAY: Final = "destination-flow-run-delay"
FAILURE: Final = "destination-flow-run-failure"
SUCCESS: Final = "destination-flow-run-success"
START: Final = "destination-flow-run-start"

ACCOUNT_REJECTED: Final = "account-rejected"
STOPPED: Final = "identical-rejections"
OUTAGE: Final = "zendesk-outage"


# Of a run that still goes on, a share is judged only from so many outcomes on.
ENOUGH_OUTCOMES: Final = 100

# Of the units that are counted.
_ONE: Final = {"identities": "identity", "minutes": "minute"}


def counted(*, number: Decimal | int, unit: str) -> str:
    """“1 identity”, “1,204 identities”, “0.5 %”."""
    words = f"{Decimal(number):,f}"
    if "." in words:
        words = words.rstrip("0").rstrip(".")
    return f"{words} {_ONE.get(unit, unit) if number == 1 else unit}"


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a rule lets pass: more than that is an alert."""

    default: Decimal
    lowest: Decimal
    highest: Decimal
    unit: str
    step: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Rule:
    """`severity` is a tone of the pages. What is `raised` comes with a change of status, the rest
    is found by looking from time to time."""

    code: str
    name: str
    meaning: str
    over: str
    severity: str
    threshold: Threshold | None = None
    is_event: bool = False
    is_raised: bool = False
    # Whether a person may call it over; of the others the next look would say the same again.
    is_resolvable: bool = False

    @property
    def severity_label(self) -> str:
        """The tone in a word."""
        return {"danger": "Critical", "warning": "Warning", "info": "Info"}[self.severity]


RULES: Final = (
    Rule(
        SKIPPED_RATE,
        "Activation Skipped Rate Exceeded",
        "Of all identities a run activated, excluded or failed, a larger share was excluded than"
        f" the threshold. It is judged from {ENOUGH_OUTCOMES} identities on; a smaller run when its"
        " clock hour is over.",
        "A later run, or this one at its end, kept within the threshold.",
        "warning",
        Threshold(Decimal(1), Decimal("0.1"), Decimal(100), "%", step=Decimal("0.1")),
        is_resolvable=True,
    ),
    Rule(
        DELAY,
        "Destination Flow Run Delay",
        "A change has been waiting for longer than the threshold, and nobody holds the destination"
        " on purpose.",
        "Nothing waits for longer than half of the threshold.",
        "warning",
        Threshold(Decimal(150), Decimal(5), Decimal(10_080), "minutes"),
    ),
    Rule(
        FAILURE,
        "Destination Flow Run Failure",
        "Zendesk refused more identities of a run than the threshold.",
        "A later run, or this one at its end, kept within the threshold.",
        "danger",
        Threshold(Decimal(0), Decimal(0), Decimal(1_000_000), "identities"),
        is_resolvable=True,
    ),
    Rule(
        SUCCESS,
        "Destination Flow Run Success",
        "A run ended: it activated identities, and none failed.",
        "An event without an end.",
        "info",
        is_event=True,
    ),
    Rule(
        START,
        "Destination Flow Run Start",
        "A run began: the first profile of a clock hour was received or sent.",
        "An event without an end.",
        "info",
        is_event=True,
    ),
    Rule(
        ACCOUNT_REJECTED,
        "Account Rejected",
        "Zendesk no longer accepts the token of the account, so nothing is sent.",
        "A token was accepted.",
        "danger",
        is_raised=True,
    ),
    Rule(
        STOPPED,
        "Destination Stopped",
        "The destination stopped itself after twenty identical rejections in a row.",
        "Somebody resumed, enabled or disabled the destination.",
        "danger",
        is_raised=True,
    ),
    Rule(
        OUTAGE,
        "Zendesk Outage",
        "Zendesk could not be reached for longer than the threshold.",
        "Zendesk answers again.",
        "danger",
        Threshold(Decimal(5), Decimal(1), Decimal(1_440), "minutes"),
    ),
)
BY_CODE: Final = {rule.code: rule for rule in RULES}
# Found by looking; nobody else opens or closes them.
EVALUATED: Final = frozenset(rule.code for rule in RULES if not rule.is_raised)
# Whoever sets a destination up is offered these first: nothing is sent meanwhile.
SUGGESTED: Final = (ACCOUNT_REJECTED, STOPPED, OUTAGE)


def named(code: str) -> Rule:
    """The rule of a code; one that nobody knows any more keeps its code for a name."""
    return BY_CODE.get(code) or Rule(
        code, code, "This rule is no longer part of the product.", "–", "info", is_resolvable=True
    )
