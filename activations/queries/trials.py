"""Profiles tried out batch by batch, so that no request takes long: what was found so far."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from activations.mapping.plan import Plan
from activations.queries import samples, windows
from activations.queries.samples import Sample
from activations.queries.scopes import WINDOWS, Crowd, Scope
from activations.queries.windows import Window

# So many profiles are tried out: all of them where there are no more, else spread over all.
LOOKED_AT = 1_000
BATCHES = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """`covered` ids of the crowd's range were looked through in `batches`."""

    crowd: Crowd
    sample: Sample = field(default_factory=Sample)
    batches: int = 0
    covered: int = 0

    @property
    def most_batches(self) -> int:
        """How many it takes in all."""
        return BATCHES

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to try out."""
        return self.batches >= BATCHES or not self.crowd.candidates

    @property
    def is_exact(self) -> bool:
        """Whether every profile was tried out."""
        return self.is_over and self.crowd.is_counted and self.crowd.candidates <= LOOKED_AT

    @property
    def of_all(self) -> float | None:
        """How many profiles one that was tried out stands for; None when that is not known."""
        looked_at, crowd = self.sample.looked_at, self.crowd
        if not looked_at:
            return None
        if crowd.may_repeat and self.covered:
            # Only the sample tells profiles apart.
            return min((crowd.last - crowd.first + 1) / self.covered, crowd.candidates / looked_at)
        return crowd.candidates / looked_at

    def as_values(self) -> dict[str, Any]:
        """To be sent along, and read by `read`; nothing in it is about a person."""
        return asdict(self)


def read(values: Mapping[str, Any]) -> Trial:
    """What `as_values` made."""
    crowd, sample = Crowd(**values["crowd"]), Sample(**values["sample"])
    return Trial(**{**values, "crowd": crowd, "sample": sample})


def further(*, trial: Trial, scope: Scope, destination_id: int, plan: Plan, at: datetime) -> Trial:
    """With one more batch, in four queries."""
    ids, covered = batch(scope=scope, crowd=trial.crowd, number=trial.batches)
    found = samples.look(destination_id=destination_id, profile_ids=ids, plan=plan, at=at)
    return replace(
        trial,
        sample=_sum(trial.sample, found),
        batches=trial.batches + 1,
        covered=trial.covered + covered,
    )


def batch(*, scope: Scope, crowd: Crowd, number: int) -> tuple[Sequence[int], int]:
    """Ids of the batch with this number, from 0; one query.

    And how many of a large crowd's ids were looked through for it.
    """
    if crowd.is_counted:
        few = crowd.candidates <= LOOKED_AT
        step = 1 if few else windows.prime(at_least=-(-crowd.candidates // LOOKED_AT))
        return scope.every_nth(step=step, most=2 * LOOKED_AT)[number::BATCHES], 0
    chosen = _windows(crowd)[number::BATCHES]
    ids = scope.within(found=chosen, most=2 * LOOKED_AT // BATCHES)
    return ids, sum(window.width for window in chosen)


def _windows(crowd: Crowd) -> list[Window]:
    share = LOOKED_AT / crowd.candidates
    return windows.spread(first=crowd.first, last=crowd.last, share=share, count=WINDOWS)


def _sum(one: Sample, other: Sample) -> Sample:
    return Sample(
        looked_at=one.looked_at + other.looked_at,
        to_send=one.to_send + other.to_send,
        unchanged=one.unchanged + other.unchanged,
        excluded=dict(Counter(one.excluded) + Counter(other.excluded)),
        asked=one.asked + other.asked,
        consenting=dict(Counter(one.consenting) + Counter(other.consenting)),
    )
