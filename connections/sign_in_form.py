"""The name and password somebody signs in with; each pair that is compared is a try."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from connections import client_addresses, known_browsers, tries


class SignInForm(AuthenticationForm):
    """`made` is None until both boxes are filled: what is not compared is no try.

    It says the same of a name that nobody has.
    """

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._at = at
        self.made: tries.Try | None = None

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("username") and self.cleaned_data.get("password"):
            self.made = tries.begin(counted=self._counted(), at=self._at)
            if self.made.is_refused:
                raise forms.ValidationError(_too_early(self.made), code="slowed")
        try:
            return super().clean()
        except forms.ValidationError as wrong:
            if self.made is not None and self.made.next_wait:
                raise forms.ValidationError([wrong, _slowed(self.made)]) from None
            raise

    def _counted(self) -> tuple[tries.Counted, ...]:
        assert self.request is not None, "the view hands it on"
        name = self.cleaned_data["username"]
        if browser := known_browsers.of(request=self.request, name=name):
            return (tries.by_browser(browser=browser),)
        address = client_addresses.of(request=self.request)
        return tries.in_new_browser(name=name, address=address, at=self._at)


def _too_early(made: tries.Try) -> str:
    wait = tries.in_words(wait=made.wait)
    return (
        f"There were too many wrong tries, so this one was not looked at. Wait {wait}, then "
        "enter the password again."
    )


def _slowed(made: tries.Try) -> str:
    wait = tries.in_words(wait=made.next_wait)
    return f"There were several wrong tries: the next one has to wait {wait}."
