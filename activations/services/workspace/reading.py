"""From the bytes of a workspace file to values, with every problem found on the way. Pure.

The environment is handed in, since `token_env` names a variable in it. What only the database
knows, whether an account or audience that the file does not define exists, is left open as
references.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from activations.services.workspace import accounts, destinations
from activations.services.workspace.document import Node, Unreadable, parse
from activations.services.workspace.section import Findings, Section, each
from activations.services.workspace.values import (
    DEFAULT_NAMESPACE,
    VERSION,
    AudienceEntry,
    Problem,
    Workspace,
)

_KEYS = ("version", "accounts", "audiences", "destinations")
_AUDIENCE_KEYS = ("id", "namespace", "name")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. With problems, `workspace` is incomplete and not to be applied."""

    workspace: Workspace
    account_references: tuple[tuple[str, str], ...]
    audience_references: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def read(*, data: bytes, environ: Mapping[str, str]) -> Reading:
    """Read a file's bytes; references are pairs of (name, place where it is used)."""
    try:
        root = parse(data)
    except Unreadable as unreadable:
        return Reading(Workspace(), (), (), (unreadable.problem,), ())
    findings = Findings()
    top = Section(root, keys=_KEYS, findings=findings)
    _check_version(top, findings)
    workspace = Workspace(
        accounts=each(
            top.items("accounts"),
            lambda node: accounts.read(node, environ=environ, findings=findings),
        ),
        audiences=each(top.items("audiences"), lambda node: _audience(node, findings)),
        destinations=(),
    )
    _refuse_twins(top.items("accounts"), "name", (), findings)
    _refuse_twins(top.items("audiences"), "id", (("namespace", DEFAULT_NAMESPACE),), findings)
    _refuse_twins(top.items("destinations"), "name", (), findings)
    reader = destinations.Reader(findings)
    workspace = Workspace(
        accounts=workspace.accounts,
        audiences=workspace.audiences,
        destinations=each(top.items("destinations"), reader.read),
    )
    return Reading(
        workspace,
        tuple(reader.accounts),
        tuple(reader.audiences),
        tuple(findings.problems),
        tuple(findings.warnings),
    )


def _check_version(top: Section, findings: Findings) -> None:
    if not top.is_mapping:
        return
    node = top.raw("version")
    if node is None:
        findings.refuse(top.place("version"), f"is missing; write “version: {VERSION}”.")
    elif node.value != VERSION or isinstance(node.value, bool):
        findings.refuse(node.place, f"must be {VERSION}, the only version there is.")


def _audience(node: Node, findings: Findings) -> AudienceEntry | None:
    section = Section(node, keys=_AUDIENCE_KEYS, findings=findings)
    external_id = section.text("id", longest=255)
    namespace = (
        section.text("namespace", longest=100) if section.has("namespace") else DEFAULT_NAMESPACE
    )
    name = section.text("name", longest=255) if section.has("name") else ""
    if external_id is None or namespace is None or name is None:
        return None
    return AudienceEntry(namespace, external_id, name)


def _refuse_twins(
    nodes: Iterable[Node], key: str, more: tuple[tuple[str, str], ...], findings: Findings
) -> None:
    """Names compare exactly; `more` are further keys of the identity, with their defaults."""
    seen: dict[tuple[object, ...], Node] = {}
    silent = Findings()
    for node in nodes:
        section = Section(node, keys=(), findings=silent)
        name = section.text(key)
        if name is None:
            continue
        identity = (name, *(section.optional_text(k, default=d) or d for k, d in more))
        if identity in seen:
            message = f"is used already in line {seen[identity].line}."
            findings.refuse(section.place(key), message)
        else:
            seen[identity] = node
