"""What people type about accounts, destinations and themselves; forms only clean it."""

from copy import copy
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import SetPasswordForm

from connections import activation_triggers, linking
from connections.activation_triggers import TRIGGERS, Trigger
from connections.marketing_actions import ACTIONS, MarketingAction, named, ordered
from connections.models import Account, Destination
from connections.name_fields import DescriptionField, NameField, SignInNameField
from connections.queries import accounts, destinations
from connections.zendesk.credential import checked_token, token_warning

EXISTING, NEW = "existing", "new"
# Posted beside the boxes, of which a browser posts none where none is ticked.
TRIGGERS_SHOWN = "triggers_shown"
NO_TOKEN = "Enter the token of your Zendesk account."  # noqa: S105


class TokenField(forms.CharField):
    """A Bearer Token: never rendered back, never kept by the browser."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.PasswordInput(
            render_value=False,
            attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True},
        )
        messages = {"required": NO_TOKEN}
        super().__init__(
            label="Bearer Token",
            max_length=4000,
            widget=widget,
            error_messages=messages,
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        token = _bare(super().clean(value) or "")
        if token:
            try:
                checked_token(token=token)
            except ValueError as problem:
                raise forms.ValidationError(
                    f"This cannot be a token: {problem}.", code="malformed"
                ) from None
        return token


class ConnectForm(forms.Form):
    """Step Authenticate: an account that exists, or a new one with its token."""

    mode = forms.ChoiceField(choices=[(EXISTING, ""), (NEW, "")], widget=forms.HiddenInput)
    account = forms.ModelChoiceField(
        label="Account",
        queryset=Account.objects.none(),
        to_field_name="uuid",
        required=False,
        empty_label="Choose an account",
    )
    token = TokenField(required=False)
    account_name = forms.CharField(
        label="Account name",
        max_length=200,
        required=False,
        help_text="How you will recognise this Zendesk account later.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = accounts.choices()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("mode") == EXISTING and not cleaned.get("account"):
            self.add_error("account", "Choose an account.")
        if cleaned.get("mode") == NEW:
            self._clean_new(cleaned)
        return cleaned

    def _clean_new(self, cleaned: dict[str, Any]) -> None:
        name = cleaned.get("account_name") or accounts.free_name(wanted="Zendesk")
        if accounts.is_name_taken(name=name):
            self.add_error("account_name", "Another account has this name.")
        cleaned["account_name"] = name
        if not cleaned.get("token") and "token" not in self.errors:
            self.add_error("token", NO_TOKEN)

    @property
    def token_warning(self) -> str:
        """Words when the token does not look like one of Zendesk's."""
        return _token_warning(self)

    def take_refusal(self, link: linking.Link) -> None:
        """Shows beside the right field what can be put right there."""
        if link.code == "name-taken":
            self.add_error("account_name", link.problem)
        elif link.is_refused:
            is_new = self.cleaned_data["mode"] == NEW
            self.add_error("token" if is_new else "account", link.problem)

    @property
    def choice(self) -> linking.Choice:
        """What to link to."""
        cleaned = self.cleaned_data
        if cleaned["mode"] == EXISTING:
            return linking.ExistingAccount(account=cleaned["account"])
        return linking.NewAccount(name=cleaned["account_name"], token=cleaned["token"])


def connect_initial(*, destination: Destination, wanted: str) -> dict[str, Any]:
    """How the form opens: as `wanted`, else with whatever is less to type."""
    known = list(accounts.choices()[:2])
    if wanted not in (EXISTING, NEW):
        wanted = EXISTING if known else NEW
    account = destination.account or (known[0] if len(known) == 1 else None)
    return {
        "mode": wanted,
        "account": account.uuid if account else None,
        "account_name": accounts.free_name(wanted="Zendesk"),
    }


class NewTokenForm(forms.Form):
    """Another token for an account that exists."""

    token = TokenField()

    def take_refusal(self, link: linking.Link) -> None:
        """Shows beside the field what can be put right there."""
        if link.is_refused:
            self.add_error("token", link.problem)

    @property
    def token_warning(self) -> str:
        """Words when the token does not look like one of Zendesk's."""
        return _token_warning(self)


def _token_warning(form: forms.Form) -> str:
    token = _bare(form.data.get("token", "")) if form.is_bound else ""
    return (token_warning(token=token) or "") if token else ""


def _bare(text: str) -> str:
    """Without the blanks around it, and without the word before it in a copied header."""
    text = text.strip()
    return text[7:].strip() if text[:7].casefold() == "bearer " else text


class NameForm(forms.Form):
    """Name and description of a destination; `has_focus` where nothing else is on the page."""

    name = NameField(
        thing="destination", help_text="A name by which you will recognise this destination."
    )
    description = DescriptionField(help_text="What this destination is for.")

    def __init__(
        self, *args: Any, destination: Destination, has_focus: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.destination = destination
        self.fields["name"].widget.attrs["autofocus"] = has_focus

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if destinations.is_name_taken(name=name, besides=self.destination):
            raise forms.ValidationError("Another destination has this name.", code="taken")
        return name


class ActionsForm(forms.Form):
    """What the data of a destination is meant for."""

    marketing_actions = forms.MultipleChoiceField(
        label="Marketing actions",
        choices=[(action.code, action.name) for action in ACTIONS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_marketing_actions(self) -> list[str]:
        return ordered(codes=self.cleaned_data["marketing_actions"])

    @property
    def action_boxes(self) -> list[tuple[Any, MarketingAction]]:
        """Each box to tick with the action it stands for."""
        return list(zip(self["marketing_actions"], ACTIONS, strict=True))

    @property
    def chosen_actions(self) -> list[str]:
        """The names of those that are ticked."""
        return named(codes=self["marketing_actions"].value() or ())


class TriggersForm(forms.Form):
    """When to activate: which changes of a profile a destination exports."""

    activation_triggers = forms.MultipleChoiceField(
        label="When to activate",
        choices=[(trigger.code, trigger.name) for trigger in TRIGGERS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Keep at least one on. To send nothing, disable the destination."
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and not self.data.keys() & {"activation_triggers", TRIGGERS_SHOWN}:
            # The page has no such boxes, since it was opened before an upgrade: what is on stays.
            typed: Any = copy(self.data)
            typed.setlist("activation_triggers", self.initial.get("activation_triggers", ()))
            self.data = typed

    def clean_activation_triggers(self) -> list[str]:
        return activation_triggers.ordered(codes=self.cleaned_data["activation_triggers"])

    @property
    def trigger_boxes(self) -> list[tuple[Any, Trigger]]:
        """Each box to tick with the trigger it stands for."""
        return list(zip(self["activation_triggers"], TRIGGERS, strict=True))

    @property
    def triggers_off(self) -> list[str]:
        """The names of those that are not ticked."""
        return activation_triggers.off(codes=self["activation_triggers"].value() or ())


class WelcomeForm(SetPasswordForm):  # type: ignore[type-arg]
    """The first person's name and password, after the one-time link."""

    username = SignInNameField(widget=forms.TextInput(attrs={"autofocus": True}))
    field_order = ("username", "new_password1", "new_password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "new_password1"
        ].help_text = "At least 12 characters; nothing common, and nothing like your name."
        self.fields["new_password2"].help_text = ""

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        people = get_user_model().objects.exclude(pk=self.user.pk)
        if people.filter(username__iexact=username).exists():
            raise forms.ValidationError("Somebody else has this name.", code="taken")
        self.user.username = username
        return username
