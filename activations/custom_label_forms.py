"""What people type about a custom label."""

from typing import ClassVar

from django import forms

from activations.governance import labels
from activations.queries import custom_labels
from connections.edit_forms import MarkedForm
from connections.name_fields import DescriptionField


class CustomLabelForm(MarkedForm):
    """What can be changed of one."""

    edited: ClassVar[tuple[str, ...]] = ("friendly_name", "description")
    friendly_name = forms.CharField(
        label="Friendly name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="What people call it, such as “Under contract with Example Bank”.",
        error_messages={"required": "Give the label a friendly name."},
    )
    description = DescriptionField(help_text="When to put it on something.")


class NewCustomLabelForm(CustomLabelForm):
    """One with its name, which stays."""

    edited = ("name", *CustomLabelForm.edited)
    name = forms.CharField(
        label="Name",
        max_length=labels.LONGEST_NAME,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        help_text="Short, such as BANK-1. It stands on what carries the label, and stays.",
        error_messages={"required": "Give the label a name."},
    )
    field_order = (*edited, "seen")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if (problem := labels.name_problem(name=name)) is not None:
            raise forms.ValidationError(problem, code="no-name")
        if custom_labels.is_name_taken(name=name):
            raise forms.ValidationError("Another label has this name.", code="taken")
        return name
