"""The data usage labels of Adobe Experience Platform: what is agreed or known about a field.

`C` stands for contracts and consents, `I` for identity, `S` for what is sensitive. Beside them are
custom labels: how one may be named is known here, which there are in `queries.custom_labels`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

NO_EXPORT: Final = "C12"
LONGEST_NAME: Final = 50
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Label:
    """`code` stands in the database."""

    code: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Category:
    """Labels under one heading."""

    name: str
    labels: tuple[Label, ...]


CATEGORIES: Final = (
    Category(
        "Contract",
        (
            Label("C1", "Leaves only as sums over many people, without any identifier."),
            Label("C2", "Is not given to a third party."),
            Label("C3", "Is not put beside anything that says who somebody is."),
            Label("C4", "Chooses neither ads nor content, on your sites or elsewhere."),
            Label("C5", "Chooses nothing on other sites by somebody's interests."),
            Label("C6", "Chooses no ads on your own sites."),
            Label("C7", "Chooses no content on your own sites."),
            Label("C8", "Is not used to measure how your sites are used."),
            Label("C9", "Is not used to train or run models."),
            Label("C10", "Is not activated for an identity that was stitched together."),
            Label("C11", "Is not compared with the audiences of a partner."),
            Label(NO_EXPORT, "Is not exported in any way, whatever the marketing actions are."),
        ),
    ),
    Category(
        "Identity",
        (
            Label("I1", "Says by itself who somebody is, as an e-mail address does."),
            Label("I2", "Says who somebody is together with other data."),
        ),
    ),
    Category(
        "Sensitive",
        (
            Label("S1", "Says exactly where somebody is."),
            Label("S2", "Says in which wider area somebody is."),
        ),
    ),
)
LABELS: Final = tuple(label for category in CATEGORIES for label in category.labels)
CODES: Final = tuple(label.code for label in LABELS)


def ordered(*, codes: Collection[str]) -> list[str]:
    """Each code once, in the order of `LABELS`, then by name: equal choices are equal lists."""
    return [*(code for code in CODES if code in codes), *sorted(set(codes) - set(CODES))]


def name_problem(*, name: str) -> str | None:
    """Why no custom label can be named so; None where one can."""
    if not _NAME.fullmatch(name):
        return "A name has letters, digits, dots, hyphens and underscores, no blanks."
    if len(name) > LONGEST_NAME:
        return f"A name has at most {LONGEST_NAME} characters."
    if name.upper() in CODES:
        return f"{name.upper()} comes with the product."
    return None
