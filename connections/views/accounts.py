"""Accounts: the list, editing one, checking it now, giving it a new token, deleting it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connections import account_records, accounts, linking
from connections.edit_forms import AccountForm
from connections.forms import NewTokenForm
from connections.marks import ChangedMeanwhile
from connections.permissions import Permission, requires
from connections.queries import accounts as queries
from connections.views.back import wanted
from connections.views.found import or_404
from connections.views.lists import Asked

COLUMNS = {
    "name": "Name",
    "platform": "Platform",
    "username": "Username",
    "destinations": "Destinations",
    "authorized": "Authorized",
    "status": "Status",
}

form_page = require_http_methods(["GET", "HEAD", "POST"])


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`?q=words&status=rejected&status=unchecked&sort=-authorized&page=2`."""
    asked = Asked.by(request, default="name", several=queries.FILTERS)
    found = queries.listing(
        words=asked.words, sort=asked.sort, descending=asked.descending, chosen=asked.chosen
    )
    context = asked.listed(found, columns=COLUMNS)
    context |= {"groups": queries.groups(chosen=asked.chosen), "section": "accounts"}
    return render(request, "connections/accounts.html", context)


@requires(Permission.MANAGE_DESTINATIONS)
@form_page
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    account = or_404(queries.get, uuid=uuid)
    back = wanted(request, default=resolve_url("connections:accounts"))
    initial = AccountForm.initial_of(account)
    form = AccountForm(request.POST or None, account=account, initial=initial)
    if form.is_valid():
        try:
            account_records.edit(account=account, values=form.values, seen=form.seen_mark)
        except accounts.NameTaken as problem:
            form.add_error("name", str(problem))
        except ChangedMeanwhile as problem:
            form.take_conflict(problem.current)
        else:
            messages.success(request, f"{form.cleaned_data['name']} was saved.")
            return redirect(back)
    context = {"account": account, "form": form, "back": back}
    return render(request, "connections/account_edit.html", context)


@requires(Permission.MANAGE_DESTINATIONS)
@require_POST
def check(request: HttpRequest, uuid: UUID) -> HttpResponse:
    account = or_404(queries.get, uuid=uuid)
    account = accounts.check(account_id=account.pk, at=timezone.now())
    if account.problem:
        messages.error(request, f"{account.name}: {account.problem}")
    else:
        messages.success(request, f"{account.name} is connected.")
    return redirect("connections:accounts")


@requires(Permission.MANAGE_DESTINATIONS)
@form_page
def new_token(request: HttpRequest, uuid: UUID) -> HttpResponse:
    account = or_404(queries.get, uuid=uuid)
    form = NewTokenForm(request.POST or None)
    link, accounts_url = None, resolve_url("connections:accounts")
    back = wanted(request, default=accounts_url)
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["token"]
        link = linking.renew(account=account, token=token, at=timezone.now())
        if link.account is not None:
            messages.success(request, f"{account.name} is connected with the new token.")
            return redirect(back)
        form.take_refusal(link)
    context = {"account": account, "form": form, "link": link, "back": back}
    return render(request, "connections/new_token.html", context)


@requires(Permission.MANAGE_DESTINATIONS)
@require_POST
def delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    account = or_404(queries.get, uuid=uuid)
    try:
        account_records.delete(account=account)
    except account_records.AccountInUse as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"{account.name} was deleted, and its token with it.")
    return redirect("connections:accounts")
