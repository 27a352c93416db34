"""HTML that cannot be forgotten to escape: only what `tag` made is taken as it stands."""

import html
from collections.abc import Iterable

_VOID = frozenset({"input", "link", "meta"})


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def tag(name: str, /, *content: str, **attributes: str | bool) -> Html:
    """An element; plain strings in it are escaped. `class_` is the attribute `class`, and so on."""
    opening = f"<{name}{_spelt(attributes)}>"
    return Html(opening if name in _VOID else f"{opening}{joined(content)}</{name}>")


def joined(parts: Iterable[str]) -> Html:
    return Html("".join(part if isinstance(part, Html) else html.escape(part) for part in parts))


def _spelt(attributes: dict[str, str | bool]) -> str:
    words = []
    for name, value in attributes.items():
        if value is False:
            continue
        spelt = name.rstrip("_").replace("_", "-")
        words.append(f" {spelt}" if value is True else f' {spelt}="{html.escape(str(value))}"')
    return "".join(words)
