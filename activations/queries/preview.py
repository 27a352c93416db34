"""The exact request that would be sent for one profile, made by the code that sends."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from activations.deliveries.events import Excluded, NotSent, Refused, Unchanged
from activations.deliveries.store import claims
from activations.mapping.plan import Plan
from activations.models import Membership, Profile
from activations.queries import codes, deliveries, sight
from activations.queries.deliveries import detail_of
from activations.rendering import ToSend, decide, load_profiles, with_doubts_of_their_own
from activations.terms import ExclusionCode, MembershipStatus
from connections.models import Account, Destination

EXAMPLES = 5
LOOKED_THROUGH = 30
_MEMBER = (MembershipStatus.REALIZED.value, MembershipStatus.EXISTING.value)
# In the order in which people look for them.
_HEADERS = "Authorization: Bearer …{last_four}", "Content-Type: application/json"


@dataclass(frozen=True, slots=True)
class Person:
    """A profile to look at; `who` is empty where its identity may not be seen."""

    key: int
    who: str


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """As it leaves, but for the token, of which the last four characters are shown.

    `body` is set out in lines for people; what is sent has none. `is_new`: no contact is known
    yet, Zendesk looks for the e-mail address.
    """

    method: str
    url: str
    headers: tuple[str, ...]
    body: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen: `send` (with the request), `unchanged`, `nothing`, or `refused` (why)."""

    person: Person
    fate: str
    request: Request | None = None
    code: str = ""
    detail: str = ""
    # About single fields that are left out or shortened.
    notes: str = ""
    remedy: str = ""


def examples(*, plan: Plan, at: datetime) -> list[Person]:
    """Members of audiences whose schedule covers today, whoever is found first; one query."""
    covered = [row.audience_id for row in plan.covering(on=at.astimezone(UTC).date())]
    members = Membership.objects.filter(
        audience_id__in=covered[:LOOKED_THROUGH], status__in=_MEMBER
    )
    found = members.order_by().values("profile_id")[: 2 * EXAMPLES]
    profiles = Profile.objects.filter(pk__in=found)
    return sorted(map(_person, profiles), key=lambda person: person.who)[:EXAMPLES]


def by_email(*, address: str) -> Person | None:
    """Whose e-mail identity it is."""
    wanted = address.strip().lower().replace("\x00", "")
    profile = Profile.objects.filter(email=wanted).order_by("pk").first() if wanted else None
    return _person(profile) if profile is not None else None


def by_key(*, key: int) -> Person | None:
    """By the profile's own key."""
    profile = Profile.objects.filter(pk=key).first()
    return _person(profile) if profile is not None else None


def of(
    *, destination: Destination, plan: Plan, version: int, person: Person, at: datetime
) -> Preview:
    """Nothing is claimed, sent or stored."""
    assert destination.account_id is not None, "only a draft has no account"
    claimed = claims.foresee(destination=destination, profile_id=person.key, at=at)
    (claimed,) = with_doubts_of_their_own(
        claims=[claimed], plans={destination.pk: plan}, account_id=destination.account_id
    )
    profile = load_profiles(profile_ids=[person.key])[person.key]
    decision = decide(claimed=claimed, profile=profile, plan=plan, version=version, at=at)
    match decision:
        case ToSend():
            assert destination.account is not None, "only a draft has no account"
            request = _request(decision, destination.account)
            return Preview(person, "send", request, notes=_notes(decision))
        case Unchanged():
            return Preview(person, "unchanged")
        case Excluded(code, detail) | Refused(code, detail) | NotSent(code, detail):
            remedy = codes.remedy(code=code)
            told = detail_of(code=code, detail=detail)
            return Preview(person, "refused", code=code, detail=told, remedy=remedy)
        case _:
            return Preview(person, "nothing")


def _notes(item: ToSend) -> str:
    """Those of a withdrawal name the attribute of the consent: its code in words says as much."""
    if item.is_withdrawal and not sight.sees_everything():
        return f"{codes.meaning(code=ExclusionCode.CONSENT)}."
    return item.notes


def _request(item: ToSend, account: Account) -> Request:
    write = item.write()
    return Request(
        method=write.method,
        url=f"{settings.ZENDESK_SELL_URL}{write.target}",
        headers=tuple(line.format(last_four=account.token_last_four) for line in _HEADERS),
        body=set_out(write.body()),
        is_new=write.contact_id is None,
    )


def set_out(body: bytes) -> str:
    """JSON in lines, with letters as people write them."""
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False)


def _person(profile: Profile) -> Person:
    who = deliveries.who(email=profile.email, identity=profile.identity)
    return Person(profile.pk, who)
