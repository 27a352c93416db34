"""From the bytes of a workspace file to values, with every problem found on the way. Pure.

The environment is handed in, since `token_env` names a variable in it. What only the database
knows, whether an account or audience that the file does not define exists, is left open as
references.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from activations.governance import attributes
from activations.mapping.paths import PathProblem
from activations.services.workspace import accounts, audiences, destinations, labelling
from activations.services.workspace.document import Node, Unreadable, parse
from activations.services.workspace.section import Findings, Section, T, each
from activations.services.workspace.values import (
    DEFAULT_NAMESPACE,
    VERSION,
    AudienceEntry,
    Place,
    Problem,
    Workspace,
)

_KEYS = (
    *("version", "accounts", "labels", "audiences", "destinations"),
    *("labelled_attributes", "policies", "consent_policies"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. With problems, `workspace` is incomplete and not to be applied."""

    workspace: Workspace
    account_names: frozenset[str] = frozenset()
    audience_names: frozenset[str] = frozenset()
    label_names: frozenset[str] = frozenset()
    account_references: tuple[tuple[str, Place], ...] = ()
    audience_references: tuple[tuple[str, Place], ...] = ()
    label_references: tuple[tuple[str, Place], ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def read(*, data: bytes, environ: Mapping[str, str]) -> Reading:
    """Read a file's bytes; references are pairs of a name and where it is used."""
    try:
        root = parse(data)
    except Unreadable as unreadable:
        return Reading(Workspace(), problems=(unreadable.problem,))
    findings = Findings()
    top = Section(root, keys=_KEYS, findings=findings)
    _check_version(top, findings)
    account_nodes, audience_nodes = top.items("accounts"), top.items("audiences")
    destination_nodes = top.items("destinations")
    account_names = _distinct(account_nodes, _name, findings)
    audience_names = _distinct(audience_nodes, _reference, findings)
    _distinct(destination_nodes, _name, findings)
    label_names = _distinct(top.items("labels"), _name, findings)
    _distinct(top.items("labelled_attributes"), _path, findings)
    _distinct(top.items("policies"), _name, findings)
    _distinct(top.items("consent_policies"), _name, findings)
    reader, labels = destinations.Reader(findings), labelling.Reader(findings)
    workspace = Workspace(
        each(account_nodes, lambda node: accounts.read(node, environ=environ, findings=findings)),
        each(audience_nodes, lambda node: audiences.read(node, labels=labels, findings=findings)),
        each(destination_nodes, reader.read),
        _optional(top, "labels", labels.label),
        _optional(top, "labelled_attributes", labels.attribute),
        _optional(top, "policies", labels.policy),
        _optional(top, "consent_policies", labels.consent_policy),
    )
    return Reading(
        workspace,
        account_names=account_names,
        audience_names=audience_names,
        label_names=label_names,
        account_references=tuple(reader.accounts),
        audience_references=tuple(reader.audiences),
        label_references=tuple(labels.labels),
        problems=tuple(findings.problems),
        warnings=tuple(findings.warnings),
    )


def _check_version(top: Section, findings: Findings) -> None:
    if not top.is_mapping:
        return
    node = top.child("version")
    if node is None:
        findings.refuse(top.place("version"), f"is missing; write “version: {VERSION}”.")
    elif node.value != VERSION or isinstance(node.value, bool):
        findings.refuse(node.place, f"must be {VERSION}, the only version there is.")


def _optional(top: Section, key: str, read: Callable[[Node], T | None]) -> tuple[T, ...] | None:
    """None where the file does not speak of it."""
    return each(top.items(key), read) if top.has(key) else None


def _distinct(
    nodes: Iterable[Node],
    identify: Callable[[Section], tuple[str, Place] | None],
    findings: Findings,
) -> frozenset[str]:
    """The names in a list, which compare exactly; one that is used twice is noted."""
    lines: dict[str, int] = {}
    for node in nodes:
        identified = identify(Section(node, keys=(), findings=Findings()))
        if identified is None:
            continue
        name, place = identified
        if name in lines:
            findings.refuse(place, f"is used already in line {lines[name]}.")
        else:
            lines[name] = place.line
    return frozenset(lines)


def _name(section: Section) -> tuple[str, Place] | None:
    name = section.text("name")
    return None if name is None else (name, section.place("name"))


def _path(section: Section) -> tuple[str, Place] | None:
    text = section.text("path")
    try:
        return None if text is None else (attributes.parse(text), section.place("path"))
    except PathProblem:
        return None


def _reference(section: Section) -> tuple[str, Place] | None:
    external_id = section.text("id")
    if external_id is None:
        return None
    namespace = section.optional_text("namespace", default=DEFAULT_NAMESPACE)
    return AudienceEntry(namespace, external_id).reference, section.place("id")
