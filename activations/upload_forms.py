"""What people choose about a file of members; forms only clean it."""

from typing import Any, Final

from django import forms
from django.forms.utils import ErrorDict

from activations.mapping import emails
from activations.queries import sight
from activations.services.uploads import columns
from activations.services.uploads.inspecting import MAX_BYTES, Preview
from activations.services.uploads.lifecycle import EMAIL, Order

_SHOWN: Final = 3
ADD, REPLACE = "add", "replace"
_MODES: Final = (
    (ADD, "Add to it: members stay, those in the file join them or are renewed."),
    (REPLACE, "Replace it: members who are not in the file leave (exited)."),
)


class FileForm(forms.Form):
    """Step Choose file."""

    file = forms.FileField(
        label="CSV file",
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={
                "accept": ".csv,.txt,.tsv,text/csv",
                "autofocus": True,
                "data-max-bytes": MAX_BYTES,
                "data-too-large": "The file is larger than 1 GB; split it into several.",
            }
        ),
        help_text="One person a line, below a header line that names the columns. One column "
        "holds the e-mail address. At most 25 columns and 1 GB.",
        error_messages={"required": "Choose a CSV file."},
    )

    def __init__(self, *args: Any, problem: str = "", **kwargs: Any) -> None:
        """`problem`: why the file that was sent could not be stored."""
        self._problem = problem
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self._problem:
            # Django would only say that no file came.
            self._errors = ErrorDict()
            self.add_error("file", self._problem)


class OrderForm(forms.Form):
    """Step Columns: what each column means, the audience's name, how long members stay."""

    email = forms.TypedChoiceField(
        label="Column with the e-mail address",
        coerce=int,
        empty_value=None,
        help_text="Profiles are known by it. Rows without a valid address are rejected.",
        error_messages={"required": "Choose the column that holds the e-mail addresses."},
    )
    name = forms.CharField(
        label="Audience name",
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give the audience a name."},
    )
    mode = forms.ChoiceField(
        label="The audience has members already",
        choices=_MODES,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happens to the members it has."},
    )
    expiry_days = forms.IntegerField(
        label="Days until members expire",
        min_value=1,
        max_value=90,
        initial=30,
        help_text="1 to 90. After that they exit, unless another file names them again.",
    )

    def __init__(self, *args: Any, preview: Preview, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["mode" if is_new else "name"]
        self._preview = preview
        email = columns.suggest_email(preview=preview)
        field = self.fields["email"]
        assert isinstance(field, forms.TypedChoiceField)
        titles = [(str(index), title) for index, title in enumerate(preview.header)]
        field.choices = [*([] if email is not None else [("", "Choose a column")]), *titles]
        field.initial = email
        paths = columns.suggest_paths(preview=preview, email=email)
        for index, (title, path) in enumerate(zip(preview.header, paths, strict=True)):
            blank = "The e-mail address" if index == email else "Left out"
            seen = sight.shows_attribute(columns.attribute(path=path))
            self.fields[f"path-{index}"] = _path_field(title, path if seen else "", blank)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the rows that are shown, as an editor or a spreadsheet counts them."""
        return self._preview.numbers[:_SHOWN]

    @property
    def odd(self) -> list[int]:
        """The rows between those, which do not fit the header."""
        return [number for number in self._preview.odd if number < self.numbers[-1]]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Every column with its cells and its field, for a table."""
        return [
            {"title": title, "cells": self._cells(index), "field": self[f"path-{index}"]}
            for index, title in enumerate(self._preview.header)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        taken: set[str] = set()
        for index in range(len(self._preview.header)):
            name = f"path-{index}"
            path = "" if index == cleaned.get("email") else cleaned.get(name, "")
            if path and (problem := self._problem(path, taken)):
                self.add_error(name, problem)
            taken.add(path)
        return cleaned

    def order(self) -> Order:
        """What was decided; the form is valid."""
        data = self.cleaned_data
        paths = [data[f"path-{index}"] for index in range(len(self._preview.header))]
        paths[data["email"]] = EMAIL
        return Order(
            name=data.get("name", ""),
            columns=paths,
            expiry_days=data["expiry_days"],
            replaces=data.get("mode") == REPLACE,
        )

    def _cells(self, index: int) -> list[dict[str, Any]]:
        is_email = str(index) == str(self["email"].value())
        texts = (row[index].strip() for row in self._preview.rows)
        return [
            {"row": number, "text": text, "is_wrong": is_email and not emails.is_valid(text)}
            for number, text in zip(self.numbers, texts, strict=False)
        ]

    def _problem(self, path: str, taken: set[str]) -> str:
        if problem := columns.problem(path=path):
            return problem
        if path in taken:
            return "Another column goes there already."
        if conflict := columns.conflict(paths=[*filter(None, taken), path]):
            return conflict
        return "" if sight.shows_attribute(columns.attribute(path=path)) else sight.NOT_YOURS


def _path_field(title: str, path: str, blank: str) -> forms.CharField:
    attributes = {"list": "paths", "autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(
        label=f"Attribute for {title}",
        required=False,
        initial=path,
        max_length=columns.MAX_PATH,
        widget=forms.TextInput(attrs={**attributes, "placeholder": blank}),
    )
