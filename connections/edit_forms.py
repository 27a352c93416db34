"""Forms that change what exists; each carries the mark of what it was opened with."""

from copy import copy
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from connections import activation_triggers, marketing_actions, marks
from connections.forms import ActionsForm, NameForm, TriggersForm
from connections.models import Account
from connections.name_fields import DescriptionField, NameField
from connections.queries import accounts

LONGEST_SHOWN = 200


class MarkedForm(forms.Form):
    """Knows what it edits, and says beside the field what somebody else saved meanwhile."""

    edited: ClassVar[tuple[str, ...]]
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        """How the form opens for a row."""
        values = {name: getattr(row, name) for name in cls.edited}
        return {**values, "seen": marks.of(row=row, fields=cls.edited)}

    @property
    def values(self) -> dict[str, Any]:
        """What is to be saved."""
        return {name: self.cleaned_data[name] for name in self.edited}

    @property
    def seen_mark(self) -> str:
        """The mark of what the person had before them."""
        return str(self.cleaned_data["seen"])

    def difference(self, name: str, typed: Any, now: Any) -> str:
        """A sentence about what a field holds now, beside what was typed."""
        return f"now it is {_shown(now)}."

    def take_conflict(self, current: Any) -> None:
        """Keeps what was typed and takes the new mark: saving again replaces what is there now."""
        for name, typed in self.values.items():
            now = getattr(current, name)
            if now != typed:
                words = self.difference(name, typed, now)
                self.add_error(
                    name,
                    f"Somebody changed this meanwhile: {words}"
                    " Save again to replace that by yours.",
                )
        # What was sent is read only; a copy of it is not.
        self.data = copy(self.data)
        self.data["seen"] = marks.of(row=current, fields=self.edited)  # type: ignore[index]


class AccountForm(MarkedForm):
    """What an account is called and said to be for."""

    edited: ClassVar[tuple[str, ...]] = ("name", "description")
    name = NameField(thing="account", help_text="How you recognise this Zendesk account.")
    description = DescriptionField(help_text="Whose it is, or what it is for.")

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if accounts.is_name_taken(name=name, besides=self.account):
            raise forms.ValidationError("Another account has this name.", code="taken")
        return name


class EditForm(MarkedForm, NameForm, ActionsForm, TriggersForm):
    """The details of a destination that people may change."""

    edited: ClassVar[tuple[str, ...]] = (
        *("name", "description", "marketing_actions", "activation_triggers"),
    )


class RenameForm(EditForm):
    """The name alone, in its row of Browse."""

    edited: ClassVar[tuple[str, ...]] = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {name: self.fields[name] for name in ("name", "seen")}
        self.fields["name"].help_text = ""


def _shown(value: Any) -> str:
    text = _text(value)
    if not text:
        return "empty"
    is_long = len(text) > LONGEST_SHOWN
    return f"“{text[: LONGEST_SHOWN - 1]}…”" if is_long else f"“{text}”"


def _text(value: Any) -> str:
    if isinstance(value, list):
        # Codes of either; none is in both.
        names = (*marketing_actions.named(codes=value), *activation_triggers.named(codes=value))
        return ", ".join(names)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
