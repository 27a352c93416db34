"""Do an open draft, or what is activated already, break a data usage policy?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef

from activations.governance import check
from activations.governance.check import Mapped, Rulebook, Violation
from activations.mapping.paths import PathProblem, parse_source
from activations.mapping.plan import MappingRule
from activations.models import Activation
from activations.queries import consents, governance
from activations.services import configuration
from activations.services.draft_content import MAPPING, Content, DraftProblem, MappingRow
from connections.models import Destination

# The others are told by their number.
MOST_TOLD = 10
REMEDY = (
    "Remove these mappings or the marketing actions first, or ask whoever manages data usage"
    " policies."
)
REMEDY_OF_C12 = "Remove these mappings first: no marketing action makes up for C12."


@dataclass(frozen=True, slots=True)
class Breach:
    """What a destination that sends already would break."""

    destination: str
    violation: Violation

    def __str__(self) -> str:
        return f"“{self.destination}”, mapping to “{self.violation.target}”: {self.violation.why}"


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


def judge(*, content: Content, marketing_actions: Sequence[str]) -> Content:
    """The draft's content with what its mappings break, and ask for, at this destination."""
    rulebook = governance.rulebook()
    mapped = list(_mapped(content.mappings))
    found = check.find(mapped=mapped, actions=marketing_actions, rulebook=rulebook)
    asked = consents.of(
        sources=[one.source for one in mapped], actions=marketing_actions, rulebook=rulebook
    )
    judged = content.with_violations(found=found, problems=[_problem(one) for one in found])
    return replace(judged, consents=asked)


def of_rules(
    *, rules: Iterable[MappingRule], actions: Sequence[str], rulebook: Rulebook
) -> tuple[Violation, ...]:
    """What a destination with these mappings and marketing actions breaks."""
    mapped = [Mapped(row, rule.source, rule.target_text) for row, rule in enumerate(rules)]
    return check.find(mapped=mapped, actions=actions, rulebook=rulebook)


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
    known = set(of_rules(rules=rules, actions=before, rulebook=rulebook))
    actions = destination.marketing_actions
    found = of_rules(rules=rules, actions=actions, rulebook=rulebook)
    if new := [Breach(destination.name, one) for one in found if one not in known]:
        raise WouldBreak(new)


def breaches(*, rulebook: Rulebook) -> list[Breach]:
    """What the activated destinations break, enabled or not: they may be enabled at any time."""
    is_activated = Exists(Activation.objects.filter(destination=OuterRef("pk")))
    activated = Destination.objects.filter(is_activated).order_by("name", "pk")
    return [
        Breach(destination.name, violation)
        for destination in activated.prefetch_related("field_mappings")
        for violation in of_rules(
            # In the order that rows of mappings have by themselves.
            rules=[configuration.rule_of(row=row) for row in destination.field_mappings.all()],
            actions=destination.marketing_actions,
            rulebook=rulebook,
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


def _problem(violation: Violation) -> DraftProblem:
    return DraftProblem(MAPPING, violation.row, "source", violation.message)
