"""Getting in by a one-time link, and choosing the name and password for the next time."""

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from connections import sign_in
from connections.forms import WelcomeForm

BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@login_not_required
@require_safe
def redeem(request: HttpRequest, secret: str) -> HttpResponse:
    user = sign_in.redeem(secret=secret, at=timezone.now())
    if user is None:
        return render(request, "registration/link_invalid.html", status=410)
    login(request, user, backend=BACKEND)
    if user.has_usable_password():
        return redirect("connections:catalog")
    return redirect("welcome")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert user.is_authenticated, "LoginRequiredMiddleware lets nobody else through"
    if user.has_usable_password():
        return redirect("connections:catalog")
    form = WelcomeForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, form.user)
        messages.success(request, f"From now on you sign in as {form.user.get_username()}.")
        return redirect("connections:catalog")
    return render(request, "connections/welcome.html", {"form": form})
