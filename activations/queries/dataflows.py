"""One destination as every tab of its page frames it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from activations.models import Activation, ActivationDraft, Backfill, DataflowRun, Resend
from activations.queries import census, large_counts, sight
from connections.models import Destination
from connections.queries import changes
from connections.queries.changes import LastChange


@dataclass(frozen=True, slots=True)
class Dataflow:
    """`audience_count` is about those that may be seen.

    `ended_count`: profiles that are excluded or failed; half a minute old if very many are.
    """

    destination: Destination
    audience_count: int
    ended_count: int
    run_count: int
    has_draft: bool
    is_backfilling: bool
    is_resending: bool
    changed_by: str | None
    changed_at: datetime | None

    @property
    def changed(self) -> LastChange | None:
        """Who changed it last; None where nobody did for as long as the audit log is kept."""
        if self.changed_by is None or self.changed_at is None:
            return None
        return LastChange(self.changed_by, self.changed_at)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was activated or sent here, as far as may be seen."""
        return not (self.audience_count or self.run_count or self.ended_count)


def get(*, uuid: UUID, person_id: int | None) -> Dataflow:
    """One query besides that for what is hidden; `has_draft` is about that person.

    Raises Destination.DoesNotExist.
    """
    about = f"ended:{uuid}"
    ended = large_counts.recalled(about=about).get("ended")
    changed = changes.newest_of(uuid=uuid)
    drafts = ActivationDraft.objects.filter(created_by_id=person_id, finished_at__isnull=True)
    found: Any = (
        Destination.objects.select_related("account", "created_by")
        .annotate(
            audience_count=_number_of(sight.of_audiences(Activation.objects.all())),
            run_count=_number_of(DataflowRun.objects.all()),
            ended_count=census.ended() if ended is None else Value(ended),
            has_draft=Exists(drafts.filter(destination=OuterRef("pk"))),
            is_backfilling=Exists(_open(Backfill)),
            is_resending=Exists(_open(Resend)),
            changed_by=Subquery(changed.values("actor")[:1]),
            changed_at=Subquery(changed.values("at")[:1]),
        )
        .get(uuid=uuid)
    )
    if ended is None:
        large_counts.remember(about=about, counts={"ended": found.ended_count})
    names = Dataflow.__dataclass_fields__.keys() - {"destination"}
    return Dataflow(found, **{name: getattr(found, name) for name in names})


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    of_it = rows.filter(destination=OuterRef("pk")).order_by().values("destination")
    return Coalesce(Subquery(of_it.annotate(count=Count("*")).values("count")), 0)


def _open(model: Any) -> Any:
    return model.objects.filter(destination=OuterRef("pk"), finished_at__isnull=True)
