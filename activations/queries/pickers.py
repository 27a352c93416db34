"""What the source and target pickers of the Mapping step offer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from activations.mapping import catalogue, names
from activations.mapping.paths import (
    PathProblem,
    Source,
    Target,
    format_source,
    format_target,
    parse_source,
)
from activations.queries import field_tree
from activations.queries.field_tree import Node
from activations.queries.seen import Seen
from activations.terms import SourceKind, TargetKind
from connections.zendesk.contact import CustomField

# The window stays under 200 kB, whatever keys the profiles have.
MOST_FURTHER = 500
MOST_FURTHER_SIGNS = 40_000

COMPANIES_ONLY = "companies only"


@dataclass(frozen=True, slots=True)
class Panel:
    """One category of a picker: a tree of fields, or a box for a text that becomes the value."""

    key: str
    label: str
    nodes: tuple[Node, ...] = ()
    note: str = ""
    box_label: str = ""
    box_prefix: str = ""
    box_help: str = ""
    has_lines: bool = False


def source_panels(*, seen: Seen, has_identities: bool = True) -> tuple[Panel, ...]:
    """XDM attributes (standard ones and what profiles also hold), namespaces, and free text."""
    identities = Panel("identities", "Select identity namespace", tuple(_namespaces(seen)))
    further, left_out = _further(seen)
    note = f"{left_out} more fields are not listed: use Other path." if left_out else ""
    tree = field_tree.grow(fields=[*_standard(seen), *further])
    return (
        Panel("attributes", "Select attributes", tuple(tree), note=note),
        *((identities,) if has_identities else ()),
        Panel(
            "constant",
            "Constant value",
            box_label="Text for every contact",
            box_prefix="constant: ",
            box_help="It is written exactly as it stands here. It must fit the target field: digits"
            " for a number, one of the choices for a list.",
            has_lines=True,
        ),
        Panel(
            "path",
            "Other path",
            box_label="Attribute path",
            box_prefix="xdm: ",
            box_help="Keys with dots between them, as in your profiles: loyalty.tier",
        ),
    )


def target_panels(*, fields: Mapping[str, CustomField] | None) -> tuple[Panel, ...]:
    """Contact attributes and the account's custom fields; the e-mail identity; any other name."""
    note = ""
    if fields is None:
        note = "The account's custom fields are not known yet: check its connection first."
    custom = Node("Custom fields", nodes=list(_custom_fields(fields or {})))
    groups = [*_known_targets(), *([custom] if custom.nodes else [])]
    email = next(target for target in catalogue.TARGETS if target.target.kind == "identity")
    return (
        Panel("attributes", "Select attributes", tuple(groups), note=note),
        Panel("identities", "Select identity namespace", (_known(email),)),
        Panel(
            "custom",
            "Select custom attributes",
            box_label="Attribute name",
            box_prefix="xdm: custom_fields.",
            box_help="Must match the name of the custom field in Zendesk exactly.",
        ),
    )


def _standard(seen: Seen) -> Iterator[tuple[str, Node]]:
    for attribute in catalogue.ATTRIBUTES:
        node = Node(
            attribute.path.rpartition(".")[2],
            value=attribute.text,
            # The branch says already whose address it is.
            name=attribute.label.rpartition(": ")[2],
            note=attribute.type,
            is_empty=not seen.is_nothing and attribute.path not in seen.attributes,
        )
        yield attribute.path, node


def _further(seen: Seen) -> tuple[list[tuple[str, Node]], int]:
    """The commonest of what profiles hold besides, by name, and how many are left out."""
    standard = {attribute.path for attribute in catalogue.ATTRIBUTES}
    found = [
        path
        for path in seen.attributes
        if path not in standard and _can_be_read(Source(SourceKind.ATTRIBUTE, path))
    ]
    found.sort(key=lambda path: (-seen.attributes[path].count, path))
    kept, signs = [], 0
    for path in found[:MOST_FURTHER]:
        signs += len(path)
        if signs <= MOST_FURTHER_SIGNS and field_tree.is_drawable(path=path):
            kept.append(path)
    nodes = [(path, _seen_node(path, seen.attributes[path].type)) for path in sorted(kept)]
    return nodes, len(found) - len(kept)


def _seen_node(path: str, type: str) -> Node:
    key = path.rpartition(".")[2]
    text = format_source(Source(SourceKind.ATTRIBUTE, path))
    return Node(key, value=text, name=names.spoken(key), note=type)


def _can_be_read(source: Source) -> bool:
    """A key may hold dots or blanks at its ends: no mapping could name it."""
    try:
        return parse_source(format_source(source)) == source
    except PathProblem:
        return False


def _namespaces(seen: Seen) -> Iterator[Node]:
    known = {symbol.casefold() for symbol in seen.namespaces}
    for namespace in catalogue.NAMESPACES:
        yield Node(
            namespace.symbol,
            value=namespace.text,
            name=namespace.label,
            note=namespace.type,
            is_empty=not seen.is_nothing and namespace.symbol.casefold() not in known,
        )
    standard = {namespace.symbol.casefold() for namespace in catalogue.NAMESPACES}
    further = sorted(symbol for symbol in seen.namespaces if symbol.casefold() not in standard)
    for symbol in further[:MOST_FURTHER]:
        source = Source(SourceKind.IDENTITY, symbol)
        if field_tree.is_drawable(path=symbol) and _can_be_read(source):
            yield Node(symbol, value=format_source(source))


def _known_targets() -> Iterable[Node]:
    contact = [f for f in catalogue.TARGETS if f.target.kind != TargetKind.IDENTITY]
    for label, fields in groupby(contact, key=lambda field: field.group):
        group = "Contact" if label == "Attributes" else label
        yield Node(group, nodes=[_known(field) for field in fields])


def _known(field: catalogue.TargetField) -> Node:
    return Node(
        field.target.name,
        value=field.text,
        name=field.label,
        note=field.type,
        is_mandatory=field.is_mandatory,
    )


def _custom_fields(fields: Mapping[str, CustomField]) -> Iterable[Node]:
    for field in sorted(fields.values(), key=lambda field: (field.name.casefold(), field.name)):
        text = format_target(Target(TargetKind.CUSTOM_FIELD, field.name))
        why_not = "" if field.for_contact else COMPANIES_ONLY
        yield Node(field.name, value=text, note=field.type, why_not=why_not)
