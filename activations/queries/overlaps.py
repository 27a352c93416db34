"""How many members of an audience hold the consent of one policy, of all others, and of both.

Tried out on the same profiles, batch by batch, as the forecast of the Review step does.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from activations.mapping import consents
from activations.mapping.consents import Consent
from activations.mapping.reading import ProfileView
from activations.models import Audience
from activations.queries import scopes, trials
from activations.queries.scopes import Crowd, Scope
from activations.rendering import load_profiles
from activations.venn import Part, Venn

# Of the audiences of a draft, so many are offered at once.
MOST_OFFERED: Final = 200
# Up to so many members are tried out at once.
_AT_ONCE: Final = 200
_SETS: Final = ("Audience members", "Selected policy", "Other policies")


@dataclass(frozen=True, slots=True)
class Overlap:
    """Of `looked_at` members, `selected` hold the consent of the selected policy, `others` those
    of all others, and `both` all of them."""

    crowd: Crowd
    looked_at: int = 0
    selected: int = 0
    others: int = 0
    both: int = 0
    batches: int = 0

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to try out."""
        return self.batches >= trials.BATCHES or not self.crowd.candidates

    @property
    def most_batches(self) -> int:
        """How many it takes in all."""
        return trials.BATCHES

    @property
    def is_exact(self) -> bool:
        """Whether every member was tried out."""
        few = self.crowd.is_counted and self.crowd.candidates <= trials.LOOKED_AT
        return self.is_over and few

    @property
    def estimate(self) -> int | None:
        """How many of all members consented, judged by the sample; None where nobody knows."""
        if not self.looked_at:
            return None
        return round(self.crowd.candidates * self.both / self.looked_at)

    def as_values(self) -> dict[str, Any]:
        """To be sent along, and read by `read`; nothing in it is about a person."""
        return asdict(self)

    def drawn(self, *, audience: str, has_others: bool) -> Venn:
        """As a picture; the other policies have a circle where there are any."""
        lacking, title = self.looked_at - self.both, f"Consent of the members of “{audience}”"
        consented, whole = Part("Consented", self.both), "members tried out"
        if not has_others:
            return Venn(title, whole, _SETS[:2], (Part("Not consented", lacking), consented))
        one, rest = self.selected - self.both, self.others - self.both
        parts = (
            Part("Consented to neither", lacking - one - rest),
            Part("Consented to the selected policy only", one),
            Part("Consented to the other policies only", rest),
        )
        return Venn(title, whole, _SETS, (*parts, consented))


@dataclass(frozen=True, slots=True)
class Question:
    """Who of `audience` holds the consents of `selected` and of `others`?"""

    audience: Audience
    selected: Consent
    others: tuple[Consent, ...]

    @property
    def keys(self) -> list[str]:
        """Other ones as soon as another answer is wanted."""
        return [str(self.audience.pk), self.selected.key, *(one.key for one in self.others)]


def begin(*, question: Question) -> Overlap:
    """How many members there are, in at most five queries that do not grow with them."""
    return Overlap(scopes.of_audience(audience_id=question.audience.pk).crowd())


def read(values: Mapping[str, Any]) -> Overlap:
    """What `as_values` made."""
    return Overlap(**{**values, "crowd": Crowd(**values["crowd"])})


def further(*, overlap: Overlap, question: Question) -> Overlap:
    """With one more batch, in three queries."""
    ids, batches = _next(scopes.of_audience(audience_id=question.audience.pk), overlap)
    held = [
        (_holds(view, [question.selected]), _holds(view, question.others)) for view in _views(ids)
    ]
    return replace(
        overlap,
        looked_at=overlap.looked_at + len(held),
        selected=overlap.selected + sum(has_it for has_it, _ in held),
        others=overlap.others + sum(has_others for _, has_others in held),
        both=overlap.both + sum(has_it and has_others for has_it, has_others in held),
        batches=batches,
    )


def offered(*, audience_ids: Collection[int], wanted: UUID | None) -> list[Audience]:
    """The first of these audiences in their order, and the wanted one if it is among them."""
    first = list(audience_ids)[:MOST_OFFERED]
    places = {key: place for place, key in enumerate(audience_ids)}
    found = Audience.objects.filter(Q(pk__in=first) | Q(uuid=wanted)).order_by()
    chosen = [audience for audience in found if audience.pk in places]
    return sorted(chosen, key=lambda audience: places[audience.pk])


def _next(scope: Scope, overlap: Overlap) -> tuple[Sequence[int], int]:
    """Ids to try out, and how many batches that makes."""
    crowd, number = overlap.crowd, overlap.batches
    if crowd.is_counted and crowd.candidates <= _AT_ONCE:
        return scope.every_nth(step=1, most=trials.LOOKED_AT), trials.BATCHES
    ids, _ = trials.batch(scope=scope, crowd=crowd, number=number)
    return ids, number + 1


def _views(profile_ids: Sequence[int]) -> list[ProfileView]:
    return [
        ProfileView(
            email=profile.email,
            attributes=profile.attributes,
            identities=profile.identities,
            memberships=profile.memberships,
            was_delivered=False,
        )
        for profile in load_profiles(profile_ids=profile_ids).values()
    ]


def _holds(view: ProfileView, asked: Sequence[Consent]) -> bool:
    return consents.first_missing(profile=view, consents=asked) is None
