"""The contacts endpoints: list, read, create, update, delete and upsert; every check in order."""

from functools import lru_cache
from typing import Any

from . import contact_attributes, contact_filters, query, sorting, tags
from .call import Call
from .contact_index import Contact
from .definitions import CustomFields
from .envelopes import Problem, Refused, bad_parameter, collection, record_not_found, single
from .http import Reply
from .sorting import Order

KIND = "contact"
_SORTABLE = frozenset(
    {"id", "name", "first_name", "last_name", "email", "created_at", "updated_at"}
)
_MAX_IDS = 100
_DEFAULT_ORDER = "last_name:asc"


def index(call: Call) -> Reply:
    """GET /v2/contacts"""
    given, problems = query.parameters(query=call.request.query)
    rest = dict(given)
    paging, found = query.take_paging(found=rest)
    problems += found
    order = _order(rest.pop("sort_by", _DEFAULT_ORDER), call.sandbox.fields)
    ids = _ids(rest.pop("ids", None))
    filters, found = contact_filters.read(
        given=rest,
        fields=call.sandbox.fields,
        is_case_sensitive=call.sandbox.switches.email_match_case_sensitive,
    )
    problems += [found_ for found_ in (order, ids) if isinstance(found_, Problem)] + found
    query.raise_if(problems)
    assert isinstance(order, Order)
    assert not isinstance(ids, Problem)
    contacts = _select(call, filters, ids, order)
    page = contacts[paging.start : paging.start + paging.per_page]
    has_more = len(contacts) > paging.start + paging.per_page
    links = query.links(base=call.url, given=given, paging=paging, has_more=has_more)
    return collection(kind=KIND, records=page, links=links)


def create(call: Call) -> Reply:
    """POST /v2/contacts"""
    query.refuse_any(query=call.request.query)
    return single(kind=KIND, data=_create(call, call.data()))


def read(call: Call, contact_id: int) -> Reply:
    """GET /v2/contacts/{id}"""
    query.refuse_any(query=call.request.query)
    return single(kind=KIND, data=_existing(call, contact_id))


def update(call: Call, contact_id: int) -> Reply:
    """PUT /v2/contacts/{id}: partial; attributes not named stay"""
    query.refuse_any(query=call.request.query)
    data = call.data()
    return single(kind=KIND, data=_update(call, data, _existing(call, contact_id)))


def delete(call: Call, contact_id: int) -> Reply:
    """DELETE /v2/contacts/{id}"""
    query.refuse_any(query=call.request.query)
    _existing(call, contact_id)
    sandbox = call.sandbox
    sandbox.contacts.delete(contact_id=contact_id, at=call.at, lag=sandbox.lag_seconds)
    call.note_commit()
    return Reply(status=204)


def upsert(call: Call) -> Reply:
    """POST /v2/contacts/upsert: by filters in the query, never copied into the record (R-50)"""
    given, problems = query.parameters(query=call.request.query)
    inclusive = given.pop("inclusive", "true")
    if inclusive not in ("true", "false"):
        problems.append(bad_parameter("inclusive", "must be true or false"))
    if not given:
        problems.append(bad_parameter("filter", "at least one filter is required"))
    filters, found = contact_filters.read(
        given=given,
        fields=call.sandbox.fields,
        is_case_sensitive=call.sandbox.switches.email_match_case_sensitive,
        is_inclusive=inclusive == "true",
    )
    query.raise_if(problems + found)
    data = call.data()
    contact = _only_match(call, filters)
    if contact is not None:
        return single(kind=KIND, data=_update(call, data, contact))
    status = call.sandbox.switches.upsert_create_status
    return single(kind=KIND, data=_create(call, data), status=status)


def _only_match(call: Call, filters: contact_filters.Filters) -> Contact | None:
    store = call.sandbox.contacts
    store.index.catch_up(at=call.at)
    matches = filters.find(index=store.index)
    if len(matches) > 1:
        details = "More than one contact matches the given filters."
        raise Refused(409, (Problem("conflict", "conflict", details, resource=KIND),))
    # The index may lag: what it shows can have changed since, or be gone.
    return store.get(contact_id=matches[0]["id"]) if matches else None


def _existing(call: Call, contact_id: int) -> Contact:
    contact = call.sandbox.contacts.get(contact_id=contact_id)
    if contact is None:
        raise record_not_found()
    return contact


def _rules(call: Call) -> contact_attributes.Rules:
    sandbox = call.sandbox
    return contact_attributes.Rules(
        fields=sandbox.fields,
        switches=sandbox.switches,
        is_user=sandbox.is_user,
        is_organization=sandbox.contacts.is_organization,
    )


def _create(call: Call, data: dict[str, Any]) -> Contact:
    contact = contact_attributes.write(data=data, before=None, rules=_rules(call))
    sandbox = call.sandbox
    sandbox.contacts.create(
        contact=contact, user_id=call.user_id, at=call.at, lag=sandbox.lag_seconds
    )
    _committed(call, contact)
    return contact


def _update(call: Call, data: dict[str, Any], before: Contact) -> Contact:
    contact = contact_attributes.write(data=data, before=before, rules=_rules(call))
    sandbox = call.sandbox
    sandbox.contacts.update(contact=contact, at=call.at, lag=sandbox.lag_seconds)
    _committed(call, contact)
    return contact


def _committed(call: Call, contact: Contact) -> None:
    call.note_commit()
    if contact["tags"]:
        store = call.sandbox.resources
        tags.ensure(store=store, names=contact["tags"], user_id=call.user_id, at=call.at)


def _select(
    call: Call, filters: contact_filters.Filters, ids: list[int] | None, order: Order
) -> list[Contact]:
    contact_index = call.sandbox.contacts.index
    contact_index.catch_up(at=call.at)
    if ids is None and not filters.tests:
        return contact_index.arranged(order=order)
    contacts = filters.find(index=contact_index)
    if ids is not None:
        contacts = [contact for contact in contacts if contact["id"] in ids]
    return order.arrange(contacts)


def _ids(text: str | None) -> list[int] | Problem | None:
    if text is None:
        return None
    numbers = [query.whole(part) for part in text.split(",")]
    ids = [number for number in numbers if number is not None]
    if len(ids) < len(numbers) or len(ids) > _MAX_IDS:
        return bad_parameter("ids", f"must be up to {_MAX_IDS} ids separated by commas")
    return ids


def _order(spelling: str, fields: CustomFields) -> Order | Problem:
    parsed = sorting.direction(spelling)
    name, is_descending = parsed or ("", False)
    if name in _SORTABLE:
        return _plain_order(spelling, name, is_descending)
    kind, _, field_name = name.partition(":")
    field = fields.get(name=field_name) if kind == "custom_fields" else None
    if field is None or not field.filterable:
        return bad_parameter("sort_by", f"cannot sort by '{spelling}'")
    read = sorting.custom_field(field_name, is_number=field.type == "number")
    return Order(spelling, read, is_descending)


@lru_cache(maxsize=32)
def _plain_order(spelling: str, name: str, is_descending: bool) -> Order:
    return Order(spelling, sorting.attribute(name), is_descending)
