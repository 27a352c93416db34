"""One-time sign-in links: how a first or an invited person gets in without a default password.

A link is redeemed at most once, within its time; only a hash of its secret is kept.
"""

import hashlib
import itertools
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import User
from django.db import transaction

from connections import acting, audit
from connections.audit import Action, Kind
from connections.models import SignInLink

logger = logging.getLogger(__name__)

VALID_FOR = timedelta(hours=1)
INVITATION_VALID_FOR = timedelta(days=7)
FIRST_USER = "admin"
# Whoever guesses fills the audit log with six entries an hour for a person, not with each guess.
COUNTED_TOGETHER_FOR = timedelta(minutes=10)


class Denial(StrEnum):
    """Why somebody was not let in, in the words of the audit log."""

    WRONG = "Wrong tries"
    TOO_EARLY = "Waits not kept"
    LINK = "Links that do not work"


def create(*, user: User, at: datetime, is_invitation: bool = False) -> str:
    """The secret of a new link for `user`; earlier links of theirs stop working."""
    expires_at = at + (INVITATION_VALID_FOR if is_invitation else VALID_FOR)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        SignInLink.objects.filter(user=user, used_at__isnull=True).delete()
        SignInLink.objects.create(
            user=user,
            secret_hash=_hash(secret),
            expires_at=expires_at,
            is_invitation=is_invitation,
        )
        if not is_invitation:
            audit.note(action=Action.LINK_MADE, kind=Kind.PERSON, about=user)
    return secret


def find(*, secret: str) -> SignInLink | None:
    """The link of a secret, with whose it is, whether or not it still works."""
    return SignInLink.objects.select_related("user").filter(secret_hash=_hash(secret)).first()


def works(*, link: SignInLink, at: datetime) -> bool:
    """Whether it could be redeemed; who redeems it first decides."""
    return link.used_at is None and link.expires_at > at and link.user.is_active


def redeem(*, secret: str, at: datetime) -> User | None:
    """Whom the secret signs in; None when it is unknown, used, too old or its user inactive.

    One conditional update decides, so of two clicks one wins.
    """
    is_valid = SignInLink.objects.filter(
        secret_hash=_hash(secret), used_at__isnull=True, expires_at__gt=at, user__is_active=True
    )
    with transaction.atomic():
        if is_valid.update(used_at=at) != 1:
            return None
        user = User.objects.get(
            pk__in=SignInLink.objects.filter(secret_hash=_hash(secret)).values("user")
        )
        note_entry(user=user)
    return user


def note_entry(*, user: User) -> None:
    """Somebody came in; nobody had before, so it is them who acts."""
    with acting.by(lambda: acting.person(user)):
        audit.note(action=Action.SIGNED_IN, kind=Kind.PERSON, about=user)


def note_denied(*, name: str, denial: Denial, at: datetime) -> None:
    """Somebody was not let in. A name that nobody has is not kept: it may be a password."""
    _deny(User.objects.filter(username__iexact=name).order_by("pk").first(), denial, at)


def note_dead_link(*, link: SignInLink | None, at: datetime) -> None:
    """Somebody opened a link that does not work; whose it was is known for a while."""
    _deny(link.user if link else None, Denial.LINK, at)


def note_exit(*, user: User) -> None:
    """Somebody goes; before they do."""
    audit.note(action=Action.SIGNED_OUT, kind=Kind.PERSON, about=user)


def keep_password(*, save: Callable[[], User]) -> User:
    """What the form of a password saves, with a note that it did."""
    with transaction.atomic():
        user = save()
        audit.note(action=Action.PASSWORD_CHANGED, kind=Kind.PERSON, about=user)
    return user


def is_first_start() -> bool:
    """Whether nobody was ever here."""
    return not User.objects.exists()


def is_needed() -> bool:
    """Whether nobody could sign in with a password."""
    with_password = User.objects.filter(is_active=True).exclude(password="")
    return not with_password.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists()


def ensure_first_user() -> User:
    """The oldest active administrator; made, without a usable password, when there is none."""
    known = User.objects.filter(is_active=True, is_superuser=True).order_by("pk").first()
    return known or User.objects.create_superuser(username=_free_name(), password=None)


def path(*, secret: str) -> str:
    """Where a link leads, from the root of the site."""
    return f"/sign-in/{secret}/"


def _deny(user: User | None, denial: Denial, at: datetime) -> None:
    audit.count(
        action=Action.SIGN_IN_DENIED,
        kind=Kind.PERSON,
        about=user,
        name="" if user else "Nobody known",
        what=denial,
        since=at - COUNTED_TOGETHER_FOR,
    )
    logger.info("sign-in.denied user=%s reason=%s", user.pk if user else "-", denial.name)


def _free_name() -> str:
    """The first administrator may have been deactivated; the next one needs another name."""
    taken = set(User.objects.filter(username__startswith=FIRST_USER).values_list("username"))
    names = (f"{FIRST_USER}{number or ''}" for number in itertools.count())
    return next(name for name in names if (name,) not in taken)


def _hash(secret: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()
