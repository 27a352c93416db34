"""What people type and tick about a role: its permissions, and the labels that it sees by."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.contrib.auth.models import Group

from connections import labelled
from connections.edit_forms import MarkedForm
from connections.labelled import Carried, Hidden, Label
from connections.permission_help import CATEGORIES
from connections.permissions import IMPLIES, Permission, with_implied
from connections.queries import roles


@dataclass(frozen=True, slots=True)
class Box:
    """One permission as a check box."""

    permission: Permission
    help: str
    is_checked: bool

    @property
    def includes(self) -> str:
        """What is granted along with it."""
        return ", ".join(p.label for p in Permission if p in IMPLIES.get(self.permission, ()))


@dataclass(frozen=True, slots=True)
class Section:
    """The check boxes of one category."""

    name: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class LabelSection:
    """The boxes of one category of labels."""

    name: str
    boxes: tuple["LabelBox", ...]


@dataclass(frozen=True, slots=True)
class LabelBox:
    """One label as a check box; `carried_by` says how much carries it, empty: nothing."""

    label: Label
    is_checked: bool
    carried_by: str


class RoleForm(MarkedForm):
    """A role: its name, what it allows, and what it sees."""

    edited = ("name", "permissions", "sees", "labels")
    name = forms.CharField(
        label="Name",
        max_length=150,
        widget=forms.TextInput(attrs={"autofocus": True}),
        error_messages={"required": "Give the role a name."},
    )
    permissions = forms.MultipleChoiceField(choices=Permission.choices, required=False)
    sees = forms.ChoiceField(
        label="What it sees",
        choices=[
            (roles.EVERYTHING, "everything, whatever its labels"),
            (roles.BY_LABEL, "what carries no label, or only labels that are ticked here"),
        ],
        initial=roles.EVERYTHING,
        widget=forms.RadioSelect,
        required=False,
    )
    labels = forms.MultipleChoiceField(
        required=False,
        error_messages={
            "invalid_choice": "A label you ticked was deleted meanwhile. Look at what is left here."
        },
    )

    def __init__(self, *args: Any, role: Group | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role = role
        self._known = labelled.categories()
        field: Any = self.fields["labels"]
        field.choices = [(label.code, label.code) for label in self._labels]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if roles.is_name_taken(name=name, besides=self.role):
            raise forms.ValidationError("Another role has this name.", code="taken")
        return name

    def clean_permissions(self) -> list[Permission]:
        return [Permission(value) for value in self.cleaned_data["permissions"]]

    def clean_sees(self) -> str:
        """Whoever says nothing about it leaves it as it was."""
        return str(self.cleaned_data["sees"] or self.initial.get("sees", roles.EVERYTHING))

    @property
    def values(self) -> dict[str, Any]:
        granted = with_implied(permissions=self.cleaned_data["permissions"])
        permissions = tuple(permission for permission in Permission if permission in granted)
        sees, ticked = self.cleaned_data["sees"], self.cleaned_data["labels"]
        known = [label.code for label in self._labels]
        labels = tuple(code for code in known if code in ticked and sees == roles.BY_LABEL)
        return {
            "name": self.cleaned_data["name"],
            "permissions": permissions,
            "sees": sees,
            "labels": labels,
        }

    @property
    def content(self) -> roles.Content:
        """What is to be saved."""
        return roles.Content(**self.values)

    def difference(self, name: str, typed: Any, now: Any) -> str:
        if name == "labels":
            return f"now they are {', '.join(now)}." if now else "now there is none."
        if name == "sees":
            field: Any = self.fields["sees"]
            return f"now it is {dict(field.choices)[now]}."
        if name != "permissions":
            return super().difference(name, typed, now)
        more = ", ".join(permission.label for permission in now if permission not in typed)
        less = ", ".join(permission.label for permission in typed if permission not in now)
        parts = (more and f"it also allows {more}", less and f"it does not allow {less}")
        return f"{' and '.join(filter(None, parts))}."

    @property
    def sections(self) -> list[Section]:
        """The check boxes by category."""
        checked = set(self["permissions"].value() or ())
        return [
            Section(
                category.name,
                tuple(
                    Box(permission, text, permission.value in checked)
                    for permission, text in category.permissions.items()
                ),
            )
            for category in CATEGORIES
        ]

    @property
    def label_sections(self) -> list[LabelSection]:
        """The boxes of the labels by category."""
        checked = set(self["labels"].value() or ())
        return [
            LabelSection(
                category.name,
                tuple(
                    LabelBox(label, label.code in checked, self._carried.by(code=label.code))
                    for label in category.labels
                ),
            )
            for category in self._known
        ]

    @property
    def hidden(self) -> Hidden | None:
        """What is hidden from a role with the labels that are ticked; None: nothing is."""
        if self["sees"].value() != roles.BY_LABEL:
            return None
        return self._carried.hidden_from(labels=set(self["labels"].value() or ()))

    @cached_property
    def _carried(self) -> Carried:
        return labelled.carried()

    @property
    def _labels(self) -> list[Label]:
        return [label for category in self._known for label in category.labels]
