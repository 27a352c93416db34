"""What people type and tick about alerts; forms only clean it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.html import escape

from connections.alert_rules import RULES, Rule
from connections.edit_forms import MarkedForm
from connections.forms import ActionsForm, NameForm, TriggersForm
from connections.models import Destination, Webhook
from connections.queries import alert_rules
from connections.queries.alert_rules import Standing
from connections.subscriptions import Choice
from connections.webhook_hosts import HostList, NotAllowed

# Beside the codes of rules, none of which is this word.
_EMAIL = "e-mail"


class RulesField(forms.MultipleChoiceField):
    """Boxes to tick, one for each rule."""

    def __init__(self, *, required_message: str = "", **kwargs: Any) -> None:
        gone = "An alert you ticked does not exist any more. Look at what is left here."
        super().__init__(
            choices=[(rule.code, rule.name) for rule in RULES],
            widget=forms.CheckboxSelectMultiple,
            required=bool(required_message),
            error_messages={"invalid_choice": gone, "required": required_message},
            **kwargs,
        )


class SubscriptionForm(forms.Form):
    """Which rules a person hears of at one destination, and whether also by e-mail."""

    rules = RulesField(label="Alerts")
    has_email = forms.BooleanField(label="Also by e-mail", required=False)
    # What it opened with: codes, and _EMAIL, with commas between them.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _explain_email(self.fields["has_email"], address)
        ticked = [*self.initial["rules"], *([_EMAIL] if self.initial["has_email"] else [])]
        self.initial["seen"] = ",".join(ticked)

    @property
    def choice(self) -> Choice:
        """What `subscriptions.choose` takes."""
        return _choice(self)

    @property
    def seen_choice(self) -> Choice | None:
        """What the person had before them; None where the form was not opened in a page."""
        if "seen" not in self.data:
            return None
        ticked = frozenset(self.cleaned_data["seen"].split(",")) - {""}
        return Choice(ticked - {_EMAIL}, _EMAIL in ticked)

    @property
    def boxes(self) -> list[tuple[Any, Standing]]:
        """Each box to tick with the rule it stands for, as that stands now."""
        return _boxes(self)


class DetailsForm(NameForm, ActionsForm, TriggersForm):
    """Step Details: what it is, when it activates, and the alerts the person hears of."""

    rules = RulesField(label="Alerts")
    has_email = forms.BooleanField(label="Also by e-mail", required=False)

    def __init__(self, *args: Any, address: str, destination: Destination, **kwargs: Any) -> None:
        super().__init__(*args, destination=destination, **kwargs)
        _explain_email(self.fields["has_email"], address)

    @property
    def details(self) -> dict[str, Any]:
        """What `destinations.set_up` takes."""
        names = ("name", "description", "marketing_actions", "activation_triggers")
        return {name: self.cleaned_data[name] for name in names}

    @property
    def choice(self) -> Choice:
        """What `subscriptions.choose` takes."""
        return _choice(self)

    @property
    def boxes(self) -> list[tuple[Any, Standing]]:
        """Each box to tick with the rule it stands for, as that stands now."""
        return _boxes(self)


class ThresholdForm(MarkedForm):
    """From when on a rule is an alert; within bounds."""

    edited = ("threshold",)
    threshold = forms.DecimalField(
        label="Threshold", decimal_places=1, error_messages={"required": "Enter a number."}
    )

    def __init__(self, *args: Any, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits, field = rule.threshold, self.fields["threshold"]
        assert limits is not None, "only a rule with a threshold is edited"
        field.label = f"Threshold in {limits.unit}"
        field.widget.attrs |= {
            "min": str(limits.lowest),
            "max": str(limits.highest),
            "step": str(limits.step),
            "autofocus": True,
        }
        field.help_text = f"From {limits.lowest:f} to {limits.highest:f} {limits.unit}."
        self._limits = limits

    def clean_threshold(self) -> Decimal:
        value: Decimal = self.cleaned_data["threshold"]
        limits = self._limits
        if not limits.lowest <= value <= limits.highest:
            raise forms.ValidationError(
                f"Choose a number from {limits.lowest:f} to {limits.highest:f}.", code="bounds"
            )
        if value % limits.step:
            raise forms.ValidationError("Choose a whole number.", code="step")
        return value


class WebhookForm(forms.Form):
    """Name and address of a webhook, and the rules it hears of."""

    name = forms.CharField(
        label="Name", max_length=200, error_messages={"required": "Give the webhook a name."}
    )
    url = forms.CharField(
        label="Address",
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://hooks.example.org/alerts"}),
        error_messages={"required": "Enter the address that is called."},
    )
    rules = RulesField(label="Alerts", required_message="Tick at least one alert it hears of.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hosts = sorted(f"{host}:{port}" for host, port in _hosts().hosts)
        self.fields["url"].help_text = f"On one of these hosts: {', '.join(map(escape, hosts))}."

    @property
    def boxes(self) -> list[tuple[Any, Standing]]:
        """Each box to tick with the rule it stands for, as that stands now."""
        return _boxes(self)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Webhook.objects.filter(name=name).exists():
            raise forms.ValidationError("Another webhook has this name.", code="taken")
        return name

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            _hosts().target(url)
        except NotAllowed as problem:
            raise forms.ValidationError(str(problem), code="not-allowed") from None
        return url


def _boxes(form: forms.Form) -> list[tuple[Any, Standing]]:
    standings = alert_rules.standings()
    return [(box, standings[str(box.data["value"])]) for box in form["rules"]]


def _choice(form: forms.Form) -> Choice:
    cleaned = form.cleaned_data
    return Choice(codes=frozenset(cleaned["rules"]), has_email=cleaned["has_email"])


def _hosts() -> HostList:
    return HostList.read(settings.WEBHOOK_HOSTS)


def _explain_email(field: forms.Field, address: str) -> None:
    """Cannot be ticked where no e-mail would come."""
    # Help texts are shown as markup; an address is somebody's own words.
    field.help_text = f"To {escape(address)}."
    if not settings.EMAIL_IS_ON:
        field.help_text = "E-mail is off in this installation (EMAIL_URL is not set)."
    elif not address:
        field.help_text = "You have no e-mail address here yet."
    field.disabled = not (settings.EMAIL_IS_ON and address)
