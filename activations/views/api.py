"""The HTTP API: profiles come in as JSON, the answer says what was taken.

Every answer is JSON. 2xx is sent only after the profiles are durably stored.
"""

import logging
from collections import Counter
from typing import Any

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from activations import clock, ingestion
from activations.services import api_keys, ingest_hours, receipts, request_bodies, request_rate
from activations.services.request_bodies import Refused
from activations.terms import IngestSource
from connections.permissions import open_to_everybody

logger = logging.getLogger(__name__)

_BUSY_SECONDS = 5
# Away, restarting, full or read-only (PostgreSQL calls the last an internal error).
_DATABASE_TROUBLE = (OperationalError, InterfaceError, InternalError)


# No cookie is read here: a request carries its key in a header that no other site can make a
# browser send, so there is nothing to forge.
@open_to_everybody
@csrf_exempt
def profiles(request: HttpRequest) -> JsonResponse:
    """`POST /api/v1/profiles`: one object, `{"profiles": [...]}`, or JSON lines."""
    if request.method != "POST":
        return _error(405, "method-not-allowed", "Send profiles with POST.", Allow="POST")
    try:
        return _ingest(request)
    except Refused as error:
        return _error(error.status, error.code, error.message)
    except _DATABASE_TROUBLE as error:
        # Its text may quote a row; its kind does not.
        logger.warning("api.unavailable error=%s", type(error.__cause__ or error).__name__)
        message = "The service is not available; send the same profiles again."
        return _error(503, "unavailable", message, **{"Retry-After": str(_BUSY_SECONDS)})


def _ingest(request: HttpRequest) -> JsonResponse:
    at = timezone.now()
    key = _key(request)
    if key is None:
        message = "Send `Authorization: Bearer KEY` with a key that is in force."
        return _error(401, "unauthorised", message, **{"WWW-Authenticate": "Bearer"})
    wait_seconds = request_rate.seconds_to_wait(api_key_id=key.id, at=at)
    if wait_seconds:
        message = "Too many requests with this key."
        return _error(429, "too-many-requests", message, **{"Retry-After": str(wait_seconds)})
    try:
        return _answer(request, key)
    except receipts.KeyInvalid:
        message = f"An Idempotency-Key has 1 to {receipts.MAX_KEY} visible ASCII characters."
        return _error(400, "invalid-idempotency-key", message)
    except receipts.KeyReused:
        message = "This Idempotency-Key came with another body before; give each request its own."
        return _error(422, "idempotency-key-reused", message)


def _answer(request: HttpRequest, key: api_keys.KnownKey) -> JsonResponse:
    body = request_bodies.read(request=request)
    reply = _Reply()
    receipt = receipts.of_request(
        api_key_id=key.id,
        key=request.headers.get("Idempotency-Key"),
        body_digest=body.digest,
        answer=reply.document,
    )
    try:
        report = ingestion.ingest(
            rows=body.rows(), clock=clock.now, on_complaint=reply.take, receipt=receipt
        )
    except receipts.AlreadyAnswered as known:
        return JsonResponse(known.answer, status=202, headers={"Idempotent-Replayed": "true"})
    ingest_hours.add(
        source=IngestSource.API,
        at=timezone.now(),
        accepted=report.accepted,
        rejected=reply.rejected_by_code(),
    )
    return JsonResponse(reply.document(report), status=202)


class _Reply:
    """Collects what is to be told of single profiles."""

    def __init__(self) -> None:
        self._rejected: list[dict[str, Any]] = []
        self._warnings: list[dict[str, Any]] = []

    def take(self, complaint: ingestion.Complaint) -> None:
        told = {"index": complaint.row, "code": complaint.code, "message": complaint.message}
        (self._warnings if complaint.is_warning else self._rejected).append(told)

    def rejected_by_code(self) -> Counter[str]:
        """How many for each reason."""
        return Counter(told["code"] for told in self._rejected)

    def document(self, report: ingestion.IngestReport) -> receipts.Answer:
        answer = {"accepted": report.accepted, "rejected": self._rejected}
        return answer | {"warnings": self._warnings} if self._warnings else answer


def _key(request: HttpRequest) -> api_keys.KnownKey | None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    return api_keys.verify(text=text.strip(), at=timezone.now())


def _error(status: int, code: str, message: str, **headers: str) -> JsonResponse:
    document = {"error": {"code": code, "message": message}}
    return JsonResponse(document, status=status, headers=headers)
