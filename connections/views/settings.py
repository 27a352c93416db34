"""What everybody may change about themselves: name, time zone, password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from connections import entrance, people, sign_in
from connections.marks import ChangedMeanwhile
from connections.people_forms import SettingsForm, password_form
from connections.permissions import open_to_members
from connections.queries import people as queries


@open_to_members
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    user = _somebody(request)
    initial = SettingsForm.initial_of(queries.own_settings(user_id=user.pk))
    form = SettingsForm(request.POST or None, user=user, initial=initial)
    if form.is_valid() and _is_saved(user, form):
        messages.success(request, "Your settings were saved.")
        return redirect("connections:settings")
    roles = sorted(role.name for role in user.groups.all())
    has_any = roles or user.is_superuser
    context = {
        "form": form,
        "roles": roles,
        "whom_to_ask": "" if has_any else queries.whom_to_ask(),
    }
    return render(request, "connections/settings.html", context)


@open_to_members
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    is_by_link = entrance.is_by_link(session=request.session, at=timezone.now())
    form = password_form(user=_somebody(request), data=request.POST or None, is_by_link=is_by_link)
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, sign_in.keep_password(save=form.save))
        entrance.forget(session=request.session)
        messages.success(request, "Your password was changed. Other browsers were signed out.")
        return redirect("connections:settings")
    return render(request, "connections/password.html", {"form": form})


def _is_saved(user: User, form: SettingsForm) -> bool:
    """Whether the settings could be kept; the form says why not."""
    try:
        people.save_settings(user=user, values=form.values, seen=form.seen_mark)
    except people.NameTaken as problem:
        form.add_error("username", str(problem))
    except ChangedMeanwhile as problem:
        form.take_conflict(problem.current)
    return form.is_valid()


def _somebody(request: HttpRequest) -> User:
    assert request.user.is_authenticated, "LoginRequiredMiddleware lets nobody else through"
    return request.user
