"""What people type and tick about labels and data usage policies; forms only clean it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from activations.governance import attributes, labels
from activations.governance.labels import Label
from activations.mapping.paths import PathProblem, parse_source
from activations.models import ConsentPolicy, Policy
from activations.queries import labels as label_queries
from activations.queries import policies
from activations.terms import LabelMatch, SourceKind
from connections.edit_forms import MarkedForm
from connections.forms import ActionsForm


@dataclass(frozen=True, slots=True)
class Section:
    """The boxes of one category of labels."""

    name: str
    boxes: list[tuple[Any, Label]]


class LabelsForm(MarkedForm):
    """The labels of an attribute that has some."""

    edited: ClassVar[tuple[str, ...]] = ("labels",)
    labels = forms.MultipleChoiceField(
        label="Labels",
        choices=[(label.code, label.code) for label in labels.LABELS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one label."},
    )

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
            for category in labels.CATEGORIES
        ]


class NewLabelsForm(LabelsForm):
    """An attribute and its first labels."""

    path = forms.CharField(
        label="Attribute",
        max_length=attributes.LONGEST + 20,
        widget=forms.TextInput(
            attrs={
                "autofocus": True,
                "autocomplete": "off",
                "spellcheck": "false",
                "list": "paths",
                "placeholder": "loyalty.tier",
            }
        ),
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
        if label_queries.is_labelled(path=path):
            raise forms.ValidationError(
                "This attribute has labels already: edit them in the list.", code="taken"
            )
        return path


class PolicyForm(LabelsForm, ActionsForm):
    """A data usage policy; its labels and any of its marketing actions do not go together."""

    edited = ("name", "description", "labels", "label_match", "marketing_actions")
    name = forms.CharField(
        label="Name",
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        help_text="Whoever breaks it reads this name.",
        error_messages={"required": "Give the policy a name."},
    )
    description = forms.CharField(
        label="Description",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Why it is there, such as the contract behind it.",
    )
    label_match = forms.ChoiceField(
        label="What is mapped must carry",
        choices=[
            (LabelMatch.ANY, "any of the labels"),
            (LabelMatch.ALL, "all of the labels, on one attribute or on several"),
        ],
        initial=LabelMatch.ANY,
        widget=forms.RadioSelect,
    )
    field_order = ("name", "description", "labels", "label_match", "marketing_actions", "seen")

    def __init__(self, *args: Any, policy: Policy | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy = policy
        field = self.fields["marketing_actions"]
        field.required = True
        field.error_messages["required"] = "Tick at least one marketing action."

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if policies.is_name_taken(name=name, besides=self.policy):
            raise forms.ValidationError("Another policy has this name.", code="taken")
        return name


class AcceptedField(forms.CharField):
    """Values between commas, each once."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        parts = (part.strip() for part in super().clean(value).split(","))
        return list(dict.fromkeys(part for part in parts if part))


class ConsentPolicyForm(LabelsForm, ActionsForm):
    """If a destination has the marketing actions and labels, a profile must hold the consent."""

    edited = (
        *("name", "description", "marketing_actions", "labels", "label_match"),
        *("path", "accepted"),
    )
    name = forms.CharField(
        label="Name",
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        help_text="It stands beside each profile that is not sent because of it.",
        error_messages={"required": "Give the policy a name."},
    )
    description = forms.CharField(
        label="Description",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Why it is there, such as the law or the promise behind it.",
    )
    label_match = forms.ChoiceField(
        label="With labels, what is mapped must carry",
        choices=[
            (LabelMatch.ANY, "any of the labels"),
            (LabelMatch.ALL, "all of the labels, on one attribute or on several"),
        ],
        initial=LabelMatch.ANY,
        widget=forms.RadioSelect,
    )
    path = forms.CharField(
        label="Attribute",
        max_length=attributes.LONGEST + 20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "list": "paths",
                "placeholder": "consents.marketing.any.val",
            }
        ),
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
    field_order = (
        *("name", "description", "marketing_actions", "labels", "label_match"),
        *("path", "accepted", "seen"),
    )

    def __init__(self, *args: Any, policy: ConsentPolicy | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy = policy
        self.fields["labels"].required = False

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if policies.is_consent_name_taken(name=name, besides=self.policy):
            raise forms.ValidationError("Another consent policy has this name.", code="taken")
        return name

    def clean_path(self) -> str:
        typed = self.cleaned_data["path"].strip()
        try:
            source = parse_source(typed if ":" in typed else f"xdm: {typed}")
        except PathProblem as problem:
            raise forms.ValidationError(problem.message, code="no-path") from None
        if source.kind != SourceKind.ATTRIBUTE:
            raise forms.ValidationError("A consent stands in an attribute.", code="no-attribute")
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
