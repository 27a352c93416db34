"""Open wizard drafts."""

from uuid import UUID

from activations.models import ActivationDraft


def get(*, uuid: UUID, person_id: int) -> ActivationDraft:
    """An open draft of this person. Raises ActivationDraft.DoesNotExist."""
    return ActivationDraft.objects.select_related("destination__account").get(
        uuid=uuid, created_by_id=person_id, finished_at__isnull=True
    )


def has_open(*, destination_id: int, person_id: int | None) -> bool:
    """Whether the person left a wizard open for this destination."""
    return ActivationDraft.objects.filter(
        destination_id=destination_id, created_by_id=person_id, finished_at__isnull=True
    ).exists()
