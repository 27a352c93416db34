"""Getting a row or answering 404, so that views stay free of models."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404

Row = TypeVar("Row")


def or_404(get: Callable[..., Row], *, uuid: UUID) -> Row:
    """What `get(uuid=...)` finds. Raises Http404 where it finds nothing."""
    try:
        return get(uuid=uuid)
    except ObjectDoesNotExist:
        raise Http404 from None
