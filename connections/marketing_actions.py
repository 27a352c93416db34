"""The marketing actions of Adobe Experience Platform: what the exported data is meant for.

Alone they restrict nothing: a data usage policy forbids some of them for labelled attributes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class MarketingAction:
    """INTERFACE: `code` stands in the database and in the workspace file."""

    code: str
    name: str
    meaning: str


ACTIONS: Final = (
    MarketingAction("analytics", "Analytics", "Measuring and reporting how people use your sites."),
    MarketingAction(
        "combine-with-directly-identifiable-data",
        "Combine with directly identifiable data",
        "Putting data beside a name, an e-mail address or a phone number.",
    ),
    MarketingAction(
        "cross-site-targeting",
        "Cross Site Targeting",
        "Choosing content or ads on other sites by what people did on yours.",
    ),
    MarketingAction(
        "data-science", "Data Science", "Training and running models, for insight or prediction."
    ),
    MarketingAction("email-targeting", "Email Targeting", "Deciding who gets which e-mail."),
    MarketingAction(
        "export-to-third-party",
        "Export to Third Party",
        "Giving data to somebody outside, such as a processor.",
    ),
    MarketingAction("onsite-advertising", "Onsite Advertising", "Choosing ads on your own sites."),
    MarketingAction(
        "onsite-personalization",
        "Onsite Personalization",
        "Choosing content other than ads on your own sites.",
    ),
    MarketingAction(
        "segment-match", "Segment Match", "Comparing audiences with those of a partner."
    ),
    MarketingAction(
        "single-identity-personalization",
        "Single Identity Personalization",
        "Choosing content by one known identity, not by a stitched one.",
    ),
)
CODES: Final = tuple(action.code for action in ACTIONS)


def ordered(*, codes: Collection[str]) -> list[str]:
    """Each known code once, in the order of `ACTIONS`: equal choices are equal lists."""
    return [code for code in CODES if code in codes]


def named(*, codes: Collection[str]) -> list[str]:
    """The names of codes, in the order of `ACTIONS`."""
    return [action.name for action in ACTIONS if action.code in codes]
