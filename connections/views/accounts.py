"""Accounts: the list, checking one now, giving it a new token, deleting it."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connections import accounts, linking
from connections.forms import NewTokenForm
from connections.permissions import Permission, requires
from connections.queries import accounts as queries
from connections.views.back import wanted
from connections.views.found import or_404

PAGE_SIZE = 25


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.listing(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "connections/accounts.html", {"page": page, "section": "accounts"})


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
@require_http_methods(["GET", "HEAD", "POST"])
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
        accounts.delete(account=account)
    except accounts.AccountInUse as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"{account.name} was deleted, and its token with it.")
    return redirect("connections:accounts")
