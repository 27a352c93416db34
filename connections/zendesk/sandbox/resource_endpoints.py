"""The endpoints of every resource but contacts: one implementation, driven by the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import query, sorting, values
from .call import Call
from .clock import timestamp
from .envelopes import (
    Problem,
    Refused,
    bad_parameter,
    collection,
    record_not_found,
    single,
    unexpected_parameter,
)
from .http import Reply
from .resource_store import Record
from .resources import CHECKS, Resource

_SEARCHABLE = frozenset({"line", "text", "id", "int", "flag", "amount", "about"})


@dataclass(frozen=True, slots=True)
class Target:
    """What the path names: a resource, the record above it and the record itself."""

    resource: Resource
    parent_id: int | None = None
    record_id: int | None = None


def answer(call: Call, target: Target, action: str) -> Reply:
    """Do `action` (list, read, create, update or delete). Raises Refused."""
    if action == "list":
        return _list(call, target)
    query.refuse_any(query=call.request.query)
    data = call.data() if action in ("create", "update") else {}
    _require_parent(call, target)
    if action == "create":
        return single(kind=target.resource.kind, data=_create(call, target, data))
    record = _existing(call, target)
    if action == "update":
        record = _update(call, target.resource, data, record)
    if action == "delete":
        call.sandbox.resources.delete(resource=target.resource.name, record_id=record["id"])
        call.note_commit()
        return Reply(status=204)
    return single(kind=target.resource.kind, data=record)


def _list(call: Call, target: Target) -> Reply:
    resource = target.resource
    given, problems = query.parameters(query=call.request.query)
    rest = dict(given)
    paging, found = query.take_paging(found=rest, max_per_page=resource.max_per_page)
    problems += found
    records = _family(call, target)
    order = _order(rest.pop("sort_by", "id"), resource)
    if order is None:
        problems.append(bad_parameter("sort_by", "cannot be sorted by"))
    ids = [query.whole(part) for part in rest.pop("ids", "").split(",") if part]
    if None in ids:
        problems.append(bad_parameter("ids", "must be ids separated by commas"))
    problems += [problem for name in rest if (problem := _not_searchable(name, resource))]
    query.raise_if(problems)
    _require_parent(call, target)
    if "ids" in given:
        records = [record for record in records if record["id"] in ids]
    records = [record for record in records if _has(record, rest)]
    assert order is not None
    records = order.arrange(records)
    page = records[paging.start : paging.start + paging.per_page]
    has_more = len(records) > paging.start + paging.per_page
    links = query.links(base=call.url, given=given, paging=paging, has_more=has_more)
    return collection(kind=resource.kind, records=page, links=links)


def _not_searchable(name: str, resource: Resource) -> Problem | None:
    plain = {"creator_id": "id", "owner_id": "id"} | resource.types
    return None if plain.get(name) in _SEARCHABLE else unexpected_parameter(query.shown(name))


def _has(record: Record, wanted: Mapping[str, str]) -> bool:
    """Do the record's values, spelt as JSON spells them, equal the wanted ones?"""
    for name, value in wanted.items():
        stored = record.get(name)
        spelt = str(stored).lower() if isinstance(stored, bool) else str(stored)
        if spelt != value:
            return False
    return True


def _order(spelling: str, resource: Resource) -> sorting.Order | None:
    parsed = sorting.direction(spelling)
    name, is_descending = parsed or ("", False)
    if name not in ("id", "created_at", "updated_at") and name not in resource.types:
        return None
    return sorting.Order(spelling, lambda record: record.get(name), is_descending)


def _family(call: Call, target: Target) -> list[Record]:
    """The records below the same parent."""
    records = call.sandbox.resources.all(resource=target.resource.name)
    owner = target.resource.owner
    return [record for record in records if not owner or record[owner] == target.parent_id]


def _require_parent(call: Call, target: Target) -> None:
    if target.parent_id is None:
        return
    name = target.resource.parent
    if call.sandbox.resources.get(resource=name, record_id=target.parent_id) is None:
        raise record_not_found()


def _existing(call: Call, target: Target) -> Record:
    for record in _family(call, target):
        if record[target.resource.key] == target.record_id:
            return record
    raise record_not_found()


def _create(call: Call, target: Target, data: Mapping[str, Any]) -> Record:
    resource, store = target.resource, call.sandbox.resources
    now = timestamp(at=call.at)
    record: Record = {"id": store.next_id(resource=resource.name), "creator_id": call.user_id}
    if resource.is_owned:
        record["owner_id"] = call.user_id
    if resource.owner:
        record[resource.owner] = target.parent_id
    record |= resource.empty() | _judged(data, resource, is_new=True)
    record |= {"created_at": now, "updated_at": now}
    store.put(resource=resource.name, record=record)
    call.note_commit()
    return record


def _update(call: Call, resource: Resource, data: Mapping[str, Any], before: Record) -> Record:
    changes = _judged(data, resource, is_new=False)
    record = before | changes | {"updated_at": timestamp(at=call.at)}
    call.sandbox.resources.put(resource=resource.name, record=record)
    call.note_commit()
    return record


def _judged(data: Mapping[str, Any], resource: Resource, *, is_new: bool) -> Record:
    """The values to store. Raises Refused (422) with every failing attribute."""
    accepted: Record = {}
    problems: list[Problem] = []
    needed = {group[0] for group in resource.needs if len(group) == 1}
    types = resource.types | ({"owner_id": "int"} if resource.is_owned else {})
    for name, value in data.items():
        pointer = f"/{values.escape(name)}"
        verdict = values.Verdict(faults=(values.Fault("unknown"),))
        if name in needed and (value is None or value == ""):
            verdict = values.BLANK
        elif name in types:
            verdict = CHECKS[types[name]](value)
        for fault in verdict.faults:
            problems.append(_problem(resource, pointer + fault.below, fault.code))
        accepted[name] = verdict.value
    for group in resource.needs if is_new else ():
        if not any(name in data for name in group):
            problems.append(_problem(resource, f"/{group[0]}", "missing"))
    if problems:
        raise Refused(422, problems)
    return accepted


def _problem(resource: Resource, pointer: str, code: str) -> Problem:
    return values.problem(resource=resource.kind, pointer=pointer, code=code)
