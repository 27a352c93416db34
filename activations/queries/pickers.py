"""What the source and target pickers of the Mapping step offer."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import accumulate, groupby

from activations.mapping import catalogue, names
from activations.mapping.paths import (
    PathProblem,
    Source,
    Target,
    format_source,
    format_target,
    parse_source,
)
from activations.queries import field_tree, sight
from activations.queries.field_tree import Node
from activations.queries.seen import Seen
from activations.terms import SourceKind, TargetKind
from connections.zendesk.contact import CustomField

# The window stays under 200 kB, whatever keys the profiles have.
MOST_FURTHER = 500
MOST_FURTHER_SIGNS = 40_000

# Custom fields listed at once: the others are found by a search, which the server answers.
MOST_CUSTOM = 300
MOST_CUSTOM_BYTES = 70_000
# Of those that the rows of the step name: more than a mapping is advised to have.
MOST_KEPT = 50

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
    # There are more fields than are listed: `words` were looked for among all of them.
    is_cut: bool = False
    words: str = ""


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


def target_panels(
    *,
    fields: Mapping[str, CustomField] | None,
    words: str = "",
    kept: Collection[str] = (),
) -> tuple[Panel, ...]:
    """Contact attributes and the account's custom fields; the e-mail identity; any other name.

    `kept` are names of custom fields that are listed however many there are.
    """
    note, fields = _note_on(fields), fields or {}
    listed, more = _listed(fields, words, kept)
    if more:
        note = f"{more:,} more custom fields fit: type a part of the name to find them."
    custom = Node("Custom fields", nodes=[_custom_field(field) for field in listed])
    groups = [*_known_targets(), *([custom] if custom.nodes else [])]
    is_cut = len(fields) > len(listed)
    email = next(target for target in catalogue.TARGETS if target.target.kind == "identity")
    return (
        Panel(
            "attributes",
            "Select attributes",
            tuple(groups),
            note=note,
            is_cut=is_cut,
            words=words,
        ),
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
        if not sight.shows_source(Source(SourceKind.ATTRIBUTE, attribute.path)):
            continue
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
        if not sight.shows_source(Source(SourceKind.IDENTITY, namespace.symbol)):
            continue
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


def _note_on(fields: Mapping[str, CustomField] | None) -> str:
    if fields is not None:
        return ""
    return "The account's custom fields are not known yet: check its connection first."


def _listed(
    fields: Mapping[str, CustomField], words: str, kept: Collection[str]
) -> tuple[list[CustomField], int]:
    """The first that have all the words, and those to keep; and how many more have them."""
    wanted = words.lower().split()
    found = [
        name
        for name in sorted(fields, key=lambda name: (name.casefold(), name))
        if not wanted or all(word in _searched(fields[name]) for word in wanted)
    ]
    # Each stands in the page twice.
    ends = accumulate(len(escape(name).encode()) for name in found[:MOST_CUSTOM])
    count = sum(1 for end in ends if end <= MOST_CUSTOM_BYTES)
    beyond = [name for name in found[count:] if name in kept]
    names = found[:count] + beyond[:MOST_KEPT]
    return [fields[name] for name in names], len(found) - len(names)


def _searched(field: CustomField) -> str:
    """What the words of a search are looked for in: what the list shows of it."""
    node = _custom_field(field)
    return f"{node.value} {node.why_not or node.note}".lower()


def _custom_field(field: CustomField) -> Node:
    text = format_target(Target(TargetKind.CUSTOM_FIELD, field.name))
    why_not = "" if field.for_contact else COMPANIES_ONLY
    return Node(field.name, value=text, note=field.type, why_not=why_not)
