"""How does a number compare with the one before it? Pure, in words for a card."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trend:
    """`tone` and `icon` are empty where a change is neither good nor bad, or there is none."""

    text: str
    tone: str = ""
    icon: str = ""


def of_count(*, now: int, before: int, good: str = "") -> Trend:
    """`good` is the direction one hopes for: "up", "down" or empty."""
    if now == before:
        return Trend("as many as before" if now else "none before either")
    if not before:
        return Trend("none before", _tone(now - before, good), _icon(now - before))
    change = 100 * (now - before) / before
    text = f"{change:+,.1f} %" if abs(change) < 1000 else f"{now / before:,.0f} times as many"
    return Trend(f"{_signed(text)} against before", _tone(change, good), _icon(change))


def of_share(*, now: float | None, before: float | None) -> Trend:
    """Of two percentages, where more is better."""
    if now is None:
        return Trend("nothing was settled")
    if before is None:
        return Trend("nothing to compare with")
    change = round(now - before, 1)
    if not change:
        return Trend("as before")
    return Trend(f"{_signed(f'{change:+.1f}')} points", _tone(change, "up"), _icon(change))


def _signed(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


def _tone(change: float, good: str) -> str:
    if not good:
        return ""
    return "success" if (change > 0) == (good == "up") else "danger"


def _icon(change: float) -> str:
    return "trending-up" if change > 0 else "trending-down"
