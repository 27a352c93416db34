"""What the wizard's tables post, read row by row; nothing is judged here."""

from collections.abc import Collection, Mapping
from datetime import date
from itertools import takewhile
from typing import Any, cast

from django import forms
from django.http import QueryDict

from activations.audiences import tags
from activations.services.draft_content import MappingRow, ScheduleRow
from activations.services.schedule_edits import Edit
from activations.terms import MOST_TAGS, WhenEmpty
from connections.edit_forms import MarkedForm
from connections.name_fields import DescriptionField

MOST_ROWS = 500


def version(*, data: QueryDict) -> int:
    """The draft version the page was made from; 0, which never fits, when unreadable."""
    return _number(data.get("version", ""))


def numbers(*, data: QueryDict, name: str) -> set[int]:
    """Repeated numeric values, such as check boxes."""
    return {_number(text) for text in data.getlist(name)} - {0}


def every(*, data: QueryDict) -> str:
    """What is to be done with all that match: `select` or `clear`; else empty."""
    asked = data.get("every", "")
    return asked if asked in ("select", "clear") else ""


def mapping_rows(*, data: QueryDict) -> list[MappingRow]:
    """`source-<n>`, `target-<n>` and `when-<n>` from 0 on, without the row `remove` names."""
    present = takewhile(lambda index: f"source-{index}" in data, range(MOST_ROWS))
    removed = data.get("remove")
    rows = [_mapping_row(data, index) for index in present if str(index) != removed]
    if "add" in data:
        rows.append(MappingRow())
    return rows


def schedule_rows(*, data: QueryDict) -> list[ScheduleRow]:
    """`start-<key>`, `end-<key>` and `mapping-id-<key>` for each `audience`."""
    return [
        ScheduleRow(
            audience=key,
            mapping_id=_text(data, f"mapping-id-{key}", 255),
            start_on=_text(data, f"start-{key}", 20),
            end_on=_text(data, f"end-{key}", 20),
        )
        for key in sorted(numbers(data=data, name="audience"))
    ]


class ScheduleEditForm(forms.Form):
    """One edit for the schedules of many audiences; `ticked` and `listed` say which there are."""

    prefix = "edit"
    TICKED, LISTED = "ticked", "listed"

    scope = forms.ChoiceField(label="Which audiences", widget=forms.RadioSelect, initial=TICKED)
    start_on = forms.DateField(
        label="Start date",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: each keeps its own.",
        error_messages={"invalid": "This is no date."},
    )
    end_on = forms.DateField(
        label="End date",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: each keeps its own.",
        error_messages={"invalid": "This is no date."},
    )
    has_no_end = forms.BooleanField(label="No end date", required=False)
    by_name = forms.BooleanField(
        label="Where it is missing, take the field that has the audience’s name",
        required=False,
        help_text="The field must exist in Zendesk, hold a status and be free.",
    )

    def __init__(
        self, data: QueryDict | None = None, *, ticked: Collection[int] = (), listed: int = 0
    ) -> None:
        super().__init__(data)
        self.ticked = ticked
        every = f"All {listed:,} that this list finds, on all its pages"
        scope = cast(forms.ChoiceField, self.fields["scope"])
        scope.choices = [(self.TICKED, "The ticked ones"), (self.LISTED, every)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, end = given.get("start_on"), given.get("end_on")
        if given.get("scope") == self.TICKED and not self.ticked:
            self.add_error("scope", "Tick at least one audience below, or change all.")
        if end and given.get("has_no_end"):
            self.add_error("end_on", "Give a last day, or say that there is none.")
        elif start and end and end < start:
            self.add_error("end_on", "This is before the start date.")
        if not self.errors and not any(given.get(name) for name in self._CHANGES):
            self.add_error("start_on", "Say what to change: a date, or the Mapping IDs.")
        return given

    _CHANGES = ("start_on", "end_on", "has_no_end", "by_name")

    @property
    def is_for_all(self) -> bool:
        """Whether more than the ticked ones are meant, once it is valid."""
        return bool(self.cleaned_data["scope"] == self.LISTED)

    @property
    def edit(self) -> Edit:
        """What is asked for, once it is valid."""
        given = self.cleaned_data
        return Edit(
            start_on=_iso(given["start_on"]),
            end_on=_iso(given["end_on"]),
            has_no_end=given["has_no_end"],
            by_name=given["by_name"],
        )


class AudienceNameForm(MarkedForm):
    """What people call an audience."""

    edited = ("name",)
    name = forms.CharField(
        label="Name",
        max_length=255,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        error_messages={"required": "Give the audience a name."},
    )


class AudienceAboutForm(MarkedForm):
    """What an audience is for, and the tags that sort it among others."""

    edited = ("description", "tags")
    description = DescriptionField(help_text="Who is in it, or what it is for.")
    tags = forms.CharField(
        required=False,
        # With blanks and commas; what counts is said about each tag.
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=f"Words to find it by, separated by commas; at most {MOST_TAGS}.",
    )

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        return {**super().initial_of(row), "tags": ", ".join(row.tags)}

    def clean_tags(self) -> list[str]:
        typed = tags.distinct(texts=self.cleaned_data["tags"].split(","))
        if (problem := tags.problem(tags=typed)) is not None:
            raise forms.ValidationError(problem)
        return typed

    def difference(self, name: str, typed: Any, now: Any) -> str:
        return super().difference(name, typed, ", ".join(now) if name == "tags" else now)


def person_asked_for(*, data: QueryDict) -> int | str:
    """A profile's key from `profile`, else the e-mail address typed into `email`."""
    return _number(data.get("profile", "")) or _text(data, "email", 320)


class PersonForm(forms.Form):
    """Whom to look up; an address may be any text that an identity may be."""

    email = forms.CharField(
        label="E-mail address",
        max_length=320,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True}),
        help_text="The whole address; capitals and blanks around it do not matter.",
        error_messages={"required": "Enter an e-mail address."},
    )


class ApiKeyForm(forms.Form):
    """What a key is called."""

    name = forms.CharField(
        label="Name of a new key",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Who sends with it, such as the name of a system.",
        error_messages={"required": "Give the key a name."},
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _mapping_row(data: Mapping[str, str], index: int) -> MappingRow:
    when = data.get(f"when-{index}", "")
    return MappingRow(
        # Forms send line breaks as CRLF; a constant may hold some, and blanks at its ends count.
        source=_text(data, f"source-{index}", 600).replace("\r\n", "\n"),
        target=_text(data, f"target-{index}", 600),
        when_empty=when if when in WhenEmpty.values else WhenEmpty.KEEP.value,
    )


def _text(data: Mapping[str, str], name: str, length: int) -> str:
    # PostgreSQL stores no NUL; nobody types one.
    return data.get(name, "").replace("\x00", "")[:length]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
