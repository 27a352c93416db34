"""Paths at which no profile holds anything: mistyped perhaps, or ahead of the profiles to come."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from activations.mapping import catalogue
from activations.mapping.reading import is_empty
from activations.queries import seen

_IDENTITIES = "identityMap"


def by_labels(*, paths: Collection[str]) -> dict[str, str]:
    """As `_nobody`, for paths that the XDM profile does not have either.

    What holds for everything below a path is held wherever anything is below it.
    """
    strange = [path for path in paths if not _is_in_schema(path)]
    return _nobody(strange, _holds_anything)


def by_consents(*, paths: Collection[str]) -> dict[str, str]:
    """As `_nobody`, also for paths of the XDM profile; an object or a list is no consent."""
    return _nobody(paths, _holds_a_value)


def _nobody(paths: Collection[str], holds: Callable[[Any, list[str]], bool]) -> dict[str, str]:
    """Who holds nothing, in words, by path; one query over a sample of the newest profiles.

    Nothing where no profile was loaded yet: then no spelling is any stranger than another.
    """
    if not paths:
        return {}
    sample = [_tree(attributes, identities) for attributes, identities in seen.newest()]
    if not sample:
        return {}
    is_all = len(sample) < seen.SAMPLE_SIZE
    words = "No profile" if is_all else f"None of the {len(sample)} newest profiles"
    return {
        path: words for path in paths if not any(holds(profile, _keys(path)) for profile in sample)
    }


def _tree(attributes: Mapping[str, Any], identities: Mapping[str, Any]) -> dict[str, Any]:
    """A profile as labels know it: symbols of namespaces compare without case."""
    entries = {symbol.casefold(): found for symbol, found in identities.items()}
    return {**attributes, _IDENTITIES: entries}


def _keys(path: str) -> list[str]:
    """A symbol may have dots."""
    top, _, symbol = path.partition(".")
    return [top, symbol.casefold()] if top == _IDENTITIES and symbol else path.split(".")


def _holds_anything(value: Any, keys: list[str]) -> bool:
    """Whichever entry of a list has it."""
    if isinstance(value, list):
        return any(_holds_anything(entry, keys) for entry in value)
    if not keys:
        return not is_empty(value)
    return isinstance(value, dict) and _holds_anything(value.get(keys[0]), keys[1:])


def _holds_a_value(value: Any, keys: list[str]) -> bool:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return not (is_empty(value) or isinstance(value, dict | list))


def _is_in_schema(path: str) -> bool:
    """As an attribute, an object above some, or a standard namespace."""
    if path == _IDENTITIES:
        return True
    known = [attribute.path for attribute in catalogue.ATTRIBUTES]
    symbols = [_keys(f"{_IDENTITIES}.{namespace.symbol}") for namespace in catalogue.NAMESPACES]
    return _keys(path) in symbols or any(f"{one}.".startswith(f"{path}.") for one in known)
