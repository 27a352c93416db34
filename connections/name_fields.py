"""What a thing is called and what it is for, as every form asks for it."""

from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.validators import UnicodeUsernameValidator

_NO_NAME = "Only letters, digits and @ . + - _ are taken: write maria.meyer for Maria Meyer."


class NameField(forms.CharField):
    """The name of a `thing`, such as an account; the first that a page asks for."""

    def __init__(self, *, thing: str, **more: Any) -> None:
        super().__init__(
            label="Name",
            max_length=200,
            widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
            error_messages={"required": f"Give the {thing} a name."},
            **more,
        )


class SignInNameField(UsernameField):
    """The name a person signs in with, called as on the sign-in page."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            label="Username",
            max_length=150,
            help_text="You sign in with it, and others see it. Letters, digits and @ . + - _,"
            " without blanks, such as maria.meyer.",
            error_messages={"required": "Choose the name you sign in with."},
            validators=[UnicodeUsernameValidator(message=_NO_NAME)],
            **more,
        )


class DescriptionField(forms.CharField):
    """In the words of whoever made it; it may be left empty."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            label="Description",
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 3}),
            **more,
        )
