"""What people, profiles and Zendesk call things: plain, or as unpleasant as a column can hold."""

from collections.abc import Callable

# say("VIP customers", 255): what is stored where a plain workspace says "VIP customers".
Say = Callable[[str, int], str]

# An element of no standard: where it exists in a page, text was taken for markup.
MARK = "hostile-mark"
_MARKUP = f"<{MARK}></{MARK}><img src=x onerror=alert(1)>\"'&amp;{{{{ 7 }}}}"
_DIRECTION = "\u202eturned\u2067 \u05e9\u05dc\u05d5\u05dd"
_EMOJI = "👩\u200d🚀🏳\ufe0f\u200d🌈e\u0301\u0300\u0302\u200b"
# All that SQLite and PostgreSQL both hold: anything but NUL.
_CONTROLS = "\x01\x07\x08\x0b\x1b[31m\x7f\x85\r\n\t\u2028"


def plain(text: str, length: int) -> str:
    return text


def hostile(text: str, length: int) -> str:
    """Exactly `length` characters: markup, turned direction, emoji, controls, no place to break."""
    start = f"{text[:24]} {_MARKUP}{_DIRECTION}{_EMOJI}{_CONTROLS}"
    return (start + "X" * length)[:length]


SPOKEN: dict[str, Say] = {"plain": plain, "hostile": hostile}
