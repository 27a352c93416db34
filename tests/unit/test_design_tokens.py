"""The contrast figures in tokens.css are recomputed from its colours, so that neither drifts."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR, "zendeskdest/static/css/tokens.css").read_text(encoding="utf-8")
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", TOKENS)
}
CLAIMS = re.findall(r"^ \*\s+([\w-]+) +on ([\w-]+) +([\d.]+) +([\d.]+) +([\d.]+)$", TOKENS, re.M)


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
