"""The audiences of a workspace file, with what people say about them."""

from activations.audiences import tags
from activations.services.workspace.document import Node
from activations.services.workspace.labelling import Reader
from activations.services.workspace.section import Findings, Section
from activations.services.workspace.values import DEFAULT_NAMESPACE, AudienceEntry

_KEYS = ("id", "namespace", "name", "description", "tags", "labels")


def read(node: Node, *, labels: Reader, findings: Findings) -> AudienceEntry | None:
    """One entry of `audiences`; None when it is not known which one."""
    section = Section(node, keys=_KEYS, findings=findings)
    external_id = section.text("id", longest=255)
    namespace = (
        section.text("namespace", longest=100) if section.has("namespace") else DEFAULT_NAMESPACE
    )
    name = section.text("name", longest=255) if section.has("name") else ""
    if external_id is None or namespace is None or name is None:
        return None
    return AudienceEntry(
        namespace,
        external_id,
        name,
        description=_description(section),
        tags=_tags(section, findings),
        labels=labels.codes(section) if section.has("labels") else None,
        labels_at=section.place("labels"),
    )


def _description(section: Section) -> str | None:
    """As the form has it: without blanks around it."""
    if not section.has("description"):
        return None
    return section.optional_text("description", longest=4000).strip()


def _tags(section: Section, findings: Findings) -> tuple[str, ...] | None:
    if not section.has("tags"):
        return None
    read = tags.distinct(texts=section.words("tags"))
    if (problem := tags.problem(tags=read)) is not None:
        findings.refuse(section.place("tags"), problem)
    return tuple(read)
