"""What an account has to send next: claimed, rendered, and settled where no request is needed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from activations.deliveries.events import HandedBack, Irrelevant
from activations.deliveries.store import claims
from activations.deliveries.store.claims import Claimed
from activations.deliveries.store.settlements import Result
from activations.mapping.plan import Plan
from activations.rendering import (
    Plans,
    StoredProfile,
    ToSend,
    decide,
    load_profiles,
    with_doubts_of_their_own,
)
from activations.sending import books
from activations.sending.rounds import Round
from connections.models import Destination


class Supply:
    """Of one account, for as long as its courier lives."""

    def __init__(self, *, account_id: int, round_: Round) -> None:
        self._account_id, self._round = account_id, round_
        self._plans = Plans()
        # Of the destinations seen last, those that were refused something last.
        self.distrusted: set[int] = set()

    def next(self, *, limit: int, at: datetime) -> list[ToSend] | None:
        """Up to `limit` requests; may be empty. None when nothing is due."""
        batch = claims.claim(account_id=self._account_id, limit=limit, at=at)
        if not batch:
            return None
        try:
            return self._prepare(batch, at)
        except BaseException:
            # Whatever it was: nobody else may take these up before their leases end.
            connection.close_if_unusable_or_obsolete()
            books.store(results=[Result(claimed, HandedBack()) for claimed in batch], at=at)
            raise

    def _prepare(self, batch: Sequence[Claimed], at: datetime) -> list[ToSend]:
        found = Destination.objects.filter(pk__in={claimed.destination_id for claimed in batch})
        destinations = {row.pk: row for row in found.select_related("account")}
        self.distrusted = {pk for pk, row in destinations.items() if row.rejection_streak}
        profiles = load_profiles(profile_ids=[claimed.profile_id for claimed in batch])
        plans = {pk: self._plans.of(row) for pk, row in destinations.items()}
        batch = with_doubts_of_their_own(claims=batch, plans=plans, account_id=self._account_id)
        return self._sorted_out(batch, destinations, plans, profiles, at)

    def _sorted_out(
        self,
        batch: Sequence[Claimed],
        destinations: dict[int, Destination],
        plans: dict[int, Plan],
        profiles: dict[int, StoredProfile],
        at: datetime,
    ) -> list[ToSend]:
        to_send: list[ToSend] = []
        settled: list[Result] = []
        for claimed in batch:
            destination = destinations.get(claimed.destination_id)
            profile = profiles.get(claimed.profile_id)
            if destination is None or profile is None:
                # Deleted since it was claimed, and its delivery with it.
                settled.append(Result(claimed, Irrelevant()))
                continue
            # As the reading of the plan left it.
            version = destination.mapping_version
            plan = plans[destination.pk]
            decision = decide(claimed=claimed, profile=profile, plan=plan, version=version, at=at)
            if isinstance(decision, ToSend):
                to_send.append(decision)
            else:
                settled.append(Result(claimed, decision, version=version))
        if settled:
            self._round.settled(books.store(results=settled, at=at))
        return to_send
