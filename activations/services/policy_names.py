"""The name of a policy: no other of its kind has it."""

from django.db import IntegrityError, transaction

from activations.models.governance import PolicyBase


class NameTaken(Exception):
    """Another policy has this name."""


def save(*, policy: PolicyBase) -> None:
    """Raises NameTaken; the caller's transaction goes on then."""
    try:
        with transaction.atomic():
            policy.save()
    except IntegrityError:
        raise NameTaken(f"Another {policy._meta.verbose_name} has this name.") from None
