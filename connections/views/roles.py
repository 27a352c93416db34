"""Roles: the list, making and changing one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connections import labelled, people, roles
from connections.marks import ChangedMeanwhile
from connections.permissions import Permission, missing_to_activate, requires
from connections.queries import people as people_queries
from connections.queries import roles as queries
from connections.role_forms import RoleForm
from connections.views.found import or_404
from connections.views.lists import Asked

manages_people = requires(Permission.MANAGE_PEOPLE)


@manages_people
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    page = Asked.by(request, default="name").page_of(queries.listing())
    context = {
        "page": page,
        "roles": queries.roles(groups=list(page.object_list)),
        "section": "roles",
    }
    return render(request, "connections/roles.html", context)


@manages_people
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _form_page(request, None)


@manages_people
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: int) -> HttpResponse:
    return _form_page(request, or_404(queries.get, key=key))


@manages_people
@require_POST
def delete(request: HttpRequest, key: int) -> HttpResponse:
    role = or_404(queries.get, key=key)
    try:
        roles.delete(role=role)
    except roles.RoleInUse as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"The role {role.name} was deleted.")
    return redirect("connections:roles")


def _form_page(request: HttpRequest, role: Group | None) -> HttpResponse:
    initial = {}
    if role is not None:
        initial = RoleForm.initial_of(queries.content(key=role.pk))
    form = RoleForm(request.POST or None, role=role, initial=initial)
    if request.method == "POST" and form.is_valid() and _save(role, form):
        _tell(request, form)
        # Whoever took the right away from themselves is led where they still may.
        lost = request.user not in people_queries.managers()
        return redirect("home" if lost else "connections:roles")
    used_by = queries.people(role=role) if role is not None else 0
    context = {"role": role, "form": form, "used_by": used_by}
    return render(request, "connections/role.html", context)


def _tell(request: HttpRequest, form: RoleForm) -> None:
    """That it was saved, and what whoever has only this role cannot do with it."""
    words = f"The role {form.content.name} was saved."
    missing = missing_to_activate(granted=form.content.permissions)
    if not missing:
        messages.success(request, words)
        return
    needed = ", ".join(permission.label for permission in missing)
    messages.warning(
        request,
        f"{words} Who has only this role cannot finish the activation wizard, which needs besides:"
        f" {needed}.",
    )


def _save(role: Group | None, form: RoleForm) -> bool:
    try:
        content = form.content
        values: dict[str, Any] = {
            "name": content.name,
            "permissions": content.permissions,
            "labels": content.access_labels,
        }
        if role is None:
            roles.create(**values)
        else:
            roles.change(role=role, **values, seen=form.seen_mark)
    except roles.NameTaken as problem:
        form.add_error("name", str(problem))
    except labelled.UnknownLabel as problem:
        form.add_error("labels", str(problem))
    except ChangedMeanwhile as problem:
        form.take_conflict(problem.current)
    except people.LastManager as problem:
        form.add_error("permissions", str(problem))
    return form.is_valid()
