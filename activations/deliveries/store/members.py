"""The members of an audience, chunk by chunk, and held while they are lined up."""

from collections.abc import Collection, Iterable, Sequence
from heapq import merge
from itertools import islice

from activations import rowsets
from activations.models import Membership, Profile
from activations.terms import MembershipStatus

# Whoever has exited may have a delivery too.
EVERYBODY = tuple(MembershipStatus)
QUALIFYING = (MembershipStatus.REALIZED, MembershipStatus.EXISTING)


def following(
    *, audience_id: int, cursor: int, most: int, statuses: Iterable[MembershipStatus] = EVERYBODY
) -> Sequence[int]:
    """Profiles past the cursor with one of these statuses, in order."""
    # A query for each status follows the index; together they would have to be sorted, all of
    # them for every chunk.
    memberships = Membership.objects.filter(audience_id=audience_id, profile_id__gt=cursor)
    runs_of_ids = [
        memberships.filter(status=status)
        .order_by("profile_id")
        .values_list("profile_id", flat=True)[:most]
        for status in statuses
    ]
    return list(islice(merge(*runs_of_ids), most))


def count(*, audience_id: int) -> int:
    """Who qualifies now."""
    return Membership.objects.filter(audience_id=audience_id, status__in=QUALIFYING).count()


def hold(*, profile_ids: Collection[int]) -> None:
    """Until the transaction ends nobody changes them.

    A live change of one of them must come before their rows are made or after it: else a row
    could be sent with the profile as it was, and the change would find no row to tell.
    """
    profiles = Profile.objects.filter(pk__in=rowsets.numbers(profile_ids))
    list(profiles.select_for_update(no_key=True).order_by("pk").values_list("pk"))
