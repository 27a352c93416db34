"""The system view: which audiences are sent to which destinations, with which accounts."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from activations import system_picture, system_words
from activations.models import Activation, Audience, AudienceDay
from activations.queries import sight
from activations.system_picture import Node, Picture
from activations.system_words import Column
from connections.destinations import effective_status
from connections.models import AccountStatus, Destination, DestinationStatus
from connections.queries.filters import uuid_of

MOST_AUDIENCES: Final = 12
MOST_DESTINATIONS: Final = 25
_STATUS: Final = {
    "enabled": ("Enabled", "success"),
    "disabled": ("Disabled", "neutral"),
    "error": ("Error", "danger"),
}
_ACCOUNT: Final = {
    AccountStatus.CONNECTED.value: ("Connected", "success"),
    AccountStatus.REJECTED.value: ("Rejected", "danger"),
    AccountStatus.UNCHECKED.value: ("Not checked yet", "neutral"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """The destinations that can be drawn, and how many there are."""

    shown: tuple[Destination, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Row:
    """A destination for the table beside the picture."""

    destination: Destination
    status: str
    audience_count: int


@dataclass(frozen=True, slots=True)
class System:
    """What is shown, and what the selection is about: (kind, uuid), empty without one."""

    picture: Picture
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    selected: Node | None
    hidden_audiences: int
    hidden_destinations: int

    @property
    def most_audiences(self) -> int:
        """How many are drawn by themselves."""
        return MOST_AUDIENCES

    @property
    def selected_kind(self) -> str:
        """`audience`, `destination`, `account` or empty."""
        return self.selected.key.partition(":")[0] if self.selected is not None else ""

    @property
    def selected_uuid(self) -> str:
        """Of the selected thing."""
        return self.selected.key.partition(":")[2] if self.selected is not None else ""


def find(*, words: str, alone: str) -> Found:
    """Those that are set up and have the words in their name or account, by name.

    `alone` is the UUID of one that is looked at by itself.
    """
    rows = Destination.objects.exclude(status=DestinationStatus.DRAFT)
    if uuid := uuid_of(value=alone):
        rows = rows.filter(uuid=uuid)
    for word in words.split():
        rows = rows.filter(Q(name__icontains=word) | Q(account__name__icontains=word))
    lean = rows.select_related("account").defer("account__contact_fields")
    return Found(tuple(lean.order_by("name", "pk")[:MOST_DESTINATIONS]), rows.count())


def load(*, found: Found, selected: str) -> System:
    """Four queries, whatever there is: the audiences with most members are drawn.

    What may not be seen is neither drawn nor counted.
    """
    shown = found.shown
    activations = sight.of_audiences(Activation.objects.filter(destination__in=shown)).order_by()
    audiences, total = _audiences(activations)
    counts = Counter(dict(activations.values_list("destination_id").annotate(count=Count("*"))))
    nodes, links = [_audience(row) for row in audiences], _links(activations, audiences, shown)
    hidden = total - len(audiences)
    if hidden:
        nodes.append(Node("more", 0, f"and {hidden:,} more audiences", "not drawn", is_group=True))
        links += _rest(counts, links, shown)
    for one in shown:
        nodes.append(_destination(one, counts[one.pk]))
        if one.account is not None:
            links.append((f"destination:{one.uuid}", f"account:{one.account.uuid}"))
    nodes += _accounts(shown)
    picture = system_picture.draw(nodes=nodes, links=links, selected=selected)
    chosen = next((node for node in nodes if node.key == selected and not node.is_group), None)
    rows = tuple(Row(one, effective_status(one), counts[one.pk]) for one in shown)
    columns = system_words.tell(placed=picture.nodes, links=links)
    return System(picture, columns, rows, chosen, hidden, found.total - len(shown))


def _audiences(activations: QuerySet[Activation]) -> tuple[list[Any], int]:
    here = activations.filter(audience=OuterRef("pk"))
    newest = AudienceDay.objects.filter(audience=OuterRef("pk")).order_by("-on")
    sent = Audience.objects.filter(Exists(here))
    everywhere = Activation.objects.filter(audience=OuterRef("pk")).order_by()
    found = sent.annotate(
        # None: it was never counted.
        members=Subquery(newest.values(count=F("realized") + F("existing"))[:1]),
        # Also those that are not drawn.
        destinations=Subquery(everywhere.values("audience").annotate(n=Count("*")).values("n")),
    )
    most_first = F("members").desc(nulls_last=True)
    return list(found.order_by(most_first, "name", "pk")[:MOST_AUDIENCES]), sent.count()


def _links(
    activations: QuerySet[Activation], audiences: list[Any], shown: tuple[Destination, ...]
) -> list[tuple[str, str]]:
    audience = {row.pk: f"audience:{row.uuid}" for row in audiences}
    destination = {one.pk: f"destination:{one.uuid}" for one in shown}
    pairs = activations.filter(audience_id__in=list(audience)).order_by("pk")
    return [
        (audience[audience_id], destination[destination_id])
        for audience_id, destination_id in pairs.values_list("audience_id", "destination_id")
    ]


def _rest(
    counts: Counter[int], links: list[tuple[str, str]], shown: tuple[Destination, ...]
) -> list[tuple[str, str]]:
    """From the others to the destinations that have some of them."""
    drawn = Counter(destination for _, destination in links)
    keys = {one.pk: f"destination:{one.uuid}" for one in shown}
    return [("more", key) for pk, key in keys.items() if counts[pk] > drawn[key]]


def _audience(row: Any) -> Node:
    """`row` carries the annotations of `_audiences`."""
    words = f"to {row.destinations} destination{'' if row.destinations == 1 else 's'}"
    if row.members is not None:
        words = f"{row.members:,} member{'' if row.members == 1 else 's'} · {words}"
    return Node(f"audience:{row.uuid}", 0, row.name or "Not yet named", words)


def _destination(one: Destination, count: int) -> Node:
    label, tone = _STATUS[effective_status(one)]
    words = f"{label} · {count:,} audience{'' if count == 1 else 's'}"
    return Node(f"destination:{one.uuid}", 1, one.name, words, tone)


def _accounts(shown: tuple[Destination, ...]) -> list[Node]:
    found = {}
    for one in shown:
        if one.account is not None:
            label, tone = _ACCOUNT[one.account.status]
            key = f"account:{one.account.uuid}"
            found[key] = Node(key, 2, one.account.name, label, tone)
    return list(found.values())
