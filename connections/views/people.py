"""People: the list, inviting, roles, and who may no longer come in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connections import invitation_mail, people, sign_in
from connections.marks import ChangedMeanwhile
from connections.people_forms import InviteForm, PersonRolesForm
from connections.permissions import Permission, may, requires
from connections.queries import people as queries
from connections.queries import roles as role_queries
from connections.views.found import or_404
from connections.views.lists import Asked

COLUMNS = {"name": "Name", "email": "E-mail", "seen": "Last sign-in"}

manages_people = requires(Permission.MANAGE_PEOPLE)


@manages_people
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    asked = Asked.by(request, default="name", filters=("status", "role"))
    found = queries.listing(
        words=asked.words,
        status=asked.filters.get("status", ""),
        role=asked.filters.get("role", ""),
        sort=asked.sort,
        descending=asked.descending,
    )
    context = asked.listed(found, columns=COLUMNS)
    context |= {
        "members": queries.members(users=list(context["page"]), at=timezone.now()),
        "statuses": queries.STATUSES,
        "roles": role_queries.choices(),
        "section": "people",
    }
    return render(request, "connections/people.html", context)


@manages_people
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email, groups = form.cleaned_data["email"], form.cleaned_data["roles"]
        invitation = people.invite(email=email, groups=groups, at=timezone.now())
        return _show(request, invitation)
    return render(request, "connections/invite.html", {"form": form})


@manages_people
@never_cache
@require_POST
def new_link(request: HttpRequest, key: int) -> HttpResponse:
    """For one who has not chosen a password yet; the link before stops working."""
    user = or_404(queries.get, key=key)
    try:
        invitation = people.renew(user=user, at=timezone.now())
    except people.WasHere as problem:
        messages.error(request, str(problem))
        return redirect("connections:people")
    return _show(request, invitation)


@manages_people
@require_http_methods(["GET", "HEAD", "POST"])
def change_roles(request: HttpRequest, key: int) -> HttpResponse:
    user = or_404(queries.get, key=key)
    # Every box cleared posts nothing, which is an answer too.
    data = request.POST if request.method == "POST" else None
    form = PersonRolesForm(data, initial=PersonRolesForm.initial_of(queries.roles_of(user=user)))
    if form.is_valid() and _has_roles(user, form):
        messages.success(request, f"The roles of {user} were saved.")
        return redirect(_after_change(user, request))
    context = {"person": user, "form": form}
    return render(request, "connections/person_roles.html", context)


@manages_people
@require_POST
def deactivate(request: HttpRequest, key: int) -> HttpResponse:
    user = or_404(queries.get, key=key)
    if user == request.user:
        messages.error(request, "You cannot deactivate yourself. Ask somebody else.")
        return redirect("connections:people")
    try:
        people.deactivate(user=user)
    except people.LastManager as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"{user} was signed out and can no longer sign in.")
    return redirect("connections:people")


@manages_people
@require_POST
def reactivate(request: HttpRequest, key: int) -> HttpResponse:
    user = or_404(queries.get, key=key)
    people.reactivate(user=user)
    messages.success(request, f"{user} can sign in again, with the same roles and password.")
    return redirect("connections:people")


@manages_people
@require_POST
def revoke(request: HttpRequest, key: int) -> HttpResponse:
    user = or_404(queries.get, key=key)
    try:
        people.revoke(user=user)
    except people.WasHere as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"The invitation of {user.email or user} was revoked.")
    return redirect("connections:people")


def _has_roles(user: User, form: PersonRolesForm) -> bool:
    """Whether the roles could be kept; the form says why not."""
    try:
        people.change_roles(user=user, keys=form.values["roles"], seen=form.seen_mark)
    except people.LastManager as problem:
        form.add_error("roles", str(problem))
    except ChangedMeanwhile as problem:
        form.take_conflict(problem.current)
    return form.is_valid()


def _show(request: HttpRequest, invitation: people.Invitation) -> HttpResponse:
    """The one page that shows the link; it is not kept, so nothing can show it again."""
    link = request.build_absolute_uri(sign_in.path(secret=invitation.secret))
    mail = invitation_mail.send(invitation=invitation, link=link)
    context = {"invitation": invitation, "person": invitation.user, "link": link, "mail": mail}
    return render(request, "connections/invitation.html", context)


def _after_change(user: User, request: HttpRequest) -> str:
    """Whoever gave up their own right to manage people goes where they still may."""
    if user != request.user:
        return "connections:people"
    again: Any = queries.get(key=user.pk)
    return "connections:people" if may(user=again, permission=Permission.MANAGE_PEOPLE) else "home"
