"""What a thing is called and what it is for, as every form asks for it."""

from typing import Any

from django import forms


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
