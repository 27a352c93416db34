"""Values for custom fields, by type."""

from typing import Any

import pytest

from activations.mapping import shaping
from activations.mapping.reasons import CannotShape, Reason

CHOICES = ("Gold", "Silver, matt", "realized")
FIVE = {"line1": None, "city": None, "postal_code": None, "state": None, "country": None}


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("string", "Ann", "Ann"),
        ("string", True, "true"),
        ("string", 12, "12"),
        ("string", 1e21, "1000000000000000000000"),
        ("string", 1.0, "1"),
        ("string", "a\r\n\tb\x00c", "a b c"),
        ("string", "half \ud800", "half \ufffd"),
        ("text", "a\r\nb\tc", "a\nb c"),
        ("phone", 46700000000, "46700000000"),
        ("a type of tomorrow", 3, "3"),
        ("number", 42, "42"),
        ("number", 3.50, "3.5"),
        ("number", " 3.50 ", "3.5"),
        ("number", "1e3", "1000"),
        ("number", "-0.0", "0"),
        ("number", "007", "7"),
        ("number", 1e-7, "0.0000001"),
        ("bool", True, True),
        ("bool", "No", False),
        ("bool", 1, True),
        ("boolean", "0", False),
        ("date", "2026-03-01", "2026-03-01"),
        ("date", "2026-03-01T23:30:00-05:00", "2026-03-01"),
        ("datetime", "2026-03-01", "2026-03-01T00:00:00Z"),
        ("datetime", "2026-03-01T23:30:00.25+02:00", "2026-03-01T23:30:00Z"),
        ("list", "Gold", "Gold"),
        ("list", " gOLD ", "Gold"),
        ("multi_select_list", ["gold", "realized", "gold"], ["Gold", "realized"]),
        ("multi_select_list", "realized, gold", ["realized", "Gold"]),
        ("multi_select_list", "Silver, matt", ["Silver, matt"]),
        ("multi_select_list", ["gold", "lead"], ["Gold"]),
        ("multi_select_list", [], []),
        ("address", {"street1": "Storgatan 1"}, {**FIVE, "line1": "Storgatan 1"}),
        ("address", {"countryCode": "SE", "country": "Sweden"}, {**FIVE, "country": "Sweden"}),
        ("address", {"stateProvince": "SE-C"}, {**FIVE, "state": "SE-C"}),
        ("address", {"postalCode": 75310}, {**FIVE, "postal_code": "75310"}),
    ],
)
def test_a_value_takes_the_shape_of_its_field(kind: str, value: Any, expected: Any) -> None:
    shaped = shaping.shape(value=value, type=kind, choices=CHOICES)
    assert (shaped, type(shaped)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("string", ["a"], Reason.WRONG_TYPE),
        ("string", {"a": 1}, Reason.WRONG_TYPE),
        ("string", "a" * 256, Reason.TOO_LONG),
        ("text", "a" * 65_536, Reason.TOO_LONG),
        ("string", float("nan"), Reason.NOT_A_NUMBER),
        pytest.param("string", 10**5000, Reason.TOO_LONG, id="an absurd integer"),
        ("number", "twelve", Reason.NOT_A_NUMBER),
        ("number", "1_000", Reason.NOT_A_NUMBER),
        ("number", "٣", Reason.NOT_A_NUMBER),
        ("number", True, Reason.NOT_A_NUMBER),
        ("number", float("inf"), Reason.NOT_A_NUMBER),
        ("number", "1e999999", Reason.TOO_LONG),
        ("number", "1e-39" + "0", Reason.TOO_LONG),
        ("bool", "perhaps", Reason.WRONG_TYPE),
        ("bool", 2, Reason.WRONG_TYPE),
        ("date", "01/03/2026", Reason.NOT_A_DATE),
        ("date", "2026-02-30", Reason.NOT_A_DATE),
        ("date", 1772323200, Reason.NOT_A_DATE),
        ("datetime", "soon", Reason.NOT_A_DATE),
        ("list", "Bronze", Reason.NOT_A_CHOICE),
        ("list", ["Gold"], Reason.WRONG_TYPE),
        ("multi_select_list", ["lead"], Reason.NOT_A_CHOICE),
        ("multi_select_list", ",", Reason.NOT_A_CHOICE),
        ("multi_select_list", [["Gold"]], Reason.WRONG_TYPE),
        ("address", "Storgatan 1", Reason.WRONG_TYPE),
        ("address", {"street9": "x"}, Reason.WRONG_TYPE),
        ("address", {"city": {"a": 1}}, Reason.WRONG_TYPE),
    ],
)
def test_a_value_that_does_not_fit_says_why(kind: str, value: Any, reason: Reason) -> None:
    with pytest.raises(CannotShape) as refused:
        shaping.shape(value=value, type=kind, choices=CHOICES)
    assert refused.value.reason is reason


def test_a_refusal_never_carries_the_value() -> None:
    with pytest.raises(CannotShape) as refused:
        shaping.shape(value="ann@example.org", type="number", choices=())
    assert "example" not in repr(refused.value)
