"""What finishing a draft will set in motion."""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings

from activations.models import Membership, Profile
from activations.terms import MembershipStatus


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`qualifying` profiles are in at least one audience; the rest are counted among them."""

    qualifying: int
    without_email: int
    seconds: int

    @property
    def duration(self) -> str:
        """In words, at the pace of the token."""
        minutes = -(-self.seconds // 60)
        if self.seconds < 60:
            return "under a minute"
        if minutes < 120:
            return f"about {minutes} minutes"
        return f"about {round(minutes / 60)} hours"

    @property
    def pace(self) -> str:
        """What the duration is reckoned with."""
        rate = settings.ZENDESK_REQUESTS_PER_SECOND
        return f"at {rate:g} requests per second" if rate else "without a limit"


def count(*, audience_ids: Collection[int]) -> Foreseen:
    """Two queries."""
    members = Membership.objects.filter(
        audience_id__in=audience_ids,
        status__in=[MembershipStatus.REALIZED, MembershipStatus.EXISTING],
    )
    profiles = Profile.objects.filter(pk__in=members.values("profile_id"))
    qualifying = profiles.count()
    without_email = profiles.filter(email="").count()
    rate = settings.ZENDESK_REQUESTS_PER_SECOND
    seconds = round((qualifying - without_email) / rate) if rate else 0
    return Foreseen(qualifying=qualifying, without_email=without_email, seconds=seconds)
