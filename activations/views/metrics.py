"""What a Prometheus server reads: counts only, so that it needs no sign-in."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activations.queries import metrics
from connections.permissions import open_to_everybody


@open_to_everybody
@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Open to whoever reaches the port, or with METRICS_TOKEN to whoever sends it."""
    if not _may_read(request):
        return HttpResponse(
            "Send `Authorization: Bearer METRICS_TOKEN`.\n",
            status=401,
            content_type="text/plain; charset=utf-8",
            headers={"WWW-Authenticate": "Bearer"},
        )
    text = metrics.text(at=timezone.now())
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read(request: HttpRequest) -> bool:
    if not settings.METRICS_TOKEN:
        return True
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    is_right = hmac.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    return scheme.lower() == "bearer" and is_right
