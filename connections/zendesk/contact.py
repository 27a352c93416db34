"""What Sell calls a contact: the values we write and the fields it offers; knows no network."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """One built-in attribute of a person that the API lets us write."""

    name: str
    type: Literal["string", "int", "enum", "address", "tags"]
    label: str
    choices: tuple[str, ...] = ()


CONTACT_ATTRIBUTES: dict[str, AttributeSpec] = {
    spec.name: spec
    for spec in (
        AttributeSpec("email", "string", "Email"),
        AttributeSpec("first_name", "string", "First name"),
        AttributeSpec("last_name", "string", "Last name"),
        AttributeSpec("title", "string", "Title"),
        AttributeSpec("description", "string", "Description"),
        AttributeSpec("industry", "string", "Industry"),
        AttributeSpec("website", "string", "Website"),
        AttributeSpec("phone", "string", "Phone"),
        AttributeSpec("mobile", "string", "Mobile"),
        AttributeSpec("fax", "string", "Fax"),
        AttributeSpec("twitter", "string", "Twitter"),
        AttributeSpec("facebook", "string", "Facebook"),
        AttributeSpec("linkedin", "string", "LinkedIn"),
        AttributeSpec("skype", "string", "Skype"),
        AttributeSpec("address", "address", "Address"),
        AttributeSpec("billing_address", "address", "Billing address"),
        AttributeSpec("shipping_address", "address", "Shipping address"),
        AttributeSpec("customer_status", "enum", "Customer status", ("none", "current", "past")),
        AttributeSpec("prospect_status", "enum", "Prospect status", ("none", "current", "lost")),
        AttributeSpec("tags", "tags", "Tags"),
        AttributeSpec("owner_id", "int", "Owner id"),
        AttributeSpec("contact_id", "int", "Organization id"),
    )
}


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """One person as Sell should hold them; custom fields are keyed by their name."""

    email: str
    attributes: Mapping[str, Json]
    custom_fields: Mapping[str, Json]

    def data(self) -> dict[str, Json]:
        """What goes into `{"data": ...}`.

        An empty `custom_fields` is left out: Sell refuses some spellings of "none", and on an
        update an absent field keeps its value anyway.
        """
        data: dict[str, Json] = {**self.attributes, "email": self.email}
        if self.custom_fields:
            data["custom_fields"] = dict(self.custom_fields)
        return data

    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON of `data()`: equal digests need no new request."""
        text = json.dumps(
            self.data(),
            sort_keys=True,
            separators=(",", ":"),
            allow_nan=False,
            ensure_ascii=False,
            default=dict,
        )
        # Form NFC of the whole text: equal names typed on different keyboards compare equal.
        canonical = unicodedata.normalize("NFC", text)
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()

    def __repr__(self) -> str:
        # A contact turns up in tracebacks and assertion messages: sizes only, no values.
        return (
            f"<Contact: {len(self.attributes)} attributes, {len(self.custom_fields)} custom fields>"
        )


@dataclass(frozen=True, slots=True)
class CustomField:
    """One definition from `GET /v2/contact/custom_fields`; `type` is kept as Sell spells it."""

    id: int
    name: str
    type: str
    choices: tuple[str, ...]
    for_contact: bool
    for_organisation: bool

    def as_json(self) -> dict[str, Json]:
        """The shape in which a row caches the definition."""
        return {**asdict(self), "choices": list(self.choices)}

    @classmethod
    def from_json(cls, data: Mapping[str, Json], /) -> "CustomField":
        """Reads Sell's own spelling as well as ours. Raises ValueError without an id or a name.

        Sell names the offered values `choices` or `options` and the second kind of contact
        `for_organisation` or `for_company`, depending on who describes the endpoint.
        """
        field_id, name, kind = data.get("id"), data.get("name"), data.get("type")
        if not isinstance(field_id, int) or not isinstance(name, str) or not name:
            raise ValueError("a custom field definition has no id or no name")
        return cls(
            id=field_id,
            name=name,
            type=kind if isinstance(kind, str) else "",
            choices=_choice_names(data.get("choices") or data.get("options")),
            for_contact=data.get("for_contact", True) is not False,
            for_organisation=True in (data.get("for_organisation"), data.get("for_company")),
        )


def _choice_names(choices: Json) -> tuple[str, ...]:
    """Names out of `[{"id": 1, "name": "realized"}]` or out of a plain list of names."""
    if not isinstance(choices, list):
        return ()
    names = (choice.get("name") if isinstance(choice, dict) else choice for choice in choices)
    return tuple(name for name in names if isinstance(name, str))
