"""Which consent does a profile lack? Reads the profile as mappings do; knows no policy."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from activations.mapping.paths import Source
from activations.mapping.reading import ProfileView, read
from activations.mapping.reasons import CannotShape
from connections.zendesk.contact import Json

_LONGEST_PATH = 120


@dataclass(frozen=True)
class Consent:
    """What a profile must hold before it is sent: one of `values` at `source`.

    `policy` is the name of the one that asks for it; another name is the same consent.
    """

    source: Source
    values: tuple[str, ...]
    policy: str = field(compare=False)

    @property
    def key(self) -> str:
        """Short, and another one for each consent that a destination asks for."""
        text = "\n".join((self.policy, self.source.path, *self.values))
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    @property
    def why(self) -> str:
        """Why somebody without it is not sent. Never says what the profile holds instead."""
        path = self.source.path
        short = path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}…"
        return f"The policy “{self.policy}” asks for a consent at “{short}”, which is missing."


def first_missing(*, profile: ProfileView, consents: Iterable[Consent]) -> Consent | None:
    """The first that the profile does not hold; None when it holds all of them."""
    return next((one for one in consents if not is_held(profile=profile, consent=one)), None)


def is_held(*, profile: ProfileView, consent: Consent) -> bool:
    """Exactly one of the values. What is absent, null, a list or an object is no consent."""
    try:
        value = read(profile=profile, source=consent.source)
    except CannotShape:
        return False
    return _text(value) in consent.values


def _text(value: Json) -> str | None:
    """A scalar as JSON spells it; text as it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None
