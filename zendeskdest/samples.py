"""What the page of components shows in them while DEBUG is on: charts, and far too much text."""

from typing import Any

from activations.charts import Chart, Moment, Series, over_time
from activations.governance.lineage import Step
from activations.queries.overlaps import Overlap
from activations.queries.scopes import Crowd
from activations.queries.search import Found, Group, Hit
from activations.venn import Venn

# No place to break it.
_LONG = "audience_of_" + "everybody_who_ever_bought_" * 7
_MANY = tuple(f"Column {number}" for number in range(1, 13))


def everything() -> dict[str, Any]:
    """The context of the page."""
    return {
        "charts": charts(),
        "venns": venns(),
        "paths": paths(),
        "searches": searches(),
        "long_word": _LONG,
        "many": _MANY,
    }


def charts() -> list[Chart]:
    """A usual day, nothing at all, a single moment, very large numbers, no time."""
    usual = tuple(900 + (number * 377) % 500 for number in range(24))
    few = tuple((number * 7) % 90 for number in range(24))
    return [
        _chart("A usual day", usual, few, tuple(count // 2 for count in few)),
        _chart("Nothing happened", (0,) * 24, (0,) * 24, (0,) * 24),
        _chart("A single hour", (42,), (3,), (1,)),
        _chart("Large numbers", (10**12, 3 * 10**12, 7), (10**11, 0, 9), (0, 10**10, 8)),
        _chart("No time at all", (), (), ()),
    ]


def venns() -> dict[str, Venn]:
    """By their id: three sets, two, nobody consents, nobody at all, numbers too large for it."""
    million = 12_345_678
    found = {
        "g-venn-three": (Overlap(Crowd(1_000), 1_000, 812, 640, 571), True),
        "g-venn-two": (Overlap(Crowd(4), 4, 3, 4, 3), False),
        "g-venn-zero": (Overlap(Crowd(1_000), 1_000), True),
        "g-venn-nobody": (Overlap(Crowd(0)), False),
        "g-venn-large": (
            Overlap(Crowd(4 * million), 4 * million, 2 * million, 3 * million, million),
            True,
        ),
    }
    return {
        key: overlap.drawn(audience=_LONG, has_others=has_others)
        for key, (overlap, has_others) in found.items()
    }


def paths() -> list[tuple[Step, ...]]:
    """A usual one, far too long words, a single stop."""
    return [
        (
            Step("Source of data", "Profile ingestion", notes=("loaded by file or HTTP",)),
            Step("Attribute", "xdm: loyalty.tier", ("C2", "C3"), ("mapped to xdm: title",)),
            Step("Destination", "Zendesk CRM", notes=("this destination",), is_current=True),
            Step("Policy", "No third parties", notes=("forbids it",), is_broken=True),
        ),
        (
            Step("Source of data", _LONG, (), (_LONG, _LONG)),
            Step("Audience", _LONG, ("C12", _LONG[:50], "S1"), (_LONG,)),
            Step("Destination", _LONG, (), (_LONG,), is_current=True),
            Step("Policy", _LONG, (), (_LONG,), is_broken=True),
        ),
        (Step("Policy", "No export (C12)", is_broken=True),),
    ]


def searches() -> dict[str, Found]:
    """By the id of its list: several kinds, far too long, an address, nothing at all."""
    several = (
        Group("destinations", "send", [Hit("Zendesk CRM", "Acme Sell", "#")], 1),
        Group("audiences", "users", [Hit("VIP customers", "ups/vip", "#")] * 5, 1_204, "#"),
        Group("pages", "panel-top", [Hit("API keys", "Ingestion", "#")], 3),
    )
    long = (Group("accounts", "key-round", [Hit(_LONG, _LONG, "#")], 1),)
    ways_on = (Hit("Show all destinations", "", "#"), Hit("Look one person up", "", "#"))
    return {
        "g-search-several": Found("v", several),
        "g-search-long": Found(_LONG, long),
        "g-search-address": Found("ann@example.org", address="ann@example.org"),
        "g-search-nothing": Found(_LONG, ways_on=ways_on),
    }


def _chart(label: str, *values: tuple[int, ...]) -> Chart:
    kinds = ("activated", "excluded", "failed")
    return over_time(
        label=label,
        moments=[
            Moment(f"{hour:02}:00", f"22 Nov, {hour:02}:00") for hour in range(len(values[0]))
        ],
        series=[
            Series(kind, kind.capitalize(), row) for kind, row in zip(kinds, values, strict=True)
        ],
    )
