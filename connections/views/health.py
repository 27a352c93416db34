"""Is the process alive, and can it serve? For load balancers and supervisors."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from connections.permissions import open_to_everybody
from connections.queries import readiness


@open_to_everybody
@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """Touches nothing but this process."""
    return JsonResponse({"status": "ok"})


@open_to_everybody
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """503 while the database is away. Without Redis everything goes on; it is only named."""
    problem = readiness.problem()
    if problem:
        return JsonResponse({"status": "unavailable", "problem": problem}, status=503)
    answer: dict[str, str | list[str]] = {"status": "ok"}
    if absent := readiness.absent():
        answer["without"] = absent
    return JsonResponse(answer)
