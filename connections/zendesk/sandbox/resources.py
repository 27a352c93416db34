"""Which other resources does Sell have? A table of paths, attributes, types and actions.

Attributes are written `name:type`, with `!` when a new record needs it and `!a|b` when one of
several will do. Every record also has `id`, `creator_id` where the table says so, `created_at`
and `updated_at`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from . import values
from .values import Check, Verdict

READ = frozenset({"list", "read"})
WRITE = READ | {"create", "update", "delete"}


def _object(value: Any) -> Verdict:
    return Verdict(value) if isinstance(value, dict) else values.INVALID_TYPE


def _objects(value: Any) -> Verdict:
    is_right = isinstance(value, list) and all(isinstance(entry, dict) for entry in value)
    return Verdict(value) if is_right else values.INVALID_TYPE


def _integers(value: Any) -> Verdict:
    is_right = isinstance(value, list) and all(type(entry) is int for entry in value)
    return Verdict(value) if is_right else values.INVALID_TYPE


CHECKS: Mapping[str, Check] = {
    "line": values.text,
    "text": values.long_text,
    "id": values.optional_integer,
    "int": values.optional_integer,
    "amount": values.number,
    "flag": values.boolean,
    "tags": values.strings,
    "address": values.address,
    "object": _object,
    "objects": _objects,
    "ids": _integers,
    "about": partial(values.one_of, choices=("lead", "contact", "deal", "sales_account")),
}
_EMPTY: Mapping[str, Any] = {"tags": [], "objects": [], "ids": [], "object": {}, "flag": False}


@dataclass(frozen=True)
class Resource:
    name: str
    kind: str
    attributes: str
    actions: frozenset[str] = WRITE
    parent: str = ""
    """The resource whose id precedes this one in the path, and its column here is `owner`."""
    owner: str = ""
    key: str = "id"
    max_per_page: int = 100
    is_owned: bool = False
    """Has it `owner_id`, by default the token's user?"""

    @cached_property
    def types(self) -> dict[str, str]:
        return {name: kind for name, kind, _ in map(_split, self.attributes.split())}

    @cached_property
    def needs(self) -> tuple[tuple[str, ...], ...]:
        """Groups of attributes of which one must be present."""
        entries = map(_split, self.attributes.split())
        return tuple((name, *others) for name, _, others in entries if others is not None)

    def empty(self) -> dict[str, Any]:
        return {name: _EMPTY.get(kind) for name, kind in self.types.items()}


def _split(entry: str) -> tuple[str, str, tuple[str, ...] | None]:
    """`name:type`, `name:type!` or `name:type!other` as (name, type, what will do instead)."""
    name, _, kind = entry.partition(":")
    kind, mark, others = kind.partition("!")
    return name, kind, tuple(filter(None, others.split("|"))) if mark else None


_NAME = "name:line!"
_SOURCE = "name:line! resource_type:line"
_ABOUT = "resource_type:about! resource_id:id!"
_USER = (
    "name:line email:line status:line role:line invited:flag confirmed:flag phone_number:line "
    "team_name:line timezone:line zendesk_user_id:line identity_type:line"
)
_PERSON = (
    "first_name:line title:line description:text industry:line website:line email:line "
    "phone:line mobile:line fax:line twitter:line facebook:line linkedin:line skype:line "
    "address:address tags:tags custom_fields:object"
)
_LEAD = (
    "last_name:line!organization_name organization_name:line status:line source_id:id "
    f"unqualified_reason_id:id {_PERSON}"
)
_DEAL = (
    "name:line! contact_id:id! value:amount currency:line hot:flag stage_id:id source_id:id "
    "loss_reason_id:id unqualified_reason_id:id tags:tags custom_fields:object dropbox_email:line "
    "estimated_close_date:line customized_win_likelihood:int last_stage_change_at:line "
    "added_at:line"
)
_PRODUCT = (
    "name:line! description:text sku:line active:flag cost:amount cost_currency:line "
    "prices:objects max_discount:int max_markup:int"
)
_LINE_ITEM = (
    "product_id:id! value:amount variation:amount currency:line quantity:int price:amount "
    "name:line sku:line description:text"
)
_TASK = (
    "content:text! due_date:line remind_at:line completed:flag completed_at:line "
    "resource_type:about resource_id:id"
)
_CALL = (
    "summary:text outcome_id:id duration:int phone_number:line incoming:flag missed:flag "
    "recording_url:line external_id:line made_at:line associated_deal_ids:ids user_id:id "
    "resource_type:about resource_id:id"
)
_VISIT = "outcome_id:id visited_at:line summary:text resource_type:about! resource_id:id!"
_MESSAGE = "content:text incoming:flag sent_at:line resource_type:about resource_id:id"
_STAGE = "name:line category:line active:flag likelihood:int position:int pipeline_id:id"
_SEQUENCE = "name:line! status:line steps:objects"
_ENROLLMENT = f"sequence_id:id! state:line {_ABOUT}"

_TABLE = (
    Resource("users", "user", _USER, READ),
    Resource("pipelines", "pipeline", "name:line disabled:flag", READ),
    Resource("stages", "stage", _STAGE, READ),
    Resource("deals", "deal", _DEAL, is_owned=True),
    Resource("leads", "lead", _LEAD, is_owned=True),
    Resource("notes", "note", f"content:text! {_ABOUT}"),
    Resource("tasks", "task", _TASK, is_owned=True),
    Resource("tags", "tag", "name:line! resource_type:about!"),
    Resource("products", "product", _PRODUCT, max_per_page=500),
    Resource("orders", "order", "deal_id:id! discount:int", max_per_page=500),
    Resource("sources", "source", _SOURCE),
    Resource("deal_sources", "deal_source", _SOURCE),
    Resource("lead_sources", "lead_source", _SOURCE),
    Resource("loss_reasons", "loss_reason", _NAME),
    Resource("deal_unqualified_reasons", "deal_unqualified_reason", _NAME),
    Resource("lead_unqualified_reasons", "lead_unqualified_reason", _NAME),
    Resource("calls", "call", _CALL),
    Resource("call_outcomes", "call_outcome", _NAME),
    Resource("visits", "visit", _VISIT),
    Resource("visit_outcomes", "visit_outcome", _NAME),
    Resource("text_messages", "text_message", _MESSAGE),
    Resource("documents", "document", f"name:line! content_type:line size:int {_ABOUT}"),
    Resource("collaborations", "collaboration", f"collaborator_id:id! {_ABOUT}"),
    Resource("sequences", "sequence", _SEQUENCE),
    Resource("sequence_enrollments", "sequence_enrollment", _ENROLLMENT),
    Resource(
        "lead_conversions",
        "lead_conversion",
        "lead_id:id! create_deal:flag individual_id:id organization_id:id deal_id:id",
        max_per_page=200,
        is_owned=True,
    ),
    Resource("line_items", "line_item", _LINE_ITEM, parent="orders", owner="order_id"),
    Resource(
        "associated_contacts",
        "associated_contact",
        "contact_id:id! role:line!",
        parent="deals",
        owner="deal_id",
        key="contact_id",
    ),
)

RESOURCES: Mapping[tuple[str, str], Resource] = {
    (resource.parent, resource.name): resource for resource in _TABLE
}
"""By parent ('' for none) and name."""

FIELD_OWNERS = ("lead", "deal", "prospect_and_customer")
"""Whose custom-field definitions can be listed too; the sandbox has none."""
