"""The profiles of a destination, all or those that stand at one state or code, page by page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from activations.deliveries.store.attempts import HANDED_BACK
from activations.models import Attempt, Delivery
from activations.queries import codes, large_counts, references, sight
from activations.queries.census import ENDED, IN_DOUBT
from activations.terms import DeliveryState, ExclusionCode

PAGE_SIZE = 25
# Requests about one profile that are told of.
HISTORY = 100
CHUNK = 1_000
UNSETTLED = "unsettled"

# Of a delivery whose detail may name the attribute that a consent is asked for at.
_NAMING = {ExclusionCode.CONSENT.value, ""}
# What an attempt without a status from Zendesk says.
_WITHOUT_STATUS = {"not-sent": "not sent", "": "under way", "unknown": "no answer"}


@dataclass(frozen=True, slots=True)
class Kind:
    """Which deliveries: all, a state, or `unsettled` across them; of these one code, if given."""

    state: str = ""
    code: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether there can be any."""
        return self.state in {"", UNSETTLED, *DeliveryState.values}

    @property
    def is_ended(self) -> bool:
        """Excluded or failed: `code` and `detail` say why."""
        return self.state in ENDED

    @property
    def order(self) -> tuple[str, ...]:
        """What its pages go by: an index is in this order, so that nothing has to be sorted."""
        if not self.state:
            return ("profile_id",)
        is_by_code = self.code is None and self.state != UNSETTLED
        return ("code", "pk") if is_by_code else ("pk",)


@dataclass(frozen=True, slots=True)
class Request:
    """The newest request about a profile."""

    status: int | None
    outcome: str
    code: str
    request_id: str
    started_at: datetime

    @property
    def words(self) -> str:
        """Zendesk's status, or why there is none."""
        if self.status is not None:
            return str(self.status)
        return _WITHOUT_STATUS.get(self.outcome, "no answer")


@dataclass(frozen=True, slots=True)
class Row:
    """One profile; `who` is its e-mail address, else its first other identity; empty where that
    may not be seen."""

    key: int
    reference: str
    who: str
    state: str
    code: str
    detail: str
    updated_at: datetime
    next_attempt_at: datetime
    unsettled_until: datetime | None
    attempts: int
    request: Request | None

    @property
    def state_label(self) -> str:
        """The state in words."""
        return str(DeliveryState(self.state).label)

    @property
    def has_ended(self) -> bool:
        """Excluded or failed."""
        return self.state in ENDED

    @property
    def meaning(self) -> str:
        """The code in words; empty without one."""
        return codes.meaning(code=self.code) if self.code else ""


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in the order of its kind; `code` counts where the order begins with it."""

    key: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """By place, since a list of a million has no page number that stays; None: there is none.

    `count` is half a minute old when it is large.
    """

    rows: Sequence[Row]
    count: int
    after: Place | None = None
    before: Place | None = None


def page(
    *, destination_id: int, kind: Kind, after: Place | None = None, before: Place | None = None
) -> Page:
    """The page that follows the row `after`, or the one before `before`; at most four queries."""
    found, place = _of(destination_id, kind), before or after
    chunk = _beside(found, kind.order, place, is_back=before is not None)
    has_more, rows = len(chunk) > PAGE_SIZE, chunk[:PAGE_SIZE]
    if before is not None:
        rows.reverse()
    has_before, has_after = (
        (has_more, bool(rows)) if before is not None else (after is not None, has_more)
    )
    return Page(
        rows=_told(rows),
        count=_count(destination_id, kind),
        after=_place(rows[-1], kind) if rows and has_after else None,
        before=_place(rows[0], kind) if rows and has_before else None,
    )


def _beside(
    found: QuerySet[Delivery], order: tuple[str, ...], place: Place | None, *, is_back: bool
) -> list[dict[str, Any]]:
    """A page and one more, away from the place; the nearest first."""
    beyond, sign = ("lt", "-") if is_back else ("gt", "")
    ordered = found.order_by(*(f"{sign}{name}" for name in order))
    if place is None:
        return _read(ordered)
    key = order[-1]
    near = ordered.filter(**{f"{key}__{beyond}": place.key})
    if len(order) == 1:
        return _read(near)
    # Either of the two is one range of the index; both in one condition would be none.
    rows = _read(near.filter(code=place.code))
    if (lacking := PAGE_SIZE + 1 - len(rows)) > 0:
        rows += _read(ordered.filter(**{f"code__{beyond}": place.code}), most=lacking)
    return rows


def _place(row: Mapping[str, Any], kind: Kind) -> Place:
    return Place(row[kind.order[-1]], row["code"] if len(kind.order) > 1 else "")


def of_profile(*, destination_id: int, profile_id: int) -> Row | None:
    """How one profile stands there; two queries."""
    rows = Delivery.objects.filter(destination_id=destination_id, profile_id=profile_id)
    return next(iter(_told(_read(rows))), None)


def history(*, destination_id: int, profile_id: int) -> list[Request]:
    """The requests about one profile, the newest first; two queries."""
    rows = Delivery.objects.filter(destination_id=destination_id, profile_id=profile_id)
    log = Attempt.objects.filter(delivery_id__in=list(rows.values_list("pk", flat=True)))
    # In the order of their index: in that of their keys, the whole log might be walked through.
    sent = log.exclude(outcome=HANDED_BACK).order_by("-delivery_id", "-fence")
    return [request_of(attempt=one) for one in sent[:HISTORY]]


def every(*, destination_id: int, kind: Kind) -> Iterator[Row]:
    """All of them by key, with two queries for each thousand."""
    last = 0
    while True:
        found = _of(destination_id, kind).filter(pk__gt=last).order_by("pk")
        chunk = _read(found, most=CHUNK)
        yield from _told(chunk)
        if len(chunk) < CHUNK:
            return
        last = chunk[-1]["pk"]


def _of(destination_id: int, kind: Kind) -> QuerySet[Delivery]:
    if not kind.state:
        return Delivery.objects.filter(destination_id=destination_id)
    which = IN_DOUBT if kind.state == UNSETTLED else Q(state=kind.state)
    if kind.code is not None:
        which &= Q(code=kind.code)
    return Delivery.objects.filter(which, destination_id=destination_id)


def _count(destination_id: int, kind: Kind) -> int:
    about = f"profiles:{destination_id}:{sha256(repr(kind).encode()).hexdigest()[:16]}"
    known = large_counts.recalled(about=about).get("count")
    if known is not None:
        return known
    count = _of(destination_id, kind).count()
    large_counts.remember(about=about, counts={"count": count})
    return count


def _read(rows: QuerySet[Delivery], *, most: int = PAGE_SIZE + 1) -> list[dict[str, Any]]:
    sent = Attempt.objects.filter(delivery_id=OuterRef("pk")).exclude(outcome=HANDED_BACK)
    found = rows.values(
        *("pk", "profile_id", "profile__email", "profile__identity", "state", "code", "detail"),
        *("updated_at", "next_attempt_at", "unsettled_until", "attempts"),
        last=Subquery(sent.order_by("-fence").values("pk")[:1]),
    )
    return list(found[:most])


def _told(rows: Sequence[dict[str, Any]]) -> list[Row]:
    requests = Attempt.objects.in_bulk([row["last"] for row in rows if row["last"]])
    return [_row(row, requests.get(row["last"])) for row in rows]


def _row(row: dict[str, Any], attempt: Attempt | None) -> Row:
    return Row(
        key=row["pk"],
        reference=references.to(profile_id=row["profile_id"]),
        who=who(email=row["profile__email"], identity=row["profile__identity"]),
        state=row["state"],
        code=row["code"],
        detail=detail_of(code=row["code"], detail=row["detail"]),
        updated_at=row["updated_at"],
        next_attempt_at=row["next_attempt_at"],
        unsettled_until=row["unsettled_until"],
        attempts=row["attempts"],
        request=request_of(attempt=attempt) if attempt is not None else None,
    )


def who(*, email: str, identity: str) -> str:
    """What a profile is known by; empty where that may not be seen."""
    if email:
        return email if sight.shows_path("identityMap.Email") else ""
    return identity if sight.shows_path(f"identityMap.{identity.partition(':')[0]}") else ""


def detail_of(*, code: str, detail: str) -> str:
    """Empty for a missing consent where not all may be seen: it names an attribute.

    Without a code it may be about one too: notes on a request that told of exits for its sake.
    """
    is_naming = code in _NAMING and not sight.sees_everything()
    return "" if is_naming else detail


def request_of(*, attempt: Attempt) -> Request:
    """An attempt as pages tell of it."""
    return Request(
        status=attempt.http_status,
        outcome=attempt.outcome,
        code=attempt.code,
        request_id=attempt.request_id,
        started_at=attempt.started_at,
    )
