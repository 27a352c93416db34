"""The HTTP API: profiles come in as JSON, the answer says what was taken.

Every answer is JSON. 2xx is sent only after the profiles are durably stored.
"""

import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from redis import RedisError

from activations import ingestion
from activations.profiles.rows import Row, UnreadableRow
from activations.services import api_keys, request_bodies
from activations.services.request_bodies import Refused

_BUSY_SECONDS = 5


# No cookie is read here: a request carries its key in a header that no other site can make a
# browser send, so there is nothing to forge.
@csrf_exempt
@login_not_required
def profiles(request: HttpRequest) -> JsonResponse:
    """`POST /api/v1/profiles`: one object, `{"profiles": [...]}`, or JSON lines."""
    if request.method != "POST":
        return _error(405, "method-not-allowed", "Send profiles with POST.", Allow="POST")
    try:
        return _ingest(request)
    except Refused as error:
        return _error(error.status, error.code, error.message)
    except (OperationalError, InterfaceError, RedisError):
        # Without Redis nobody counts requests; a limit that cannot be held lets nothing through.
        message = "The service is not available; send the same profiles again."
        return _error(503, "unavailable", message, **{"Retry-After": str(_BUSY_SECONDS)})


def _ingest(request: HttpRequest) -> JsonResponse:
    key = _key(request)
    if key is None:
        message = "Send `Authorization: Bearer KEY` with a key that is in force."
        return _error(401, "unauthorised", message, **{"WWW-Authenticate": "Bearer"})
    wait_seconds = _over_limit(key)
    if wait_seconds:
        message = "Too many requests with this key."
        return _error(429, "too-many-requests", message, **{"Retry-After": str(wait_seconds)})
    return _answer(request_bodies.rows(request=request))


def _answer(rows: Iterator[Row | UnreadableRow]) -> JsonResponse:
    complaints: list[ingestion.Complaint] = []
    report = ingestion.ingest(rows=rows, clock=timezone.now, on_complaint=complaints.append)
    answer: dict[str, Any] = {
        "accepted": report.accepted,
        "rejected": [_told(complaint) for complaint in complaints if not complaint.is_warning],
    }
    if warnings := [_told(complaint) for complaint in complaints if complaint.is_warning]:
        answer["warnings"] = warnings
    return JsonResponse(answer, status=202)


def _told(complaint: ingestion.Complaint) -> dict[str, Any]:
    return {"index": complaint.row, "code": complaint.code, "message": complaint.message}


def _key(request: HttpRequest) -> api_keys.KnownKey | None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    return api_keys.verify(text=text.strip(), at=timezone.now())


def _over_limit(key: api_keys.KnownKey) -> int:
    """Seconds to wait when the key has used up this minute, else 0."""
    minute, second = divmod(int(time.time()), 60)
    counter = f"ingest:{key.id}:{minute}"
    cache.add(counter, 0, timeout=120)
    return 60 - second if cache.incr(counter) > settings.INGEST_REQUESTS_PER_MINUTE else 0


def _error(status: int, code: str, message: str, **headers: str) -> JsonResponse:
    document = {"error": {"code": code, "message": message}}
    return JsonResponse(document, status=status, headers=headers)
