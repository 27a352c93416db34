"""The last requests on the sandbox's page, each with its question and answer to unfold."""

import json
from collections.abc import Sequence

from .clock import precise
from .markup import Html, joined, tag
from .page_contacts import card
from .requests_log import RequestRecord

_SHOWN_CHARACTERS = 8_000


def listing(*, records: Sequence[RequestRecord]) -> Html:
    if records:
        live = joined(_entry(record) for record in records)
    else:
        live = tag("p", "No requests yet.", class_="empty")
    return card("Last requests", tag("div", live, class_="requests", data_live="requests"))


def _entry(record: RequestRecord) -> Html:
    target = record.path + (f"?{record.query}" if record.query else "")
    taken = "–" if record.milliseconds is None else f"{record.milliseconds:,.1f} ms"
    fault = tag("span", record.fault, class_="badge warn") if record.fault else Html("")
    at = precise(at=record.accepted_at)
    summary = tag(
        "summary",
        _status(record.status),
        tag("span", record.method, class_="method"),
        tag("span", target, class_="target"),
        fault,
        tag("span", taken, class_="muted number"),
        tag("time", at[11:19], datetime=at, class_="muted number"),
    )
    bodies = joined((_body("Request", record.body), _body("Answer", record.answer)))
    body = tag("div", bodies, class_="bodies")
    return tag("details", summary, body, data_key=str(record.number))


def _status(status: int | None) -> Html:
    if status is None:
        return tag("span", "none", class_="badge bad", title="no answer was sent")
    kind = "good" if status < 300 else "warn" if status < 500 else "bad"
    return tag("span", str(status), class_=f"badge {kind}")


def _body(title: str, body: bytes) -> Html:
    text = body.decode("utf-8", "replace")
    if not text:
        return tag("div", tag("h3", title), tag("p", "Empty, or no longer kept.", class_="muted"))
    try:
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):  # shown as it came: this is where bad bodies are looked at
        text = body.decode("utf-8", "replace")
    is_cut = len(text) > _SHOWN_CHARACTERS
    shown = text[:_SHOWN_CHARACTERS] + ("\n… cut" if is_cut else "")
    return tag("div", tag("h3", title), tag("pre", shown, tabindex="0"))
