"""The audit log as its page and its files show it; the newest are found by an index."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import User
from django.db.models import CharField, F, Model, Q, QuerySet, Value
from django.db.models.functions import Cast, Lower

from activations import models as activations
from activations.queries import sight
from connections import models as connections
from connections.models import AuditEntry
from connections.models.audit import DENIED, Action, ActorKind, Kind, Status
from connections.queries.filters import NOBODY, Chosen, Group, any_of, options, uuid_of

ACTION, KIND, WHO, STATUS = "action", "kind", "who", "status"
NAMES: Final = (ACTION, KIND, WHO, STATUS)
SORTS: Final[Mapping[str, tuple[Any, ...]]] = {
    "time": (),
    "action": (F("action"),),
    "kind": (F("kind"),),
    "object": (Lower("name"), F("name")),
    "who": (Lower("actor"), F("actor")),
}
# A page of the list costs the same with a million entries; files hold all of them.
MOST_LISTED: Final = 10_000
# More would make the panel longer than anybody reads; the search finds the others by name.
MOST_PEOPLE: Final = 50
# Kinds whose entries name no audience and no attribute, and what else is told of destinations.
_NAMING_NOTHING: Final = (
    *(Kind.ACCOUNT, Kind.POLICY, Kind.CUSTOM_LABEL, Kind.ALERT, Kind.ALERT_RULE, Kind.WEBHOOK),
    *(Kind.API_KEY, Kind.PERSON, Kind.ROLE, Kind.AUDIT_LOG),
)
_OF_DESTINATIONS: Final = (
    *(Action.SET_UP, Action.ENABLED, Action.DISABLED, Action.DELETED, Action.RETRIED),
    *(Action.RESUMED, Action.SUBSCRIBED, Action.SENT_ONE, Action.EXPORTED),
)
HEAD: Final = (
    "Time (UTC)",
    "Actor kind",
    "Actor",
    "Action",
    "Status",
    "Kind",
    "Object",
    "Reference",
)
_AT_ONCE: Final = 2_000
_BY_UUID: Final[Mapping[str, type[Model]]] = {
    Kind.DESTINATION: connections.Destination,
    Kind.ACCOUNT: connections.Account,
    Kind.WEBHOOK: connections.Webhook,
    Kind.AUDIENCE: activations.Audience,
    Kind.UPLOAD: activations.Upload,
    Kind.POLICY: activations.Policy,
    Kind.CONSENT_POLICY: activations.ConsentPolicy,
}
_BY_KEY: Final[Mapping[str, type[Model]]] = {
    Kind.LABELS: activations.LabeledAttribute,
    Kind.CUSTOM_LABEL: activations.CustomLabel,
    Kind.ALERT: connections.Alert,
    Kind.API_KEY: activations.ApiKey,
    Kind.PERSON: User,
    Kind.ROLE: Role,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries; an instant that is None bounds nothing."""

    words: str = ""
    chosen: Chosen = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None


def get(*, key: int) -> AuditEntry:
    """Raises AuditEntry.DoesNotExist, also for one that may not be seen."""
    return _shown().get(pk=key)


def find(*, asked: Asked) -> QuerySet[AuditEntry]:
    """All that fit and may be seen, the newest first."""
    found = _shown().order_by("-at", "-pk")
    conditions: Mapping[str, Callable[[str], Q]] = {
        ACTION: lambda value: Q(action=value),
        KIND: lambda value: Q(kind=value),
        WHO: _of_actor,
        STATUS: _of_status,
    }
    for name, values in asked.chosen.items():
        found = found.filter(any_of(values=values, condition=conditions[name]))
    for word in asked.words.split():
        is_named = Q(name__icontains=word) | Q(actor__icontains=word) | Q(reference=word)
        found = found.filter(is_named)
    if asked.since is not None:
        found = found.filter(at__gte=asked.since)
    if asked.until is not None:
        found = found.filter(at__lt=asked.until)
    return found


def listed(
    *, found: QuerySet[AuditEntry], sort: str, descending: bool
) -> QuerySet[AuditEntry, AuditEntry]:
    """The newest `MOST_LISTED` of `find`, in the order asked for."""
    newest = found[:MOST_LISTED]
    if descending and not SORTS.get(sort):
        return newest
    order = [*SORTS.get(sort, ()), F("at"), F("pk")]
    rows = AuditEntry.objects.filter(pk__in=newest.values("pk"))
    return rows.order_by(*(each.desc() if descending else each.asc() for each in order))


def groups(*, chosen: Chosen) -> list[Group]:
    """What the filter offers; one query, and one for how many people there are besides."""
    return [
        _people(chosen.get(WHO, ())),
        Group(KIND, "Object", options(choices=Kind.choices, chosen=chosen.get(KIND, ()))),
        Group(ACTION, "Action", options(choices=Action.choices, chosen=chosen.get(ACTION, ()))),
        Group(STATUS, "Status", options(choices=Status.choices, chosen=chosen.get(STATUS, ()))),
    ]


def there(*, entries: Iterable[AuditEntry]) -> frozenset[tuple[str, str]]:
    """Kind and reference of the objects that are still there; one query."""
    wanted: dict[str, set[str]] = {}
    for entry in entries:
        wanted.setdefault(entry.kind, set()).add(entry.reference)
    parts = [part for kind, keys in wanted.items() if (part := _part(kind, keys)) is not None]
    if not parts:
        return frozenset()
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    known = {(kind, key.replace("-", "")) for kind, key in found}
    return frozenset(
        (kind, key)
        for kind in wanted
        for key in wanted[kind]
        if (kind, key.replace("-", "")) in known
    )


def lines(*, found: QuerySet[AuditEntry]) -> Iterator[tuple[object, ...]]:
    """Of a file for a spreadsheet: the head, then a row for each."""
    yield (*HEAD, "Changes")
    for entry in found.iterator(chunk_size=_AT_ONCE):
        told = (
            entry.actor_kind,
            entry.actor,
            entry.action,
            entry.status,
            entry.kind,
            entry.name,
            entry.reference,
        )
        changes = "; ".join(
            f"{name}: {old or '–'} -> {new or '–'}" for name, old, new in entry.changes
        )
        yield (_instant(entry), *told, changes)


def documents(*, found: QuerySet[AuditEntry]) -> Iterator[dict[str, Any]]:
    """Of a file for programs. INTERFACE: the names."""
    for entry in found.iterator(chunk_size=_AT_ONCE):
        yield {
            "at": _instant(entry),
            "actor_kind": entry.actor_kind,
            "actor": entry.actor,
            "action": entry.action,
            "status": entry.status,
            "kind": entry.kind,
            "name": entry.name,
            "reference": entry.reference,
            "changes": [
                {"field": name, "old": old, "new": new} for name, old, new in entry.changes
            ],
        }


def _shown() -> QuerySet[AuditEntry]:
    """What an entry says is text of its instant: nobody knows any more what it carried then.

    So whoever does not see everything, whatever its labels, has none that may name an audience
    or an attribute.
    """
    if sight.sees_everything():
        return AuditEntry.objects.all()
    is_plain = Q(kind=Kind.DESTINATION, action__in=_OF_DESTINATIONS)
    return AuditEntry.objects.filter(Q(kind__in=_NAMING_NOTHING) | is_plain)


def _instant(entry: AuditEntry) -> str:
    return f"{entry.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def _of_actor(value: str) -> Q:
    """A person by key, or what is none."""
    if value in (ActorKind.COMMAND, ActorKind.SYSTEM):
        return Q(person=None, actor_kind=value)
    return Q(person=int(value)) if _is_key(value) else NOBODY


def _of_status(value: str) -> Q:
    """By the action, which has an index."""
    denied = Q(action__in=DENIED)
    return {Status.ALLOWED.value: ~denied, Status.DENIED.value: denied}.get(value, NOBODY)


def _people(chosen: tuple[str, ...]) -> Group:
    rows = list(User.objects.order_by("username").values_list("pk", "username")[: MOST_PEOPLE + 1])
    hidden = User.objects.count() - MOST_PEOPLE if len(rows) > MOST_PEOPLE else 0
    people = [(str(key), name) for key, name in rows[:MOST_PEOPLE]]
    others = [(ActorKind.COMMAND.value, "Commands"), (ActorKind.SYSTEM.value, "The system")]
    return Group(WHO, "Done by", options(choices=[*others, *people], chosen=chosen), hidden)


def _part(kind: str, references: set[str]) -> QuerySet[Any, Any] | None:
    """Those of one kind as (kind, key); None where there cannot be any."""
    if (model := _BY_UUID.get(kind)) is not None:
        name, keys = "uuid", {key for text in references if (key := uuid_of(value=text))}
        return _named(model, kind, name, keys)
    if (model := _BY_KEY.get(kind)) is not None:
        return _named(model, kind, "pk", {int(text) for text in references if _is_key(text)})
    return None


def _named(
    model: type[Model], kind: str, name: str, keys: Collection[object]
) -> QuerySet[Any, Any] | None:
    if not keys:
        return None
    rows = model._default_manager.filter(**{f"{name}__in": keys}).order_by()
    return rows.values_list(Value(kind, CharField()), Cast(name, CharField()))


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
