"""What a contact's custom fields hold: mapped values, and the status under the Mapping ID."""

from typing import Any

import pytest

from activations.mapping.transform import Send, render
from connections.zendesk.contact import Json

from . import build
from .build import AT, STATUSES, VIP


def test_a_custom_field_takes_the_shape_of_its_type() -> None:
    points = build.field("Points", "number")
    rendered = build.written(1200, target="xdm: custom_fields.Points", points=points)
    assert rendered.contact.custom_fields["Points"] == "1200"


@pytest.mark.parametrize("value", [1200, "gold", True, 1.5])
def test_a_field_the_account_does_not_know_gets_the_value_as_given(value: Any) -> None:
    rendered = build.written(value, target="xdm: custom_fields.Unheard of")
    assert rendered.contact.custom_fields["Unheard of"] is value


@pytest.mark.parametrize("value", [["a"], {"a": 1}, float("nan")])
def test_not_even_an_unknown_field_gets_what_no_field_holds(value: Any) -> None:
    rendered = build.written(value, target="xdm: custom_fields.Unheard of")
    assert "Unheard of" not in rendered.contact.custom_fields
    assert len(rendered.notes) == 1


def test_choices_that_do_not_exist_are_dropped_and_counted() -> None:
    interests = build.field("Interests", "multi_select_list", "Sports", "Music")
    rendered = build.written(
        ["sports", "chess"], target="xdm: custom_fields.Interests", interests=interests
    )
    assert rendered.contact.custom_fields["Interests"] == ["Sports"]
    assert [(note.code, "chess" in note.message) for note in rendered.notes] == [
        ("not-a-choice", False)
    ]


@pytest.mark.parametrize(
    ("kind", "choices", "status", "expected"),
    [
        ("string", (), "realized", "realized"),
        ("text", (), "existing", "existing"),
        ("list", STATUSES, "exited", "exited"),
        ("multi_select_list", STATUSES, "realized", ["realized"]),
        ("bool", (), "realized", True),
        ("bool", (), "existing", True),
        ("bool", (), "exited", False),
    ],
)
def test_the_status_takes_the_shape_of_its_field(
    kind: str, choices: tuple[str, ...], status: str, expected: Json
) -> None:
    typed = build.plan(fields=(build.field("VIP audience", kind, *choices),))
    one = build.profile(memberships={VIP: status}, was_delivered=True)
    contact = build.sent(render(profile=one, plan=typed, at=AT))
    assert contact.custom_fields == {"VIP audience": expected}


@pytest.mark.parametrize(
    ("kind", "choices", "code"),
    [
        ("number", (), "wrong-type"),
        ("date", (), "wrong-type"),
        ("list", ("Realized", "Exited"), "not-a-choice"),
        ("multi_select_list", ("exited",), "not-a-choice"),
    ],
)
def test_a_status_its_field_cannot_hold_is_left_out_with_a_note(
    kind: str, choices: tuple[str, ...], code: str
) -> None:
    typed = build.plan(fields=(build.field("VIP audience", kind, *choices),))
    rendered = render(profile=build.profile(), plan=typed, at=AT)
    assert isinstance(rendered, Send)
    assert rendered.contact.custom_fields == {}
    assert [(note.target, note.code) for note in rendered.notes] == [
        ("xdm: custom_fields.VIP audience", code)
    ]
