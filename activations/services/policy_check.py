"""Do an open draft, or what is activated already, break a data usage policy?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef

from activations.governance import check
from activations.governance.check import Activated, Mapped, Rulebook, Violation
from activations.mapping.paths import PathProblem, parse_source
from activations.mapping.plan import MappingRule
from activations.models import Activation
from activations.queries import consents, governance, labelled_audiences, sight
from activations.services import configuration
from activations.services.draft_content import (
    MAPPING,
    SCHEDULE,
    STEPS,
    Content,
    DraftProblem,
    MappingRow,
    ScheduleRow,
)
from connections.models import Destination

# The others are told by their number.
MOST_TOLD = 10
REMEDY = (
    "Remove these mappings, audiences or marketing actions first, or ask whoever manages data"
    " usage policies."
)
REMEDY_OF_C12 = "Remove these mappings or audiences first: no marketing action makes up for C12."


@dataclass(frozen=True, slots=True)
class Breach:
    """What a destination that sends already would break."""

    destination: str
    violation: Violation

    @property
    def is_shown(self) -> bool:
        """Whether what breaks it may be named: an audience only to who sees everything."""
        broken = self.violation
        if broken.is_of_audience:
            return sight.sees_everything()
        paths = [label.path for label in (*broken.labels, *broken.others)]
        return sight.shows_source(parse_source(broken.source)) and all(map(sight.shows_path, paths))

    def __str__(self) -> str:
        if not self.is_shown:
            policy = self.violation.policy
            return f"“{self.destination}” sends {sight.SOMETHING} that breaks “{policy}”."
        thing = "audience at" if self.violation.is_of_audience else "mapping to"
        return f"“{self.destination}”, {thing} “{self.violation.target}”: {self.violation.why}"


class WouldBreak(Exception):
    """What is activated would break a data usage policy; nothing was changed."""

    def __init__(self, breaches: Sequence[Breach]) -> None:
        super().__init__("; ".join(str(breach) for breach in breaches[:MOST_TOLD]))
        self.breaches = tuple(breaches)

    @property
    def sentences(self) -> list[str]:
        """The first of them, one by one, and what to do."""
        told = [str(breach) for breach in self.breaches[:MOST_TOLD]]
        left = len(self.breaches) - len(told)
        more = [f"And {left:,} more."] if left else []
        has_actions = any(breach.violation.marketing_actions for breach in self.breaches)
        return [*told, *more, REMEDY if has_actions else REMEDY_OF_C12]


def judge(*, content: Content, destination: Destination, until: str = SCHEDULE) -> Content:
    """The draft's content with what it breaks, and asks for, at this destination.

    All violations; those of the steps after `until` are not among the problems yet.
    """
    rulebook, actions = governance.rulebook(), destination.marketing_actions
    mapped = list(_mapped(content.mappings))
    activated = list(_chosen(content.schedule, rulebook))
    found = check.find(mapped=mapped, actions=actions, rulebook=rulebook, activated=activated)
    asked = consents.of(
        sources=[one.source for one in mapped],
        actions=actions,
        rulebook=rulebook,
        activated=activated,
    )
    wanted = STEPS[: STEPS.index(until) + 1]
    told = [told for one in found if (told := _problem(one)).step in wanted]
    judged = content.with_violations(found=found, problems=told)
    return replace(judged, consents=asked)


def of_rules(
    *,
    rules: Iterable[MappingRule],
    actions: Sequence[str],
    rulebook: Rulebook,
    activated: Iterable[Activated],
) -> tuple[Violation, ...]:
    """What a destination with these mappings, audiences and marketing actions breaks."""
    mapped = [Mapped(row, rule.source, rule.target_text) for row, rule in enumerate(rules)]
    return check.find(mapped=mapped, actions=actions, rulebook=rulebook, activated=activated)


def demand(*, change: Callable[[Rulebook], Rulebook]) -> None:
    """What is activated must break nothing more after a change of what holds. Raises WouldBreak.

    Within a transaction that has `standing_still.alone`.
    """
    now = governance.rulebook()
    before = set(breaches(rulebook=now))
    if new := [breach for breach in breaches(rulebook=change(now)) if breach not in before]:
        raise WouldBreak(new)


def demand_of(*, destination: Destination, before: Sequence[str]) -> None:
    """What it sends must break nothing that it did not with the marketing actions of before.

    Raises WouldBreak.
    """
    if destination.marketing_actions == list(before) or not destination.activations.exists():
        return
    rulebook = governance.rulebook()
    rules = configuration.rules_of(destination=destination)
    activated = labelled_audiences.activated(rulebook=rulebook, destination=destination)
    known, found = (
        of_rules(
            rules=rules,
            actions=actions,
            rulebook=rulebook,
            activated=activated.get(destination.pk, ()),
        )
        for actions in (before, destination.marketing_actions)
    )
    if new := [Breach(destination.name, one) for one in found if one not in known]:
        raise WouldBreak(new)


def breaches(*, rulebook: Rulebook) -> list[Breach]:
    """What the activated destinations break, enabled or not: they may be enabled at any time."""
    is_activated = Exists(Activation.objects.filter(destination=OuterRef("pk")))
    found = Destination.objects.filter(is_activated).order_by("name", "pk")
    activated = labelled_audiences.activated(rulebook=rulebook)
    return [
        Breach(destination.name, violation)
        for destination in found.prefetch_related("field_mappings")
        for violation in of_rules(
            # In the order that rows of mappings have by themselves.
            rules=[configuration.rule_of(row=row) for row in destination.field_mappings.all()],
            actions=destination.marketing_actions,
            rulebook=rulebook,
            activated=activated.get(destination.pk, ()),
        )
    ]


def _mapped(rows: Iterable[MappingRow]) -> Iterable[Mapped]:
    """Rows that cannot be read yet are problems already."""
    for place, row in enumerate(rows):
        try:
            source = parse_source(row.source)
        except PathProblem:
            continue
        if row.target:
            yield Mapped(place, source, row.target)


def _chosen(rows: Iterable[ScheduleRow], rulebook: Rulebook) -> Iterable[Activated]:
    references = {audience.key: name for name, audience in rulebook.audiences.items()}
    for place, row in enumerate(rows):
        if row.audience in references:
            yield Activated(place, references[row.audience], row.mapping_id)


def _problem(violation: Violation) -> DraftProblem:
    if violation.is_of_audience:
        return DraftProblem(SCHEDULE, violation.row, "mapping_id", violation.message)
    return DraftProblem(MAPPING, violation.row, "source", violation.message)
