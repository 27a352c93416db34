"""What does the query string ask for? Parameters once each, and the page of a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from .envelopes import Problem, Refused, bad_parameter, unexpected_parameter

DEFAULT_PER_PAGE = 25
_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Paging:
    page: int
    per_page: int

    @property
    def start(self) -> int:
        return (self.page - 1) * self.per_page


def parameters(*, query: str) -> tuple[dict[str, str], list[Problem]]:
    """Each parameter once, in request order, `+` and `%20` both blanks (R-51)."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for name, value in parse_qsl(query, keep_blank_values=True, errors="replace"):
        if name in found:
            problems.append(bad_parameter(shown(name), "is given more than once"))
        found[name] = value
    return found, problems


def shown(name: str) -> str:
    """`custom_fields[Score]` is spelt `custom_fields/Score` in answers."""
    return name.removesuffix("]").replace("[", "/", 1) if name.endswith("]") else name


def refuse_any(*, query: str) -> None:
    """This endpoint takes no parameters. Raises Refused naming each one given."""
    if query:
        found, problems = parameters(query=query)
        raise_if([*problems, *(unexpected_parameter(shown(name)) for name in found)])


def raise_if(problems: Sequence[Problem]) -> None:
    if problems:
        raise Refused(400, problems)


def take_paging(*, found: dict[str, str], max_per_page: int = 100) -> tuple[Paging, list[Problem]]:
    """Remove `page` and `per_page` from the parameters and read them."""
    problems: list[Problem] = []
    page = _whole(found.pop("page", "1"))
    given = found.pop("per_page", str(DEFAULT_PER_PAGE))
    per_page = _whole(given)
    if page is None or page < 1:
        problems.append(bad_parameter("page", "must be 1 or more"))
    if per_page is None or not 1 <= per_page <= max_per_page:
        why = f"must be between 1 and {max_per_page}, given: {given}"
        problems.append(bad_parameter("per_page", why))
    return Paging(page or 1, per_page or 1), problems


def _whole(text: str) -> int | None:
    is_plain = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
    return int(text) if is_plain else None


def whole(text: str) -> int | None:
    """A decimal integer as ids are spelt, or None."""
    return _whole(text)


def links(*, base: str, given: Mapping[str, str], paging: Paging, has_more: bool) -> dict[str, str]:
    """Where the neighbouring pages are (R-10); `base` is scheme, host and path."""

    def at(page: int) -> str:
        numbers = {"page": str(page), "per_page": str(paging.per_page)}
        return f"{base}?{urlencode(dict(given) | numbers)}"

    found = {"self": at(paging.page), "first_page": at(1)}
    if paging.page > 1:
        found["prev_page"] = at(paging.page - 1)
    if has_more:
        found["next_page"] = at(paging.page + 1)
    return found
