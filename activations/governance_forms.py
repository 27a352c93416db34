"""What people type and tick about labels and data usage policies; forms only clean it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from activations.governance import attributes, labels
from activations.governance.labels import Label
from activations.mapping.paths import PathProblem, parse_source
from activations.models import ConsentPolicy, Policy
from activations.models.governance import PolicyBase
from activations.queries import custom_labels, policies, sight
from activations.queries import labels as label_queries
from activations.terms import LabelMatch, SourceKind
from connections.edit_forms import MarkedForm
from connections.forms import ActionsForm
from connections.name_fields import DescriptionField, NameField


@dataclass(frozen=True, slots=True)
class Section:
    """The boxes of one category of labels."""

    name: str
    boxes: list[tuple[Any, Label]]


class PathField(forms.CharField):
    """A dotted XDM path; the page suggests some in its list `paths`."""

    def __init__(self, *, example: str, has_focus: bool = False, **more: Any) -> None:
        hints = {"autocomplete": "off", "spellcheck": "false", "placeholder": example}
        attrs = {**hints, "list": "paths", "autofocus": has_focus}
        super().__init__(
            label="Attribute",
            max_length=attributes.LONGEST + 20,
            widget=forms.TextInput(attrs=attrs),
            **more,
        )


def _demand_seen(path: str) -> None:
    """One answer, whether profiles hold it, it carries labels, or a policy asks for it."""
    if not sight.shows_path(path):
        raise forms.ValidationError(sight.NOT_YOURS, code="hidden")


class LabelsForm(MarkedForm):
    """The labels of an attribute that has some."""

    edited: ClassVar[tuple[str, ...]] = ("labels",)
    labels = forms.MultipleChoiceField(
        label="Labels",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one label."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known = custom_labels.every()
        field: Any = self.fields["labels"]
        field.choices = [(label.code, label.code) for label in self._known]

    def clean_labels(self) -> list[str]:
        return labels.ordered(codes=self.cleaned_data["labels"])

    def difference(self, name: str, typed: Any, now: Any) -> str:
        if name != "labels":
            return super().difference(name, typed, now)
        return f"now they are {', '.join(now)}."

    def take_refusal(self, sentences: Sequence[str]) -> None:
        """Shows beside the labels what would be broken."""
        for sentence in sentences:
            self.add_error("labels", sentence)

    @property
    def sections(self) -> list[Section]:
        """Each box to tick with the label it stands for, by category."""
        boxes = {box.data["value"]: box for box in self["labels"]}
        return [
            Section(category.name, [(boxes[label.code], label) for label in category.labels])
            for category in self._known.categories
        ]


class AudienceLabelsForm(LabelsForm):
    """The labels of an audience, if any."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["labels"].required = False

    def difference(self, name: str, typed: Any, now: Any) -> str:
        return super().difference(name, typed, now) if now else "now there is none."


class NewLabelsForm(LabelsForm):
    """An attribute and its first labels."""

    path = PathField(
        example="loyalty.tier",
        has_focus=True,
        help_text=(
            "A dotted XDM path. The labels hold for everything below it too. Identities are at"
            " identityMap.Email and the like."
        ),
        error_messages={"required": "Enter the path of an attribute."},
    )
    field_order = ("path", "labels", "seen")

    def clean_path(self) -> str:
        try:
            path = attributes.parse(self.cleaned_data["path"])
        except PathProblem as problem:
            raise forms.ValidationError(problem.message, code="no-path") from None
        _demand_seen(path)
        if label_queries.is_labelled(path=path):
            raise forms.ValidationError(
                "This attribute has labels already: edit them in the list.", code="taken"
            )
        return path


class LabelMatchField(forms.ChoiceField):
    """How many of a policy's labels are needed."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            choices=[
                (LabelMatch.ANY, "any of the labels"),
                (LabelMatch.ALL, "all of the labels, on one attribute or on several"),
            ],
            initial=LabelMatch.ANY,
            widget=forms.RadioSelect,
            **more,
        )


class NamedPolicyForm(LabelsForm, ActionsForm):
    """What policies of both kinds have; no other of its kind has the same name."""

    kind: ClassVar[type[PolicyBase]]

    def __init__(self, *args: Any, policy: PolicyBase | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy = policy

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if policies.is_name_taken(kind=self.kind, name=name, besides=self.policy):
            words = f"Another {self.kind._meta.verbose_name} has this name."
            raise forms.ValidationError(words, code="taken")
        return name


class PolicyForm(NamedPolicyForm):
    """A data usage policy; its labels and any of its marketing actions do not go together."""

    kind = Policy
    edited = ("name", "description", "labels", "label_match", "marketing_actions")
    name = NameField(thing="policy", help_text="Whoever breaks it reads this name.")
    description = DescriptionField(help_text="Why it is there, such as the contract behind it.")
    label_match = LabelMatchField(label="What is mapped must carry")
    field_order = (*edited, "seen")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["marketing_actions"]
        field.required = True
        field.error_messages["required"] = "Tick at least one marketing action."


class AcceptedField(forms.CharField):
    """Values between commas, each once."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        parts = (part.strip() for part in super().clean(value).split(","))
        return list(dict.fromkeys(part for part in parts if part))


class ConsentPolicyForm(NamedPolicyForm):
    """If a destination has the marketing actions and labels, a profile must hold the consent."""

    kind = ConsentPolicy
    edited = (
        *("name", "description", "marketing_actions", "labels", "label_match"),
        *("path", "accepted"),
    )
    name = NameField(
        thing="policy", help_text="It stands beside each profile that is not sent because of it."
    )
    description = DescriptionField(
        help_text="Why it is there, such as the law or the promise behind it."
    )
    label_match = LabelMatchField(label="With labels, what is mapped must carry")
    path = PathField(
        example="consents.marketing.any.val",
        help_text="A dotted XDM path. A profile that holds nothing there does not consent.",
        error_messages={"required": "Enter the path of the attribute that holds the consent."},
    )
    accepted = AcceptedField(
        label="Required value",
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "y"}),
        help_text="Exactly as profiles hold it. With commas between several, any of them will do.",
        error_messages={"required": "Enter the value that means consent."},
    )
    field_order = (*edited, "seen")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["labels"].required = False

    def clean_path(self) -> str:
        typed = self.cleaned_data["path"].strip()
        try:
            source = parse_source(typed if ":" in typed else f"xdm: {typed}")
        except PathProblem as problem:
            raise forms.ValidationError(problem.message, code="no-path") from None
        if source.kind != SourceKind.ATTRIBUTE:
            raise forms.ValidationError("A consent stands in an attribute.", code="no-attribute")
        _demand_seen(source.path)
        return source.path

    def clean_accepted(self) -> list[str]:
        accepted: list[str] = self.cleaned_data["accepted"]
        if not accepted:
            raise forms.ValidationError("Enter the value that means consent.", code="required")
        return accepted

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        conditions = "marketing_actions", "labels"
        if all(self.cleaned_data.get(name) == [] for name in conditions):
            self.add_error("marketing_actions", "Tick a marketing action or a label.")
        return data

    def difference(self, name: str, typed: Any, now: Any) -> str:
        if name in ("labels", "accepted"):
            return f"now they are {', '.join(now)}." if now else "now there is none."
        return super().difference(name, typed, now)
