"""Data usage policies as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower

from activations.governance.labels import Label
from activations.models import ConsentPolicy, Policy
from activations.models.governance import PolicyBase
from activations.queries import custom_labels, sight, unheld
from activations.terms import PolicyStatus
from connections import marketing_actions

SORTS: Final[dict[str, tuple[Any, ...]]] = {
    "name": (Lower("name"),),
    "status": (F("status"), Lower("name")),
    "updated": (F("updated_at"),),
}
CORE, OWN = "core", "own"
_P = TypeVar("_P", bound=PolicyBase)


@dataclass(frozen=True, slots=True)
class Row:
    """A policy of either kind in words."""

    policy: PolicyBase
    # With their meaning.
    labels: list[Label]
    # Who holds nothing at the path of a consent policy, in words; empty where somebody does.
    nobody: str = ""

    @property
    def is_enabled(self) -> bool:
        """Whether it restricts anything."""
        return self.policy.status == PolicyStatus.ENABLED

    @property
    def match(self) -> str:
        """“All of” or “Any of”; empty where there is only one label."""
        return self.policy.get_label_match_display() if len(self.policy.labels) > 1 else ""

    @property
    def actions(self) -> list[str]:
        """The names of its marketing actions."""
        return marketing_actions.named(codes=self.policy.marketing_actions)

    @property
    def menu_id(self) -> str:
        """Of the list of actions, unique in the page."""
        return f"policy-{self.policy.pk}"

    @property
    def tone(self) -> str:
        """Of its status."""
        return "success" if self.is_enabled else "neutral"


def listing(
    *, words: str, sort: str, descending: bool, status: str = "", kind: str = ""
) -> QuerySet[Policy]:
    """Policies by words in name and description; `kind` is `core` or `own`, empty: both."""
    found = Policy.objects.filter(is_core=kind == CORE) if kind else Policy.objects.all()
    return _narrowed(found, words=words, status=status, sort=sort, descending=descending)


def consent_listing(
    *, words: str, sort: str, descending: bool, status: str = ""
) -> QuerySet[ConsentPolicy]:
    """Consent policies whose attribute may be seen, by words in name and description."""
    found = sight.of_paths(ConsentPolicy.objects.all())
    return _narrowed(found, words=words, status=status, sort=sort, descending=descending)


def _narrowed(
    found: QuerySet[_P], *, words: str, status: str, sort: str, descending: bool
) -> QuerySet[_P]:
    for word in words.split():
        found = found.filter(Q(name__icontains=word) | Q(description__icontains=word))
    if status:
        found = found.filter(status=status)
    keys = [key.desc() if descending else key.asc() for key in SORTS.get(sort, SORTS["name"])]
    return found.order_by(*keys, "pk")


def rows(*, policies: Iterable[PolicyBase]) -> list[Row]:
    """The lines of a page of `listing`, or one of them."""
    known = custom_labels.every()
    return [Row(policy, known.of(codes=policy.labels)) for policy in policies]


def consent_rows(*, policies: Iterable[ConsentPolicy]) -> list[Row]:
    """The lines of a page of `consent_listing`, or one of them."""
    shown = list(policies)
    nobody = unheld.by_consents(paths=[policy.path for policy in shown])
    return [
        replace(row, nobody=nobody.get(policy.path, ""))
        for policy, row in zip(shown, rows(policies=shown), strict=True)
    ]


def get(*, uuid: UUID) -> Policy:
    """Raises Policy.DoesNotExist."""
    return Policy.objects.select_related("created_by").get(uuid=uuid)


def get_consent(*, uuid: UUID) -> ConsentPolicy:
    """Raises ConsentPolicy.DoesNotExist, also where its attribute may not be seen."""
    found = sight.of_paths(ConsentPolicy.objects.select_related("created_by"))
    return found.get(uuid=uuid)


def is_name_taken(*, kind: type[PolicyBase], name: str, besides: PolicyBase | None = None) -> bool:
    """Whether another policy of the kind is called so, however it is written."""
    every = kind._default_manager
    others = every.exclude(pk=besides.pk) if besides else every.all()
    return others.filter(name__iexact=name).exists()
