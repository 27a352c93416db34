"""Do an open draft, or what is activated already, break a data usage policy?"""

from collections.abc import Iterable, Sequence

from activations.governance import check
from activations.governance.check import Mapped, Violation
from activations.mapping.paths import PathProblem, parse_source
from activations.queries import governance
from activations.services.draft_content import MAPPING, Content, DraftProblem, MappingRow


def judge(*, content: Content, marketing_actions: Sequence[str]) -> Content:
    """The draft's content with what its complete mappings break at this destination."""
    found = check.find(
        mapped=list(_mapped(content.mappings)),
        actions=marketing_actions,
        rulebook=governance.rulebook(),
    )
    return content.with_violations(found=found, problems=[_problem(one) for one in found])


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
