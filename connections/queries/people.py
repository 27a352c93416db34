"""People as pages show them; a fixed number of queries whatever their number."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from connections.models import Person, SignInLink
from connections.permissions import Permission

SORTS: Final[dict[str, tuple[Any, ...]]] = {
    "name": (Lower("username"), F("username")),
    "email": (Lower("email"), F("username")),
    "seen": (F("last_login"), F("username")),
}
MOST_NAMES: Final = 3
STATUSES: Final = {"active": "Active", "invited": "Invited", "deactivated": "Deactivated"}
# As in `User.has_usable_password`.
_WITHOUT_PASSWORD = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
_NEVER_CAME = Q(last_login__isnull=True) & _WITHOUT_PASSWORD
_STATUS_FILTERS = {
    "active": Q(is_active=True) & ~_NEVER_CAME,
    "invited": Q(is_active=True) & _NEVER_CAME,
    "deactivated": Q(is_active=False),
}


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the list. `invited_until` is None when no link is out."""

    user: User
    roles: tuple[str, ...]
    status: str
    invited_until: datetime | None
    is_invitation_over: bool

    @property
    def menu_id(self) -> str:
        """Of the list of actions, unique in the page."""
        return f"person-{self.user.pk}"

    @property
    def actions_label(self) -> str:
        """Of the button that opens it."""
        return f"Actions for {self.user.email if self.status == 'invited' else self.user}"

    @property
    def can_get_link(self) -> bool:
        """Whether a new link is of use: nobody chose a password yet."""
        return self.user.is_active and not self.user.has_usable_password()


@dataclass(frozen=True, slots=True)
class RolesOfOne:
    """What people change about somebody: keys of roles, in order."""

    roles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Preferences:
    """How somebody likes every page. An empty zone: as the browser has it."""

    time_zone: str = ""
    has_shortcuts: bool = True


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """What a person changes about themselves. An empty zone: as the browser has it."""

    username: str
    email: str
    time_zone: str
    has_shortcuts: bool


def listing(
    *, words: str, status: str, role: str, sort: str, descending: bool
) -> QuerySet[User, User]:
    """People by name, e-mail, status and role. `role` is a key as text; nonsense finds nobody."""
    found = User.objects.filter(_STATUS_FILTERS.get(status, Q()))
    for word in words.split():
        found = found.filter(Q(username__icontains=word) | Q(email__icontains=word))
    if role:
        found = found.filter(groups=int(role) if role.isascii() and role.isdigit() else 0)
    order: list[Any] = [
        value.desc(nulls_last=True) if descending else value.asc(nulls_first=True)
        for value in SORTS.get(sort, SORTS["name"])
    ]
    return found.prefetch_related("groups").annotate(link_until=_link_until()).order_by(*order)


def members(*, users: Iterable[User], at: datetime) -> list[Member]:
    """The lines of a page of `listing`."""
    return [_member(user, at) for user in users]


def get(*, key: int) -> User:
    """Raises User.DoesNotExist."""
    return User.objects.get(pk=key)


def roles_of(*, user: User) -> RolesOfOne:
    """As they are stored now."""
    return RolesOfOne(tuple(sorted(user.groups.values_list("pk", flat=True))))


def own_settings(*, user_id: int) -> OwnSettings:
    """As they are stored now. Raises User.DoesNotExist."""
    user = User.objects.select_related("person").get(pk=user_id)
    liked = preferences(user=user)
    return OwnSettings(user.username, user.email, liked.time_zone, liked.has_shortcuts)


def managers() -> QuerySet[User, User]:
    """Who may manage people and can get in."""
    return who_may(permission=Permission.MANAGE_PEOPLE)


def who_may(*, permission: Permission) -> QuerySet[User, User]:
    """Who has a permission and can get in."""
    has_permission = User.groups.through.objects.filter(
        user=OuterRef("pk"),
        group__permissions__codename=permission.value,
        group__permissions__content_type__app_label="connections",
    )
    return (
        User.objects.filter(Q(is_superuser=True) | Exists(has_permission), is_active=True)
        .exclude(_NEVER_CAME)
        .order_by("username")
    )


def whom_to_ask() -> str:
    """A sentence for somebody who lacks a right; more than a few names would not help."""
    names = [str(user) for user in managers()[:MOST_NAMES]]
    if not names:
        return "Nobody can give it to you here; on the server, manage.py signin_link lets one in."
    return f"Ask {' or '.join(names)}, who can change your roles."


def few_who_may(*, permission: Permission) -> str:
    """The first names of those who have it: “ann, bo or cy”; empty when nobody has."""
    *others, last = [str(user) for user in who_may(permission=permission)[:MOST_NAMES]] or [""]
    return f"{', '.join(others)} or {last}" if others else last


def is_email_taken(*, email: str, besides: User | None = None) -> bool:
    """Whether somebody has this address, however it is written."""
    others = User.objects.exclude(pk=besides.pk) if besides else User.objects.all()
    return others.filter(email__iexact=email).exists()


def is_name_taken(*, name: str, besides: User | None = None) -> bool:
    """Whether somebody signs in with this name, however it is written."""
    others = User.objects.exclude(pk=besides.pk) if besides else User.objects.all()
    return others.filter(username__iexact=name).exists()


def has_not_come(*, user: User) -> bool:
    """Whether the person was invited and was never here."""
    return user.last_login is None and not user.has_usable_password()


def preferences(*, user: Any) -> Preferences:
    """What the person chose; what they chose nothing for, and for nobody, as it is at first.

    No query for whoever is signed in (`connections.role_backend`).
    """
    chosen: Person | None = getattr(user, "person", None)
    return Preferences(chosen.time_zone, chosen.has_shortcuts) if chosen else Preferences()


def _member(user: Any, at: datetime) -> Member:
    status = "active"
    if not user.is_active:
        status = "deactivated"
    elif has_not_come(user=user):
        status = "invited"
    until = user.link_until if status == "invited" else None
    return Member(
        user=user,
        roles=tuple(sorted(role.name for role in user.groups.all())),
        status=status,
        invited_until=until,
        is_invitation_over=status == "invited" and (until is None or until <= at),
    )


def _link_until() -> Subquery:
    links = SignInLink.objects.filter(user=OuterRef("pk"), used_at__isnull=True)
    return Subquery(links.order_by("-expires_at").values("expires_at")[:1])
