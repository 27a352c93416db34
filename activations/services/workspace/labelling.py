"""Labels and policies of a workspace file."""

from activations.governance import attributes, labels
from activations.mapping.paths import PathProblem, parse_source
from activations.services.workspace import codes
from activations.services.workspace.document import Node
from activations.services.workspace.section import Findings, Section, each
from activations.services.workspace.values import (
    AttributeEntry,
    LabelEntry,
    Place,
    PolicyEntry,
)
from activations.terms import LabelMatch, SourceKind
from connections import marketing_actions

_LABEL_KEYS = ("name", "friendly_name", "description")
_ATTRIBUTE_KEYS = ("path", "labels")
_CORE_KEYS = ("name", "core", "enabled")
_POLICY_KEYS = (
    *("name", "description", "labels", "label_match", "marketing_actions", "enabled", "core"),
)
_CONSENT_KEYS = (
    *("name", "description", "labels", "label_match", "marketing_actions", "enabled"),
    *("path", "accepted"),
)


class Reader:
    """Reads what is labelled, and policies; keeps the labels they name, as (name, place)."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.labels: list[tuple[str, Place]] = []

    def codes(self, section: Section) -> tuple[str, ...]:
        """Its `labels`, in the order of `governance.labels`."""
        return tuple(labels.ordered(codes=each(section.items("labels"), self._code)))

    def label(self, node: Node) -> LabelEntry | None:
        """One entry of `labels`."""
        section = Section(node, keys=_LABEL_KEYS, findings=self._findings)
        name = section.text("name")
        friendly = section.text("friendly_name", longest=200)
        description = section.optional_text("description", longest=4000)
        problem = labels.name_problem(name=name) if name is not None else None
        if problem is not None:
            self._findings.refuse(section.place("name"), problem)
        if name is None or friendly is None or problem is not None:
            return None
        return LabelEntry(name, friendly, description, place=node.place)

    def attribute(self, node: Node) -> AttributeEntry | None:
        """One entry of `labelled_attributes`."""
        section = Section(node, keys=_ATTRIBUTE_KEYS, findings=self._findings)
        text, chosen = section.text("path"), self.codes(section)
        if not section.items("labels"):
            self._findings.refuse(section.place("labels"), "must hold at least one label.")
        if text is None:
            return None
        try:
            return AttributeEntry(attributes.parse(text), chosen, place=node.place)
        except PathProblem as problem:
            self._findings.refuse(section.place("path"), problem.message)
            return None

    def policy(self, node: Node) -> PolicyEntry | None:
        """One entry of `policies`; of a core one a file only says whether it is enabled."""
        section = Section(node, keys=_POLICY_KEYS, findings=self._findings)
        if section.flag("core", default=False):
            section = Section(node, keys=_CORE_KEYS, findings=self._findings)
            name = section.text("name", longest=200)
            is_enabled = section.flag("enabled", default=False)
            if name is None:
                return None
            return PolicyEntry(name, is_core=True, is_enabled=is_enabled, place=node.place)
        for key in ("labels", "marketing_actions"):
            if not section.items(key):
                self._findings.refuse(section.place(key), "must hold at least one.")
        return self._policy(section)

    def consent_policy(self, node: Node) -> PolicyEntry | None:
        """One entry of `consent_policies`."""
        section = Section(node, keys=_CONSENT_KEYS, findings=self._findings)
        if not section.items("labels") and not section.items("marketing_actions"):
            self._findings.refuse(node.place, "needs a marketing action or a label.")
        path, accepted = self._path(section), section.words("accepted")
        if not section.items("accepted"):
            self._findings.refuse(section.place("accepted"), "must hold at least one value.")
        return self._policy(section, path=path, accepted=tuple(dict.fromkeys(accepted)))

    def _policy(
        self, section: Section, *, path: str = "", accepted: tuple[str, ...] = ()
    ) -> PolicyEntry | None:
        name = section.text("name", longest=200)
        match = section.optional_text("label_match", default=LabelMatch.ANY)
        if match not in LabelMatch.values:
            known = " or ".join(LabelMatch.values)
            self._findings.refuse(section.place("label_match"), f"must be {known}.")
        entry = PolicyEntry(
            name or "",
            description=section.optional_text("description", longest=4000),
            labels=self.codes(section),
            label_match=match,
            marketing_actions=codes.read(
                section,
                "marketing_actions",
                known=marketing_actions.CODES,
                thing="a marketing action",
                findings=self._findings,
            ),
            path=path,
            accepted=accepted,
            is_enabled=section.flag("enabled", default=False),
            place=section.node.place,
        )
        return entry if name is not None else None

    def _path(self, section: Section) -> str:
        text = section.text("path", longest=attributes.LONGEST)
        if text is None:
            return ""
        try:
            source = parse_source(text if ":" in text else f"xdm: {text}")
        except PathProblem as problem:
            self._findings.refuse(section.place("path"), problem.message)
            return ""
        if source.kind != SourceKind.ATTRIBUTE:
            self._findings.refuse(section.place("path"), "must be an attribute.")
        return source.path

    def _code(self, node: Node) -> str | None:
        if isinstance(node.value, str):
            self.labels.append((node.value, node.place))
            return node.value
        self._findings.refuse(node.place, "must be the name of a label.")
        return None
