"""What people type about people; forms only clean it."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.models import Group, User

from connections.edit_forms import MarkedForm
from connections.name_fields import SignInNameField
from connections.queries import people, roles

PASSWORD_HELP = "At least 12 characters; nothing common, and nothing like your name."  # noqa: S105
BROWSERS_ZONE = "As this browser has it"
EMAIL_TAKEN = "Somebody else has this address."


class RolesForm(forms.Form):
    """Which roles a person has."""

    roles = forms.ModelMultipleChoiceField(
        label="Roles",
        queryset=Group.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Without a role a person sees only their settings.",
        error_messages={
            "invalid_choice": "A role you ticked was deleted meanwhile. Look at what is left here."
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["roles"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = roles.choices()


class PersonRolesForm(MarkedForm, RolesForm):
    """The roles of somebody who is here."""

    edited = ("roles",)

    @property
    def values(self) -> dict[str, Any]:
        return {"roles": tuple(sorted(role.pk for role in self.cleaned_data["roles"]))}

    def difference(self, name: str, typed: Any, now: Any) -> str:
        names = [f"“{role}”" for role in roles.choices() if role.pk in now]
        return f"now they are {', '.join(names)}." if names else "now there is none."


class InviteForm(RolesForm):
    """Whom to invite."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "off"}),
        error_messages={"required": "Enter the e-mail address of the person to invite."},
    )
    field_order = ("email", "roles")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if people.is_email_taken(email=email):
            raise forms.ValidationError("Somebody with this address is here already.", code="taken")
        return email


class SettingsForm(MarkedForm):
    """What a person says about themselves; two tabs of one browser are two people here."""

    edited = ("username", "email", "time_zone", "has_shortcuts")
    username = SignInNameField()
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    time_zone = forms.ChoiceField(
        label="Time zone",
        required=False,
        help_text="All times are shown in it; the exact UTC is there when you point at one.",
    )
    has_shortcuts = forms.BooleanField(
        label="Keyboard shortcuts",
        required=False,
        help_text="The key / leads to the search. Switched off, only Ctrl+K does.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        field = self.fields["time_zone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", BROWSERS_ZONE), *_zones()]

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if people.is_name_taken(name=username, besides=self.user):
            raise forms.ValidationError("Somebody else has this name.", code="taken")
        return username

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email and people.is_email_taken(email=email, besides=self.user):
            raise forms.ValidationError(EMAIL_TAKEN, code="taken")
        return email

    def difference(self, name: str, typed: Any, now: Any) -> str:
        if name == "has_shortcuts":
            return f"now they are {'on' if now else 'off'}."
        shown = BROWSERS_ZONE if name == "time_zone" and not now else now
        return super().difference(name, typed, shown)


def password_form(*, user: User, data: Any, is_by_link: bool = False) -> "SetPasswordForm[User]":
    """The old one is asked for where there is one, but not of who came by a link."""
    is_asked = user.has_usable_password() and not is_by_link
    kind = PasswordChangeForm if is_asked else SetPasswordForm
    form: SetPasswordForm[User] = kind(user, data)
    form.fields["new_password1"].help_text = PASSWORD_HELP
    form.fields["new_password2"].help_text = ""
    return form


def _zones() -> list[tuple[str, str]]:
    """By place; without the old spellings that other names replaced."""
    named = sorted(zone for zone in available_timezones() if "/" in zone)
    places = [zone for zone in named if not zone.startswith(("Etc/", "SystemV/", "posix/"))]
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places)]
