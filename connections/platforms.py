"""The platforms of the catalog: what a card and its rail say. Knows no database."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Platform:
    """One card of the catalog. `code` stands in addresses."""

    code: str
    name: str
    category: str
    type: str
    description: str
    connection_type: str
    identity: str

    def fits(self, *, words: str, categories: tuple[str, ...]) -> bool:
        """Whether a search finds it, in one of these categories or, without any, in all."""
        text = f"{self.name} {self.category} {self.type} {self.description}".lower()
        return all(word in text for word in words.lower().split()) and (
            not categories or self.category in categories
        )


ZENDESK: Final = Platform(
    code="zendesk",
    name="Zendesk",
    category="CRM",
    type="Streaming",
    description=(
        "Creates and updates contacts in Zendesk Sell and keeps the status of every "
        "activated audience in a field of the contact."
    ),
    connection_type="Profile-based",
    identity="email",
)
PLATFORMS: Final = (ZENDESK,)
CATEGORIES: Final = tuple(sorted({platform.category for platform in PLATFORMS}))


def find(*, words: str, categories: tuple[str, ...]) -> list[Platform]:
    """Those of the catalog that fit."""
    return [one for one in PLATFORMS if one.fits(words=words, categories=categories)]


def get(*, code: str) -> Platform | None:
    """The one with this code."""
    return next((one for one in PLATFORMS if one.code == code), None)
