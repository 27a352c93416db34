"""What may be written to a contact? Sell's attributes, their rules, and the contact afterwards.

A pure decision: `write` takes the stored contact (None when it is created) and the sent `data`
and returns the new contact, or raises Refused with every failing attribute in the order sent,
then the missing ones (R-13).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from . import custom_values, values
from .definitions import CustomFields
from .envelopes import Problem, Refused
from .switches import Switches
from .values import Fault, Verdict

RESOURCE = "contact"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_CUSTOMER = ("none", "current", "past")
_PROSPECT = ("none", "current", "lost")
_LINES = (
    *("title", "industry", "website", "email", "phone", "mobile", "fax"),
    *("twitter", "facebook", "linkedin", "skype"),
)

EMPTY: Mapping[str, Any] = {
    "id": None,
    "creator_id": None,
    "owner_id": None,
    "is_organization": False,
    "contact_id": None,
    "parent_organization_id": None,
    "name": None,
    "first_name": None,
    "last_name": None,
    "customer_status": "none",
    "prospect_status": "none",
    "title": None,
    "description": None,
    "industry": None,
    "website": None,
    "email": None,
    "phone": None,
    "mobile": None,
    "fax": None,
    "twitter": None,
    "facebook": None,
    "linkedin": None,
    "skype": None,
    "address": None,
    "billing_address": None,
    "shipping_address": None,
    "tags": [],
    "custom_fields": {},
    "created_at": None,
    "updated_at": None,
}

_SIMPLE: Mapping[str, values.Check] = {
    **dict.fromkeys(_LINES, values.text),
    "first_name": values.text,
    "last_name": values.text,
    "name": values.text,
    "description": values.long_text,
    "owner_id": values.integer,
    "contact_id": values.optional_integer,
    "parent_organization_id": values.optional_integer,
    "is_organization": values.boolean,
    "customer_status": partial(values.one_of, choices=_CUSTOMER),
    "prospect_status": partial(values.one_of, choices=_PROSPECT),
    "tags": values.strings,
}
_ADDRESSES = frozenset({"address", "billing_address", "shipping_address"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What a write is judged by, besides the contact itself."""

    fields: CustomFields
    switches: Switches
    is_user: Callable[[int], bool]
    is_organization: Callable[[int], bool]


def write(
    *, data: Mapping[str, Any], before: Mapping[str, Any] | None, rules: Rules
) -> dict[str, Any]:
    """The contact after this write. Raises Refused (422)."""
    after = dict(EMPTY if before is None else before)
    if before is None:
        after["is_organization"] = data.get("is_organization") is True
    problems: list[Problem] = []
    for name, value in data.items():
        verdict = _judge(name, value, after, rules)
        if name == "is_organization" and not verdict.faults:
            verdict = _kind(value, after)
        if verdict.faults:
            problems.extend(_problems(name, verdict.faults))
        else:
            after[name] = verdict.value
    problems.extend(_relations(data, after, problems))
    problems.extend(_missing(data, before, after))
    if problems:
        raise Refused(422, _in_order(data, problems))
    _settle_names(after)
    return after


def _problems(name: str, faults: tuple[Fault, ...]) -> list[Problem]:
    pointer = f"/{values.escape(name)}"
    return [
        values.problem(resource=RESOURCE, pointer=pointer + fault.below, code=fault.code)
        for fault in faults
    ]


def _judge(name: str, value: Any, after: Mapping[str, Any], rules: Rules) -> Verdict:
    if name == ("name" if after["is_organization"] else "last_name"):
        return values.required_text(value)
    if name in _ADDRESSES:
        return values.address(value, after[name])
    if name == "custom_fields":
        return _custom(value, after, rules)
    check = _SIMPLE.get(name)
    if check is None:
        return Verdict(faults=(Fault("unknown"),))
    verdict = check(value)
    if name == "email" and rules.switches.strict_email and verdict.value is not None:
        return verdict if _EMAIL.fullmatch(verdict.value) else values.INCORRECT_VALUE
    if name == "owner_id" and not verdict.faults and not rules.is_user(verdict.value):
        return values.INCORRECT_VALUE
    if name in ("contact_id", "parent_organization_id") and verdict.value is not None:
        return verdict if rules.is_organization(verdict.value) else values.INCORRECT_VALUE
    return verdict


def _custom(value: Any, after: Mapping[str, Any], rules: Rules) -> Verdict:
    if not isinstance(value, dict):
        return values.INVALID_TYPE
    is_organization, before = after["is_organization"], after["custom_fields"]
    return custom_values.merge(
        custom_values.Write(value, before, is_organization, rules.fields, rules.switches)
    )


def _kind(value: bool, after: Mapping[str, Any]) -> Verdict:
    """Person or organization is settled on create; sending the same again is fine (R-19)."""
    return Verdict(value) if value == after["is_organization"] else values.INCORRECT_VALUE


def _relations(
    data: Mapping[str, Any], after: Mapping[str, Any], found: list[Problem]
) -> list[Problem]:
    """What depends on several attributes at once, judged on the contact as it would become."""
    refused = {problem.field for problem in found}
    other = "contact_id" if after["is_organization"] else "parent_organization_id"
    wrong = [name for name in (other,) if data.get(name) is not None]
    if data.get("parent_organization_id") == after["id"] is not None:
        wrong.append("parent_organization_id")
    if after["customer_status"] == after["prospect_status"] == "none":
        wrong += [
            name for name in ("billing_address", "shipping_address") if data.get(name) is not None
        ]
    return [
        values.problem(resource=RESOURCE, pointer=f"/{name}", code="incorrect_value")
        for name in wrong
        if f"/{name}" not in refused
    ]


def _missing(
    data: Mapping[str, Any], before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> list[Problem]:
    needed = "name" if after["is_organization"] else "last_name"
    if before is not None or needed in data:
        return []
    return [values.problem(resource=RESOURCE, pointer=f"/{needed}", code="missing")]


def _in_order(data: Mapping[str, Any], problems: list[Problem]) -> list[Problem]:
    places = {f"/{values.escape(name)}": place for place, name in enumerate(data)}

    def place(problem: Problem) -> int:
        attribute = "/" + (problem.field or "/").split("/")[1]
        return places.get(attribute, len(places))

    return sorted(problems, key=place)


def _settle_names(after: dict[str, Any]) -> None:
    """A person's name is made of its parts, an organization has no parts (R-22)."""
    if after["is_organization"]:
        after["first_name"] = after["last_name"] = None
    else:
        parts = (after["first_name"] or "", after["last_name"] or "")
        after["name"] = " ".join(part.strip() for part in parts if part.strip())
