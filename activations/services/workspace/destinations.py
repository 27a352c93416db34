"""The destinations of a workspace file: details, mappings, activated audiences."""

import re
from collections.abc import Callable
from datetime import date

from activations.mapping import problems as mapping_problems
from activations.mapping.paths import PathProblem, parse_source, parse_target
from activations.mapping.plan import MappingRule
from activations.mapping.problems import ScheduledAudience
from activations.services.workspace import codes
from activations.services.workspace.document import Node
from activations.services.workspace.section import Findings, Section, T, each
from activations.services.workspace.values import ALERTS, ActivationEntry, DestinationEntry, Place
from activations.terms import WhenEmpty
from connections import activation_triggers, marketing_actions

_KEYS = (
    *("name", "description", "account", "enabled", "alerts", "marketing_actions"),
    *("activation_triggers", "mappings", "audiences"),
)
_MAPPING_KEYS = ("source", "target", "when_empty")
_ACTIVATION_KEYS = ("audience", "mapping_id", "start", "end")

# Blocks a destination but is no reason to refuse a file: the destination sends nothing.
_WARNED = "mandatory-mapping-missing"
# Not of interest here: the file is applied without Zendesk, and may activate nothing yet.
_IGNORED = ("fields-unknown", "no-audience")


class Reader:
    """Reads destinations and keeps what they refer to, as (name, place)."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.accounts: list[tuple[str, Place]] = []
        self.audiences: list[tuple[str, Place]] = []

    def read(self, node: Node) -> DestinationEntry | None:
        """One entry of `destinations`; None when its name or account is missing."""
        section = Section(node, keys=_KEYS, findings=self._findings)
        name = section.text("name", longest=200)
        account = section.text("account", longest=200)
        if account is not None:
            self.accounts.append((account, section.place("account")))
        rules = _kept(section.items("mappings"), self._rule)
        activations = _kept(section.items("audiences"), self._activation)
        self._note_mapping_problems(section, rules, activations)
        entry = DestinationEntry(
            name=name or "",
            account=account or "",
            description=section.optional_text("description"),
            is_enabled=section.flag("enabled", default=True),
            alerts=each(section.items("alerts"), self._alert),
            marketing_actions=self._actions(section),
            activation_triggers=self._triggers(section),
            rules=tuple(rules.values()) if section.has("mappings") else None,
            activations=tuple(activations.values()) if section.has("audiences") else None,
            mapped_at=section.place("mappings") if section.has("mappings") else node.place,
        )
        return entry if name is not None and account is not None else None

    def _alert(self, node: Node) -> str | None:
        if node.value in ALERTS:
            return str(node.value)
        self._findings.refuse(node.place, f"is not an alert; known are {', '.join(ALERTS)}.")
        return None

    def _actions(self, section: Section) -> tuple[str, ...] | None:
        if not section.has("marketing_actions"):
            return None
        return codes.read(
            section,
            "marketing_actions",
            known=marketing_actions.CODES,
            thing="a marketing action",
            findings=self._findings,
        )

    def _triggers(self, section: Section) -> tuple[str, ...] | None:
        if not section.has("activation_triggers"):
            return None
        if not section.items("activation_triggers"):
            place = section.place("activation_triggers")
            self._findings.refuse(place, "must hold at least one: nothing would ever be sent.")
        return codes.read(
            section,
            "activation_triggers",
            known=activation_triggers.CODES,
            thing="an activation trigger",
            findings=self._findings,
        )

    def _rule(self, node: Node) -> MappingRule | None:
        section = Section(node, keys=_MAPPING_KEYS, findings=self._findings)
        source = self._path(section, "source", parse_source)
        target = self._path(section, "target", parse_target)
        when_empty = section.optional_text("when_empty", default=WhenEmpty.KEEP)
        if when_empty not in WhenEmpty.values:
            known = " or ".join(WhenEmpty.values)
            self._findings.refuse(section.place("when_empty"), f"must be {known}.")
            return None
        if source is None or target is None:
            return None
        return MappingRule(source, target, WhenEmpty(when_empty))

    def _path(self, section: Section, key: str, parse: Callable[[str], T]) -> T | None:
        text = section.text(key)
        if text is None:
            return None
        try:
            return parse(text)
        except PathProblem as problem:
            self._findings.refuse(section.place(key), problem.message)
            return None

    def _activation(self, node: Node) -> ActivationEntry | None:
        section = Section(node, keys=_ACTIVATION_KEYS, findings=self._findings)
        audience = section.text("audience", longest=356)
        mapping_id = section.text("mapping_id", longest=255)
        before = len(self._findings.problems)
        start_on, end_on = section.day("start"), section.day("end")
        left_out_at = None if section.has("start") else section.place("start")
        if audience is not None:
            self.audiences.append((audience, section.place("audience")))
        if audience is None or mapping_id is None:
            return None
        if len(self._findings.problems) > before:
            return None
        return ActivationEntry(audience, mapping_id, start_on or date.min, end_on, left_out_at)

    def _note_mapping_problems(
        self,
        section: Section,
        rules: dict[int, MappingRule],
        activations: dict[int, ActivationEntry],
    ) -> None:
        self._refuse_repeated_audiences(section, activations)
        if not rules and not activations:
            return
        found = mapping_problems.find(
            rules=tuple(rules.values()),
            audiences=[
                ScheduledAudience(entry.audience, entry.mapping_id, entry.start_on, entry.end_on)
                for entry in activations.values()
            ],
            fields=None,
        )
        positions = {"mappings": list(rules), "audiences": list(activations)}
        for problem in found:
            place = _place(section, problem.place, positions)
            if problem.code == _WARNED:
                if section.has("mappings"):
                    self._findings.warn(place, problem.message)
            elif problem.code not in _IGNORED:
                note = self._findings.refuse if problem.is_blocking else self._findings.warn
                note(place, problem.message)

    def _refuse_repeated_audiences(
        self, section: Section, activations: dict[int, ActivationEntry]
    ) -> None:
        seen: set[str] = set()
        for index, entry in activations.items():
            if entry.audience in seen:
                place = _place(section, f"audiences[{index}].audience", {})
                self._findings.refuse(place, "is activated already in this destination.")
            seen.add(entry.audience)


def _kept(nodes: list[Node], read: Callable[[Node], T | None]) -> dict[int, T]:
    """What could be read, by its position in the file."""
    values = {index: read(node) for index, node in enumerate(nodes)}
    return {index: value for index, value in values.items() if value is not None}


def _place(section: Section, place: str, positions: dict[str, list[int]]) -> Place:
    """`mappings[1].target`, counted among what could be read, as a place in the file."""
    match = re.fullmatch(r"(\w+)\[(\d+)\]\.(\w+)", place)
    if match is None:
        return section.place(place)
    key, number, field = match[1], int(match[2]), match[3]
    index = positions[key][number] if key in positions else number
    entry = section.items(key)[index]
    return Section(entry, keys=(), findings=Findings()).place(field)
