"""Getting a row or answering 404, so that views stay free of models."""

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404

Row = TypeVar("Row")


def or_404(get: Callable[..., Row], **known: object) -> Row:
    """What `get(...)` finds. Raises Http404 where it finds nothing."""
    try:
        return get(**known)
    except ObjectDoesNotExist:
        raise Http404 from None
