"""Which accounts, destinations and audiences there are. Knows no database."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final

from activations.services.large_demo.size import Size
from activations.terms import Origin
from connections.models import AccountStatus, DestinationStatus

ENABLED, DISABLED = DestinationStatus.ENABLED, DestinationStatus.DISABLED
STOPPED, DRAFT = DestinationStatus.ERROR, DestinationStatus.DRAFT
_SEED: Final = 20260301

ACCOUNTS: Final = (
    ("Example Retail", AccountStatus.CONNECTED),
    ("Example Travel", AccountStatus.CONNECTED),
    ("Example Insurance", AccountStatus.CONNECTED),
    ("Example Outlet", AccountStatus.REJECTED),
    ("Example Trial", AccountStatus.UNCHECKED),
)


@dataclass(frozen=True, slots=True)
class Flow:
    """A destination: how many audiences at full size, and identities activated in an hour.

    `backlog` is the share of its profiles that stand in line, `failing` of those Zendesk refused.
    """

    name: str
    account: int
    status: DestinationStatus
    audiences: int
    hourly: int
    backlog: float = 0.002
    failing: float = 0.004
    is_backfilling: bool = False


FLOWS: Final = (
    Flow("Service contacts", 0, ENABLED, 250, 2_400),
    Flow("Newsletter contacts", 0, ENABLED, 120, 900, backlog=0.35, is_backfilling=True),
    Flow("Loyalty programme", 0, ENABLED, 80, 500),
    Flow("Win-back calls", 1, ENABLED, 60, 300, failing=0.08),
    Flow("Store openings", 0, ENABLED, 50, 250),
    Flow("Travel service", 1, ENABLED, 40, 200),
    Flow("Frequent travellers", 1, ENABLED, 30, 150),
    Flow("Event invitations", 1, ENABLED, 25, 120),
    Flow("Insurance leads", 2, ENABLED, 20, 100),
    Flow("Card holders", 2, ENABLED, 15, 80),
    Flow("Product recalls", 2, ENABLED, 12, 60),
    Flow("Premium support", 2, ENABLED, 10, 50),
    Flow("Churn prevention", 0, ENABLED, 8, 40),
    Flow("Survey panel", 1, ENABLED, 6, 30),
    Flow("Trade customers", 2, DISABLED, 20, 100, backlog=0.2),
    Flow("Young families", 0, DISABLED, 10, 50, backlog=0.1),
    Flow("Regional offices", 1, STOPPED, 15, 80, backlog=0.9, failing=0.02),
    Flow("Outlet customers", 3, ENABLED, 25, 120, backlog=0.6),
    Flow("Pilot market", 4, DRAFT, 0, 0),
    Flow("", 4, DRAFT, 0, 0),
)

_THEMES: Final = (
    *("Newsletter readers", "VIP customers", "Churn risk", "New customers", "Gift buyers"),
    *("Bought twice", "Left a basket", "Opened the app", "Returned an order", "Asked for help"),
    *("Birthday this month", "Gold members", "Silver members", "Weekend shoppers", "Students"),
    *("Young families", "Garden owners", "Runners", "Cyclists", "Early birds"),
    *(
        "Prefers calls",
        "Prefers e-mail",
        "Rated us five stars",
        "Rated us one star",
        "Window shops",
    ),
)
_PLACES: Final = (
    *("Uppsala", "Malmö", "Umeå", "Leeds", "Bristol", "Cardiff", "Portland", "Austin"),
    *("Madison", "Leipzig", "Freiburg", "Kiel", "Kyoto", "Sapporo", "Fukuoka", "Lyon"),
    *("Nantes", "Lille", "Porto", "Braga", "Faro", "Ghent", "Bruges", "Liège"),
    *("Turku", "Tampere", "Oulu", "Graz", "Linz", "Salzburg", "Bergen", "Tromsø"),
    *("Aarhus", "Odense", "Cork", "Galway", "Bologna", "Turin", "Verona", "everywhere"),
)
# Everybody has an entry in the first with this chance; the second is large as well.
BROAD: Final = (0.6, 0.25)


@dataclass(frozen=True, slots=True)
class Crowd:
    """An audience: `external_id` within its namespace, and whether it is named yet."""

    name: str
    namespace: str
    external_id: str
    origin: Origin
    uuid: uuid.UUID


@dataclass(frozen=True)
class Layout:
    """Audiences by popularity, and which of them each flow sends (their indexes)."""

    size: Size
    audiences: Sequence[Crowd]
    sent: Sequence[tuple[int, ...]]

    @cached_property
    def popularity(self) -> list[float]:
        """Of the audiences after the broad ones, summed up: few are large, most are small."""
        return list(accumulate(1 / (rank + 3) ** 0.9 for rank in range(len(self.rest))))

    @cached_property
    def rest(self) -> range:
        """Indexes of the audiences that are not broad."""
        return range(len(BROAD), len(self.audiences))

    @cached_property
    def flows_of(self) -> list[tuple[int, ...]]:
        """The flows that send each audience."""
        found: list[list[int]] = [[] for _ in self.audiences]
        for flow, indexes in enumerate(self.sent):
            for index in indexes:
                found[index].append(flow)
        return [tuple(flows) for flows in found]

    def weight(self, audience: int) -> float:
        """How many of all people have an entry in it, about."""
        if audience < len(BROAD):
            return BROAD[audience]
        return 2.2 * float((audience + 1) ** -0.9) / self.popularity[-1]


def of(*, size: Size) -> Layout:
    """The same for the same size."""
    chance = random.Random(_SEED)  # noqa: S311 - repeatable on purpose
    audiences = [_audience(rank, chance) for rank in range(size.audiences)]
    sent = [_sent(number, flow, size, chance) for number, flow in enumerate(FLOWS)]
    return Layout(size, audiences, sent)


def _audience(rank: int, chance: random.Random) -> Crowd:
    identifier = uuid.UUID(int=chance.getrandbits(128), version=4)
    origin = chance.choices(
        (Origin.WORKSPACE, Origin.PROFILES, Origin.UPLOAD, Origin.BROWSER), weights=(50, 30, 15, 5)
    )[0]
    return Crowd(
        name=f"{_THEMES[rank % len(_THEMES)]}, {_PLACES[rank // len(_THEMES) % len(_PLACES)]}",
        namespace="CustomerAudienceUpload" if origin == Origin.UPLOAD else "ups",
        external_id=str(identifier),
        origin=origin,
        uuid=uuid.UUID(int=chance.getrandbits(128), version=4),
    )


def _sent(number: int, flow: Flow, size: Size, chance: random.Random) -> tuple[int, ...]:
    if not flow.audiences:
        return ()
    count = size.share(flow.audiences)
    if number == 0:
        return tuple(range(count))
    first = (1,) if number == 1 else ()
    others = chance.sample(range(len(BROAD), size.audiences), count - len(first))
    return (*first, *sorted(others))
