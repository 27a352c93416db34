"""How an XDM attribute is named where it is labelled, and which attributes a name covers."""

from activations.mapping.paths import PathProblem, Source, parse_source
from activations.terms import SourceKind

LONGEST = 512
_IDENTITIES = "identityMap"


def parse(text: str) -> str:
    """The path in `loyalty.tier`, `xdm: loyalty.tier`, `IdentityMap: Email` or `identityMap`.

    Raises PathProblem.
    """
    path = _read(text.strip())
    if path is None:
        raise PathProblem("A constant is no attribute: it has no label.")
    if len(path) > LONGEST:
        raise PathProblem(f"A path has at most {LONGEST} characters.")
    return path


def of(*, source: Source) -> str | None:
    """The path a mapping reads; None for a constant, which is nobody's data."""
    if source.kind == SourceKind.CONSTANT:
        return None
    return f"{_IDENTITIES}.{source.path}" if source.kind == SourceKind.IDENTITY else source.path


def top(*, path: str) -> str:
    """Its first key: paths with another one have nothing to do with each other."""
    return _keys(path)[0]


def is_touched(*, labelled: str, read: str) -> bool:
    """Whether a label on one path says something about what is read at another.

    A path covers everything below it; and whoever reads a whole object reads its labelled parts.
    """
    upper, lower = _keys(labelled), _keys(read)
    shorter = min(len(upper), len(lower))
    return upper[:shorter] == lower[:shorter]


def covers(*, labelled: str, path: str) -> bool:
    """Whether the path is the labelled one or lies below it."""
    upper = _keys(labelled)
    return _keys(path)[: len(upper)] == upper


def _read(bare: str) -> str | None:
    top, _, symbol = bare.partition(".")
    if ":" not in bare and top.casefold() == _IDENTITIES.casefold():
        symbol = _checked(symbol.strip()) if "." in bare else ""
        return f"{_IDENTITIES}.{symbol}" if symbol else _IDENTITIES
    return of(source=parse_source(bare if ":" in bare else f"xdm: {bare}"))


def _checked(symbol: str) -> str:
    """As a mapping would take the symbol of a namespace."""
    return parse_source(f"IdentityMap: {symbol}").path


def _keys(path: str) -> tuple[str, ...]:
    """Symbols of namespaces are compared without case, and may have dots; keys are exact."""
    if path == _IDENTITIES or path.startswith(f"{_IDENTITIES}."):
        return tuple(path.casefold().split(".", 1))
    return tuple(path.split("."))
