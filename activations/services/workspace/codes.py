"""Lists of known codes in a workspace file, such as marketing actions."""

from collections.abc import Sequence

from activations.services.workspace.document import Node
from activations.services.workspace.section import Findings, Section, each


def read(
    section: Section, key: str, *, known: Sequence[str], thing: str, findings: Findings
) -> tuple[str, ...]:
    """Each known code once, in the order of `known`; `thing` with its article."""

    def code(node: Node) -> str | None:
        if node.value in known:
            return str(node.value)
        findings.refuse(node.place, f"is not {thing}; known are {', '.join(known)}.")
        return None

    chosen = each(section.items(key), code)
    return tuple(one for one in known if one in chosen)
