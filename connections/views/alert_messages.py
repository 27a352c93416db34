"""How messages about alerts are sent: e-mail, webhooks, and what became of the newest."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connections import outbox, webhooks
from connections.alert_forms import WebhookForm
from connections.alert_rules import SUGGESTED
from connections.permissions import Permission, requires
from connections.queries import messages as queries
from connections.views.found import or_404

PAGE = "connections:alert-messages"


@requires(Permission.MANAGE_ALERTS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "alerts/messages.html", _context())


@requires(Permission.MANAGE_ALERTS)
@require_POST
def test_email(request: HttpRequest) -> HttpResponse:
    address = getattr(request.user, "email", "")
    if not settings.EMAIL_IS_ON or not address:
        messages.error(request, "No e-mail can be sent to you: see below.")
    else:
        outbox.put_test(at=timezone.now(), person=request.user)
        messages.success(request, "A test message is on its way; its state is shown below.")
    return redirect(PAGE)


@requires(Permission.MANAGE_ALERTS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new_webhook(request: HttpRequest) -> HttpResponse:
    """The secret is in the answer to the form, this once and nowhere else."""
    if not queries.allowed_hosts():
        raise Http404
    form = WebhookForm(request.POST or None, initial={"rules": SUGGESTED})
    if request.method == "POST" and form.is_valid():
        try:
            webhook, secret = webhooks.create(**form.cleaned_data)
        except webhooks.NameTaken as problem:
            form.add_error("name", str(problem))
        else:
            return _show(request, webhook, secret)
    return render(request, "alerts/webhook_new.html", {"form": form, "section": "messages"})


@requires(Permission.MANAGE_ALERTS)
@require_POST
@never_cache
def renew_secret(request: HttpRequest, uuid: UUID) -> HttpResponse:
    webhook = or_404(queries.webhook, uuid=uuid)
    return _show(request, webhook, webhooks.renew_secret(webhook=webhook))


@requires(Permission.MANAGE_ALERTS)
@require_POST
def test_webhook(request: HttpRequest, uuid: UUID) -> HttpResponse:
    webhook = or_404(queries.webhook, uuid=uuid)
    outbox.put_test(at=timezone.now(), webhook=webhook)
    messages.success(request, "A test message is on its way; its state is shown below.")
    return redirect(PAGE)


@requires(Permission.MANAGE_ALERTS)
@require_POST
def delete_webhook(request: HttpRequest, uuid: UUID) -> HttpResponse:
    webhook = or_404(queries.webhook, uuid=uuid)
    webhooks.delete(webhook=webhook)
    messages.success(request, f"The webhook {webhook.name} was deleted.")
    return redirect(PAGE)


def _context() -> dict[str, Any]:
    return {
        "webhooks": queries.webhooks(),
        "hosts": queries.allowed_hosts(),
        "has_email": settings.EMAIL_IS_ON,
        "sender": settings.DEFAULT_FROM_EMAIL,
        "newest": queries.newest(),
        "section": "messages",
    }


def _show(request: HttpRequest, webhook: Any, secret: str) -> HttpResponse:
    context = {"webhook": webhook, "secret": secret, "section": "messages"}
    return render(request, "alerts/webhook_secret.html", context)
