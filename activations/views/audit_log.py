"""The audit log: who did what to which object; as a list, and as files of what is filtered."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activations.queries import audit_log
from activations.views import asked_days, audit_links, csv_lines
from activations.views.asked_days import Days
from activations.views.lists import Asked
from connections import audit
from connections.permissions import Permission, requires
from connections.views.found import or_404
from connections.views.zones import zone_of

COLUMNS = {
    "action": "Action",
    "kind": "Object",
    "object": "Name",
    "who": "Done by",
    "time": "Time",
}
DAYS = ("from", "to")

views_audit_log = requires(Permission.VIEW_AUDIT_LOG)


@dataclass(frozen=True, slots=True)
class Row:
    """An entry, and where its object is looked at; empty where it is gone."""

    entry: Any
    url: str


@views_audit_log
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`?q=words&action=deleted&kind=role&who=3&from=2026-03-01&sort=-time&page=2&rail=17`."""
    asked, days = _asked(request)
    found = _found(asked, days)
    shown = audit_log.listed(found=found, sort=asked.sort, descending=asked.descending)
    context = asked.listed(shown, columns=COLUMNS)
    rows = _rows(request, list(context["page"].object_list))
    wanted = request.GET.get("rail", "")
    context |= {
        "rows": rows,
        "groups": audit_log.groups(chosen=asked.chosen),
        "days": days,
        "most": audit_log.MOST_LISTED,
        "is_cut": context["page"].paginator.count >= audit_log.MOST_LISTED,
        "selected": next((row for row in rows if str(row.entry.pk) == wanted), None),
    }
    return render(request, "audit/log.html", context)


@views_audit_log
@require_safe
def rail(request: HttpRequest, key: int) -> HttpResponse:
    """What a press on a row shows beside the list."""
    (row,) = _rows(request, [or_404(audit_log.get, key=key)])
    return render(request, "audit/rail.html", {"row": row})


@views_audit_log
@require_safe
def as_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All that is filtered, however many."""
    return _file(request, "csv", csv_lines.of(audit_log.lines(found=_found(*_asked(request)))))


@views_audit_log
@require_safe
def as_json(request: HttpRequest) -> StreamingHttpResponse:
    """All that is filtered as one list of objects, one on each line."""
    return _file(request, "json", _array(audit_log.documents(found=_found(*_asked(request)))))


def _asked(request: HttpRequest) -> tuple[Asked, Days]:
    asked = Asked.by(request, default="-time", filters=DAYS, several=audit_log.NAMES)
    first, last = (asked.filters.get(name, "") for name in DAYS)
    return asked, asked_days.read(first=first, last=last, zone=zone_of(request))


def _found(asked: Asked, days: Days) -> Any:
    return audit_log.find(asked=audit_log.Asked(asked.words, asked.chosen, days.since, days.until))


def _rows(request: HttpRequest, entries: list[Any]) -> list[Row]:
    there = audit_log.there(entries=entries)
    return [
        Row(
            entry,
            audit_links.of(
                kind=entry.kind, reference=entry.reference, user=request.user, there=there
            ),
        )
        for entry in entries
    ]


def _file(request: HttpRequest, kind: str, content: Iterator[bytes]) -> StreamingHttpResponse:
    if request.method == "GET":
        audit.note(action=audit.Action.EXPORTED, kind=audit.Kind.AUDIT_LOG, name=kind.upper())
    types = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
    disposition = f'attachment; filename="audit-log.{kind}"'
    return StreamingHttpResponse(
        content, content_type=types[kind], headers={"Content-Disposition": disposition}
    )


def _array(documents: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    before = "[\n"
    for document in documents:
        yield f"{before}{json.dumps(document, ensure_ascii=False)}".encode()
        before = ",\n"
    yield b"[]\n" if before == "[\n" else b"\n]\n"
