"""When to activate: which changes of a profile make a destination export it.

One that is off suppresses what it alone would cause; a change that has another cause too goes out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

ATTRIBUTES: Final = "attribute-changes"
SEGMENTATION: Final = "segmentation-changes"
IDENTITIES: Final = "identity-changes"


@dataclass(frozen=True, slots=True)
class Trigger:
    """`code` stands in the database, `name` is the platform's."""

    code: str
    name: str
    meaning: str


TRIGGERS: Final = (
    Trigger(
        ATTRIBUTES,
        "Attribute changes",
        "Something a profile says, such as a name or a tier, is another. Most exports come from"
        " these: turn them off if only who is in which audience matters.",
    ),
    Trigger(
        SEGMENTATION,
        "Segmentation changes",
        "Somebody enters or leaves an audience. Keep these on: without them the status in Zendesk"
        " is old until something else changes, and who enters an audience does not arrive.",
    ),
    Trigger(
        IDENTITIES,
        "Identity changes",
        "An identity comes or goes, such as a phone number or an ECID. Turn them off only in"
        " special cases, such as identities that change all the time and are not mapped.",
    ),
)
CODES: Final = tuple(trigger.code for trigger in TRIGGERS)


def every() -> list[str]:
    """All of them: what a destination starts with."""
    return list(CODES)


def ordered(*, codes: Collection[str]) -> list[str]:
    """Each known code once, in the order of `TRIGGERS`: equal choices are equal lists."""
    return [code for code in CODES if code in codes]


def named(*, codes: Collection[str]) -> list[str]:
    """The names of codes, in the order of `TRIGGERS`."""
    return [trigger.name for trigger in TRIGGERS if trigger.code in codes]


def in_short(*, codes: Collection[str]) -> str:
    """For a column: "Any" while all are on, else the names of those that are."""
    return "Any" if not off(codes=codes) else ", ".join(named(codes=codes))


def off(*, codes: Collection[str]) -> list[str]:
    """The names of those that are not among the codes."""
    return [trigger.name for trigger in TRIGGERS if trigger.code not in codes]
