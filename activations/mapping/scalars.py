"""One value as one text or number: JSON scalars in and out, control characters removed."""

import math
import re
from decimal import Decimal

from activations.mapping.reasons import CannotShape, Reason
from connections.zendesk.contact import Json

# More digits on either side of the point are an accident; Sell promises nothing about them.
_MOST_DIGITS = 40

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")
_INTEGER = re.compile(r"[+-]?[0-9]+")
# C0 and C1 controls and the two Unicode line separators, which JSON allows and forms do not.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_CONTROLS_BUT_NEWLINE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x84\x86-\x9f]+")
_LINE_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
# Half of a surrogate pair is legal in JSON but has no UTF-8 form.
_SURROGATES = re.compile("[\ud800-\udfff]")


def one_line(value: Json) -> str:
    """A scalar as text in one line. Raises CannotShape for null, lists and objects."""
    text = _text(value)
    return text if text.isprintable() else _SURROGATES.sub("\ufffd", _CONTROLS.sub(" ", text))


def many_lines(value: Json) -> str:
    """A scalar as text that may have line breaks. Raises CannotShape as `one_line` does."""
    text = _LINE_BREAKS.sub("\n", _text(value))
    return _SURROGATES.sub("\ufffd", _CONTROLS_BUT_NEWLINE.sub(" ", text))


def number(value: Json) -> str:
    """A number, or text that is one, as plain decimal digits. Raises CannotShape."""
    if isinstance(value, str):
        text = value.strip()
        if len(text) > 2 * _MOST_DIGITS or _NUMBER.fullmatch(text) is None:
            raise CannotShape(Reason.NOT_A_NUMBER)
        return _digits(Decimal(text))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CannotShape(Reason.NOT_A_NUMBER)
    return _text(value)


def integer(value: Json) -> int:
    """An integer that fits 63 bits, also when written as text. Raises CannotShape."""
    if isinstance(value, str) and len(value) <= _MOST_DIGITS and _INTEGER.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise CannotShape(Reason.NOT_A_NUMBER)
    if value.bit_length() > 63:
        raise CannotShape(Reason.TOO_LONG)
    return value


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # Checked as a number: `str` itself refuses integers of more than 4,300 digits.
        if abs(value) >= 10**_MOST_DIGITS:
            raise CannotShape(Reason.TOO_LONG)
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise CannotShape(Reason.NOT_A_NUMBER)
        return _digits(Decimal(repr(value)))
    raise CannotShape(Reason.WRONG_TYPE)


def _digits(value: Decimal) -> str:
    """Without exponent, without zeros that say nothing."""
    if value.is_zero():
        return "0"
    if abs(value.adjusted()) >= _MOST_DIGITS:
        raise CannotShape(Reason.TOO_LONG)
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if len(text.partition(".")[2]) > _MOST_DIGITS:
        raise CannotShape(Reason.TOO_LONG)
    return text
