"""Getting in by a one-time link, and choosing the name and password for the next time."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
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

from connections import sign_in
from connections.forms import WelcomeForm
from connections.permissions import open_to_everybody, open_to_members


@method_decorator(open_to_everybody, name="dispatch")
class SignIn(LoginView):
    """The sign-in page. A part of a page that asks for itself after the session ended is sent here
    whole: else the form would appear inside that part, or a save would be lost without a word.
    """

    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
        if htmx and not request.user.is_authenticated:
            query = urlencode({"next": htmx.current_url_abs_path or "/"})
            return HttpResponseClientRedirect(f"{reverse('login')}?{query}")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        sign_in.note_entry(user=form.get_user())
        return answer


@method_decorator(open_to_members, name="dispatch")
class SignOut(LogoutView):
    """The way out."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        assert request.user.is_authenticated, "LoginRequiredMiddleware lets nobody else through"
        sign_in.note_exit(user=request.user)
        return super().post(request, *args, **kwargs)


BACKEND = "django.contrib.auth.backends.ModelBackend"


@open_to_everybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def redeem(request: HttpRequest, secret: str) -> HttpResponse:
    """A link from the server lets in at once; an invitation when its button is pressed."""
    if request.method == "HEAD":
        # Whoever only looks whether the link is there (a preview, a scanner) must not use it up.
        return HttpResponse()
    now = timezone.now()
    if request.method == "GET" and (invited := sign_in.invited(secret=secret, at=now)):
        return render(request, "registration/invited.html", {"person": invited})
    user = sign_in.redeem(secret=secret, at=now)
    if user is None:
        return render(request, "registration/link_invalid.html", status=410)
    login(request, user, backend=BACKEND)
    if user.has_usable_password():
        return redirect("home")
    return redirect("welcome")


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
        messages.success(request, f"From now on you sign in as {form.user.get_username()}.")
        return redirect("home")
    return render(request, "connections/welcome.html", {"form": form})
