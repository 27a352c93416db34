"""Which of the undocumented behaviours of Sell does the sandbox show? One switch for each.

A client is right only when it behaves under both settings of every switch.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

CHOICES: Mapping[str, tuple[Any, ...]] = {
    "upsert_create_status": (200, 201),
    "throttle_style": ("empty429", "json429", "404-429json", "off"),
    "email_match_case_sensitive": (False, True),
    "unknown_custom_field": ("reject", "ignore"),
    "bad_choice": ("reject", "ignore"),
    "strict_email": (True, False),
    "sunset": ("off", "401", "410", "404", "refuse"),
}

MEANINGS: Mapping[str, str] = {
    "upsert_create_status": "status of an upsert that created a contact (R-49)",
    "index_lag_ms": "milliseconds until lists and filters see a write (R-45)",
    "throttle_style": "what a request over 10 per second gets (R-52)",
    "email_match_case_sensitive": "do filters on e-mail and names heed the case (R-44)",
    "unknown_custom_field": "a custom field nobody defined (R-36)",
    "bad_choice": "a value that is none of a list's choices (R-37)",
    "strict_email": "is the form of an e-mail address checked (R-23)",
    "sunset": "the API after its last day (R-54); 'refuse' resets every API connection",
}


class InvalidSwitch(ValueError):
    """A switch that does not exist, or a setting it does not have."""


@dataclass(frozen=True, slots=True)
class Switches:
    upsert_create_status: int = 200
    index_lag_ms: int = 0
    throttle_style: str = "empty429"
    email_match_case_sensitive: bool = False
    unknown_custom_field: str = "reject"
    bad_choice: str = "reject"
    strict_email: bool = True
    sunset: str = "off"

    def __post_init__(self) -> None:
        for switch in fields(self):
            _check(switch.name, getattr(self, switch.name))

    def changed(self, **settings: Any) -> "Switches":
        """These switches with some set anew. Raises InvalidSwitch."""
        unknown = sorted(set(settings) - {switch.name for switch in fields(self)})
        if unknown:
            raise InvalidSwitch(f"There is no switch {unknown[0]!r}.")
        return replace(self, **settings)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def parse(*, settings: Mapping[str, str]) -> Switches:
    """Switches from words, as a command line has them. Raises InvalidSwitch."""
    return Switches().changed(**{name: _read(name, text) for name, text in settings.items()})


def _read(name: str, text: str) -> Any:
    for choice in CHOICES.get(name, ()):
        if text == (str(choice).lower() if isinstance(choice, bool) else str(choice)):
            return choice
    return int(text) if name == "index_lag_ms" and text.isascii() and text.isdigit() else text


def _check(name: str, value: Any) -> None:
    if name == "index_lag_ms":
        if type(value) is not int or not 0 <= value <= 600_000:
            raise InvalidSwitch("index_lag_ms is a whole number from 0 to 600000.")
        return
    allowed = CHOICES[name]
    if not any(type(value) is type(choice) and value == choice for choice in allowed):
        listed = ", ".join(str(choice).lower() for choice in allowed)
        raise InvalidSwitch(f"{name} is one of {listed}; got {value!r}.")
