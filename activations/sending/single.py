"""One delivery out of its turn, because a person waits for it: claimed, sent, settled as any."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from activations.deliveries.store import claims
from activations.deliveries.store.settlements import Result, Tally
from activations.mapping.plan import Plan
from activations.rendering import ToSend, decide, load_profiles, with_doubts_of_their_own
from activations.sending import books
from activations.sending.dispatch import Dispatch
from activations.sending.obstacles import Obstacles
from activations.sending.rounds import Round
from activations.sending.senders import Senders
from connections import credentials
from connections.models import Account, Destination
from connections.zendesk.client import Client


@dataclass(frozen=True, slots=True)
class Tried:
    """`fence` names the attempt, if a request was begun; None: nothing had to be sent."""

    is_claimed: bool
    fence: int | None = None


def send(
    *,
    delivery_id: int,
    destination: Destination,
    plan: Plan,
    clock: Callable[[], datetime],
    stop: Callable[[], bool],
) -> Tried:
    """Send what `plan` makes of it. Not claimed: somebody else has the contact in hand.

    `stop` ends the waiting for a turn; a request that has begun is waited for. Raises what
    `credentials.open_client` raises, before anything is claimed.
    """
    account, version = destination.account, destination.mapping_version
    assert account is not None, "only a draft has no account"
    client = credentials.open_client(account, paced=False)
    try:
        claimed = claims.claim_one(delivery_id=delivery_id, at=clock())
        if claimed is None:
            return Tried(is_claimed=False)
        plans = {destination.pk: plan}
        (claimed,) = with_doubts_of_their_own(claims=[claimed], plans=plans, account_id=account.pk)
        profile = load_profiles(profile_ids=[claimed.profile_id])[claimed.profile_id]
        decision = decide(claimed=claimed, profile=profile, plan=plan, version=version, at=clock())
        if not isinstance(decision, ToSend):
            books.store(results=[Result(claimed, decision, version=version)], at=clock())
            return Tried(is_claimed=True)
        _dispatch(decision, account, client, Round(clock=clock, stop=stop, settled=_nobody))
        return Tried(is_claimed=True, fence=claimed.fence)
    finally:
        client.close()


def _dispatch(item: ToSend, account: Account, client: Client, round_: Round) -> None:
    waiting = [item]
    senders = Senders(name=f"send-one-{account.pk}", at_first=1, most=1)
    dispatch = Dispatch(
        client=client,
        token_fingerprint=account.token_fingerprint,
        senders=senders,
        obstacles=Obstacles(account=account, clock=round_.clock),
        round_=round_,
    )
    try:
        dispatch.run(supply=lambda: [waiting.pop()] if waiting else None)
    finally:
        senders.close()


def _nobody(tally: Tally) -> None:
    """Whoever asked looks at the attempt itself."""
