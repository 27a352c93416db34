"""A document as it may be stored: bare keys, sound text and numbers, within bounds.

Both key styles of XDM are one after this: `xdm:person` is `person` at every depth.
"""

from typing import Any, Final

from activations.profiles.problems import Rejected

MAX_DEPTH: Final = 20
MAX_LEAVES: Final = 500
_MAX_NUMBER: Final = 10**64
# From here on Python prints a float in exponent form, and PostgreSQL gives it back as an integer.
_LARGE_FLOAT: Final = 1e16
_PREFIX: Final = "xdm:"


class Cleaner:
    """Walks one document: counts its leaves (whatever is not an object) and notes gaps.

    A gap is a null or an empty object: where there is none, merging into nothing is a copy.
    """

    __slots__ = ("has_gaps", "leaves")

    def __init__(self) -> None:
        self.leaves = 0
        self.has_gaps = False

    def value(self, value: Any, depth: int = 1) -> Any:
        """`value` with bare keys. Raises `Rejected`."""
        kind = type(value)
        if kind is dict:
            return self.object(value, depth)
        self.leaves += 1
        if kind is str:
            return value if value.isprintable() else sound_text(value)
        if kind is int or kind is float:
            return _sound_number(value)
        if value is None:
            self.has_gaps = True
            return None
        if kind is list:
            _check_depth(depth)
            return [self.value(item, depth + 1) for item in value]
        if kind is bool:
            return value
        raise Rejected(code="invalid-json", message=f"{kind.__name__} is not a JSON value")

    def object(self, source: dict[str, Any], depth: int = 1) -> dict[str, Any]:
        """An object with bare keys. Raises `Rejected`."""
        _check_depth(depth)
        clean = {}
        texts = 0
        for key, value in source.items():
            # Known keys and plain texts are by far the commonest: no call for them.
            name = _known_keys.get(key) or bare(key)
            if type(value) is str and value.isprintable():
                texts += 1
                clean[name] = value
            else:
                clean[name] = self.value(value, depth + 1)
        self.leaves += texts
        if not source:
            self.has_gaps = True
        if len(clean) != len(source):
            raise Rejected(code="duplicate-key", message="a key stands with and without xdm:")
        return clean


# The few hundred keys of a schema come by again and again; ids used as keys do not.
_known_keys: dict[str, str] = {}
_MAX_KNOWN_KEYS: Final = 5_000


def bare(key: str) -> str:
    """A key without the `xdm:` prefix. Raises `Rejected`."""
    known = _known_keys.get(key)
    if known is not None:
        return known
    name = (key if key.isprintable() else sound_text(key)).removeprefix(_PREFIX)
    if len(_known_keys) < _MAX_KNOWN_KEYS:
        _known_keys[key] = name
    return name


def sound_text(text: str) -> str:
    """`text` itself. Raises `Rejected` for what no database and no UTF-8 file can hold."""
    if "\0" in text:
        raise Rejected(code="invalid-text", message="a NUL character in a text")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Rejected(code="invalid-text", message="half of a surrogate pair") from error
    return text


def _sound_number(number: float) -> float:
    if not -_MAX_NUMBER < number < _MAX_NUMBER:  # also false for NaN
        raise Rejected(code="number-too-large", message="a number has more than 64 digits")
    if type(number) is float:
        # PostgreSQL knows no negative zero: adding zero makes it a plain one.
        return int(number) if abs(number) >= _LARGE_FLOAT else number + 0.0
    return number


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Rejected(code="too-deep", message=f"nested deeper than {MAX_DEPTH} levels")
