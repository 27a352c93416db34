"""All profiles of a destination that stand at one state or code, for a file."""

from collections.abc import Iterator
from datetime import datetime

from activations.queries import codes, deliveries
from activations.queries.deliveries import Kind

HEAD = (
    *("Profile", "State", "Code", "What it means", "Detail", "Since (UTC)"),
    *("Last answer", "Last request (UTC)", "Request id"),
)


def rows(*, destination_id: int, kind: Kind) -> Iterator[tuple[object, ...]]:
    """The head, then a row for each; read page by page, so what changes meanwhile may be missed."""
    yield HEAD
    for row in deliveries.every(destination_id=destination_id, kind=kind):
        meaning = codes.meaning(code=row.code) if row.code else ""
        told = (row.who, row.state_label, row.code, meaning, row.detail, _instant(row.updated_at))
        if row.request is None:
            yield (*told, "", "", "")
        else:
            request = row.request
            yield (*told, request.words, _instant(request.started_at), request.request_id)


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")
