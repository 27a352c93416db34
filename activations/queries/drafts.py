"""Open wizard drafts."""

from uuid import UUID

from activations.models import ActivationDraft


def get(*, uuid: UUID, person_id: int, with_fields: bool = True) -> ActivationDraft:
    """An open draft of this person. Raises ActivationDraft.DoesNotExist.

    `with_fields`: with the account's custom fields, of which there may be ten thousand.
    """
    # What it was opened with is as large as the draft, and asked for where somebody else was first.
    later = ["based_on"] if with_fields else ["based_on", "destination__account__contact_fields"]
    drafts = ActivationDraft.objects.select_related("destination__account").defer(*later)
    return drafts.get(uuid=uuid, created_by_id=person_id, finished_at__isnull=True)


def destination_of_finished(*, uuid: UUID, person_id: int | None) -> UUID | None:
    """The destination a finished draft of this person went to."""
    return (
        ActivationDraft.objects.filter(
            uuid=uuid, created_by_id=person_id, finished_at__isnull=False
        )
        .values_list("destination__uuid", flat=True)
        .first()
    )
