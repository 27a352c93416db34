"""The contrast figures in tokens.css are recomputed from its colours, so that neither drifts."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR, "zendeskdest/static/css/tokens.css").read_text(encoding="utf-8")
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", TOKENS)
}
CLAIMS = re.findall(r"^ \*\s+([\w-]+) +on ([\w-]+) +([\d.]+) +([\d.]+) +([\d.]+)$", TOKENS, re.M)

SURFACES = ("page", "surface", "sunken", "raised")
TINTS = ("accent-soft", "success-soft", "warning-soft", "danger-soft", "neutral-soft")
TEXTS = ("text", "text-muted", "accent-text")
MEANINGS = ("success-text", "warning-text", "danger-text", "neutral-text")
# Borders of fields, switches, the ring of the focus, dots, bars, and the lines of charts.
SIGNS = ("control", "switch-off", "focus", "accent", "danger")
DOTS = ("success-dot", "warning-dot", "danger-dot", "info-dot", "neutral-dot")
PAIRS = [
    *product(TEXTS, (*SURFACES, *TINTS), [4.5]),
    *product(MEANINGS, SURFACES, [4.5]),
    *product(SIGNS, SURFACES, [3]),
    *product(DOTS, SURFACES, [3]),
    *product(["focus"], TINTS, [3]),
]


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_table_of_contrasts_is_there() -> None:
    assert len(CLAIMS) > 40


@pytest.mark.parametrize(("front", "back", "light", "dark", "wanted"), CLAIMS)
def test_a_pair_of_colours_has_the_contrast_the_table_claims(
    front: str, back: str, light: str, dark: str, wanted: str
) -> None:
    in_light = contrast(COLOURS[front][0], COLOURS[back][0])
    in_dark = contrast(COLOURS[front][1], COLOURS[back][1])

    assert f"{in_light:.2f} {in_dark:.2f}" == f"{light} {dark}"
    assert min(in_light, in_dark) >= float(wanted)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_whatever_may_stand_on_a_surface_can_be_read_there(theme: int) -> None:
    found = {
        f"{front} on {back}": contrast(COLOURS[front][theme], COLOURS[back][theme]) - wanted
        for front, back, wanted in PAIRS
    }
    assert [pair for pair, margin in found.items() if margin < 0] == []


def test_every_colour_that_means_something_is_in_a_pair() -> None:
    tried = {name for front, back, _ in PAIRS for name in (front, back)}
    tried |= {name for front, back, *_ in CLAIMS for name in (front, back)}
    # A line between rows only separates what stands apart anyway.
    assert set(COLOURS) - tried == {"line"}
