"""Open wizard drafts."""

from uuid import UUID

from activations.models import ActivationDraft


def get(*, uuid: UUID, person_id: int) -> ActivationDraft:
    """An open draft of this person. Raises ActivationDraft.DoesNotExist."""
    return ActivationDraft.objects.select_related("destination__account").get(
        uuid=uuid, created_by_id=person_id, finished_at__isnull=True
    )


def destination_of_finished(*, uuid: UUID, person_id: int | None) -> UUID | None:
    """The destination a finished draft of this person went to."""
    return (
        ActivationDraft.objects.filter(
            uuid=uuid, created_by_id=person_id, finished_at__isnull=False
        )
        .values_list("destination__uuid", flat=True)
        .first()
    )
