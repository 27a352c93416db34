"""What the source and target pickers of the Mapping step offer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from activations.mapping import catalogue
from activations.mapping.paths import EMAIL, Source, Target, format_source, format_target
from activations.models import Profile
from activations.terms import SourceKind, TargetKind
from connections.zendesk.contact import CustomField

# Newest profiles looked at to learn which attributes really occur.
SAMPLE_SIZE = 300


@dataclass(frozen=True, slots=True)
class Option:
    """One line, in the notation of the rows; `name` is the display name, `note` the type."""

    value: str
    label: str
    note: str = ""
    name: str = ""
    is_empty: bool = False
    is_taken: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Options under one heading."""

    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One category of a picker."""

    key: str
    label: str
    groups: tuple[Group, ...] = ()
    custom_label: str = ""
    custom_prefix: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the newest profiles hold: attribute paths with a type, and identity namespaces."""

    attributes: Mapping[str, str]
    namespaces: frozenset[str]

    @property
    def is_nothing(self) -> bool:
        """No profile was loaded yet."""
        return not self.attributes and not self.namespaces


def seen() -> Seen:
    """One query over a sample."""
    attributes: dict[str, str] = {}
    namespaces: set[str] = set()
    newest = Profile.objects.order_by("-pk").values_list("attributes", "identities")[:SAMPLE_SIZE]
    for found, identities in newest:
        attributes.update(_leaves(found, ""))
        namespaces.update(identities)
    return Seen(attributes=attributes, namespaces=frozenset(namespaces))


def source_panels(*, seen: Seen, has_identities: bool = True) -> tuple[Panel, ...]:
    """XDM attributes (standard ones, then what profiles also hold) and identity namespaces."""
    identities = Panel("identities", "Select identity namespace", (_namespaces(seen),))
    return (
        Panel("attributes", "Select attributes", tuple(_attribute_groups(seen))),
        *((identities,) if has_identities else ()),
        Panel("path", "Other path", custom_label="Attribute path", custom_prefix="xdm: "),
    )


def target_panels(*, fields: Mapping[str, CustomField] | None) -> tuple[Panel, ...]:
    """Contact attributes and the account's custom fields; the e-mail identity; any other name."""
    attributes = [
        *_known_targets(),
        Group("Custom fields", tuple(_custom_fields(fields or {}))),
    ]
    identity = format_target(Target(TargetKind.IDENTITY, EMAIL))
    email = Option(identity, identity, note="mandatory")
    return (
        Panel("attributes", "Select attributes", tuple(g for g in attributes if g.options)),
        Panel("identities", "Select identity namespace", (Group("Zendesk", (email,)),)),
        Panel(
            "custom",
            "Select custom attributes",
            custom_label="Attribute name",
            custom_prefix="xdm: custom_fields.",
        ),
    )


def _attribute_groups(seen: Seen) -> Iterable[Group]:
    standard = set()
    for label, attributes in groupby(catalogue.ATTRIBUTES, key=lambda attribute: attribute.group):
        options = []
        for attribute in attributes:
            standard.add(attribute.path)
            is_empty = not seen.is_nothing and attribute.path not in seen.attributes
            options.append(
                Option(attribute.text, attribute.text, attribute.type, attribute.label, is_empty)
            )
        yield Group(label, tuple(options))
    further = sorted(set(seen.attributes) - standard)
    if further:
        yield Group(
            "Seen in your profiles",
            tuple(
                _option(Source(SourceKind.ATTRIBUTE, path), note=seen.attributes[path])
                for path in further
            ),
        )


def _namespaces(seen: Seen) -> Group:
    known = {symbol.casefold() for symbol in seen.namespaces}
    options = []
    for namespace in catalogue.NAMESPACES:
        is_empty = not seen.is_nothing and namespace.symbol.casefold() not in known
        options.append(
            Option(namespace.text, namespace.text, namespace.type, namespace.label, is_empty)
        )
    standard = {namespace.symbol.casefold() for namespace in catalogue.NAMESPACES}
    further = sorted(symbol for symbol in seen.namespaces if symbol.casefold() not in standard)
    options += [_option(Source(SourceKind.IDENTITY, symbol)) for symbol in further]
    return Group("Identity namespaces", tuple(options))


def _option(source: Source, note: str = "") -> Option:
    text = format_source(source)
    return Option(text, text, note)


def _known_targets() -> Iterable[Group]:
    contact = [f for f in catalogue.TARGETS if f.target.kind != TargetKind.IDENTITY]
    for label, fields in groupby(contact, key=lambda field: field.group):
        options = (Option(field.text, field.text, field.type, field.label) for field in fields)
        yield Group("Contact" if label == "Attributes" else label, tuple(options))


def _custom_fields(fields: Mapping[str, CustomField]) -> Iterable[Option]:
    for field in sorted(fields.values(), key=lambda field: field.name.casefold()):
        text = format_target(Target(TargetKind.CUSTOM_FIELD, field.name))
        note = field.type if field.for_contact else "companies only"
        yield Option(text, text, note, is_taken=not field.for_contact)


def _leaves(value: Mapping[str, Any], prefix: str) -> Iterable[tuple[str, str]]:
    """Dotted paths of values; a list of objects has no path a mapping could name."""
    for key, item in value.items():
        path = f"{prefix}{key}"
        if isinstance(item, Mapping):
            yield from _leaves(item, f"{path}.")
        elif not (isinstance(item, list) and any(isinstance(part, Mapping) for part in item)):
            yield path, _type(item)


def _type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, list):
        return "array"
    return "number" if isinstance(value, int | float) else "string"
