"""Getting in by a one-time link, and choosing the name and password for the next time."""

import math
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from connections import client_addresses, entrance, known_browsers, sign_in, tries
from connections.forms import WelcomeForm
from connections.permissions import open_to_everybody, open_to_members
from connections.sign_in import Denial
from connections.sign_in_form import SignInForm


@method_decorator(open_to_everybody, name="dispatch")
class SignIn(LoginView):
    """The sign-in page. A part of a page that asks for itself after the session ended is sent here
    whole: else the form would appear inside that part, or a save would be lost without a word.
    """

    redirect_authenticated_user = True
    authentication_form = SignInForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
        if htmx and not request.user.is_authenticated:
            query = urlencode({"next": htmx.current_url_abs_path or "/"})
            return HttpResponseClientRedirect(f"{reverse('login')}?{query}")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "at": timezone.now()}

    def form_valid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        answer = super().form_valid(form)
        assert form.made is not None, "nobody signs in without a try"
        tries.forgive(made=form.made)
        sign_in.note_entry(user=form.get_user())
        known_browsers.remember(response=answer, user=form.get_user())
        return answer

    def form_invalid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        answer = super().form_invalid(form)
        if form.made is not None:
            _note_denied(form.cleaned_data["username"], form.made)
            _slow_down(answer, form.made)
        return answer


@method_decorator(open_to_members, name="dispatch")
class SignOut(LogoutView):
    """The way out."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        assert request.user.is_authenticated, "LoginRequiredMiddleware lets nobody else through"
        sign_in.note_exit(user=request.user)
        return super().post(request, *args, **kwargs)


_FORGOTTEN = (
    "You came in by a link. If you forgot your password, choose a new one under Your settings "
    "within an hour: the old one is not asked for."
)


@open_to_everybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def redeem(request: HttpRequest, secret: str) -> HttpResponse:
    """A link from the server lets in at once; an invitation when its button is pressed."""
    if request.method == "HEAD":
        # Whoever only looks whether the link is there (a preview, a scanner) must not use it up.
        return HttpResponse()
    now = timezone.now()
    link = sign_in.find(secret=secret)
    is_open = link is not None and sign_in.works(link=link, at=now)
    if link is not None and is_open and link.is_invitation and request.method == "GET":
        return render(request, "registration/invited.html", {"person": link.user})
    user = sign_in.redeem(secret=secret, at=now) if is_open else None
    if user is None:
        made = _dead_link(request, now)
        if made.is_noted:
            sign_in.note_dead_link(link=link, at=now)
        return _refuse_link(request, made)
    login(request, user)
    entrance.note_link(session=request.session, at=now)
    if user.has_usable_password():
        messages.info(request, _FORGOTTEN)
    answer = redirect("home" if user.has_usable_password() else "welcome")
    known_browsers.remember(response=answer, user=user)
    return answer


@open_to_members
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert user.is_authenticated, "LoginRequiredMiddleware lets nobody else through"
    if user.has_usable_password():
        return redirect("home")
    form = WelcomeForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        sign_in.keep_password(save=form.save)
        update_session_auth_hash(request, form.user)
        entrance.forget(session=request.session)
        messages.success(request, f"From now on you sign in as {form.user.get_username()}.")
        return redirect("home")
    return render(request, "connections/welcome.html", {"form": form})


def _note_denied(name: str, made: tries.Try) -> None:
    if made.is_noted:
        denial = Denial.TOO_EARLY if made.is_refused else Denial.WRONG
        sign_in.note_denied(name=name, denial=denial, at=timezone.now())


def _dead_link(request: HttpRequest, now: datetime) -> tries.Try:
    """Counted for the address as a wrong password is. One that works is never made to wait: there
    is nothing to guess, and it is the way in for whoever has to wait otherwise.
    """
    address = client_addresses.of(request=request)
    return tries.begin(counted=[tries.by_address(address=address)], at=now)


def _refuse_link(request: HttpRequest, made: tries.Try) -> HttpResponse:
    context = {"wait": tries.in_words(wait=made.wait)} if made.is_refused else {}
    answer = render(request, "registration/link_invalid.html", context, status=410)
    _slow_down(answer, made)
    return answer


def _slow_down(answer: HttpResponse, made: tries.Try) -> None:
    """What came too early says until when, for programs too."""
    if made.is_refused:
        answer.status_code = 429
        answer["Retry-After"] = str(math.ceil(made.wait.total_seconds()))
