"""The audience status as the custom field named by a Mapping ID takes it."""

from activations.mapping.reasons import CannotShape, Reason
from activations.terms import MembershipStatus
from connections.zendesk.contact import CustomField, Json

# These take every status as it is.
TEXTS = ("string", "text")
FIELD_TYPES = (*TEXTS, "list", "bool", "multi_select_list")


def shape(*, status: str, field: CustomField | None) -> Json:
    """The literal status where the field can hold it; a tick box says "is a member".

    A field the account does not know gets the status all the same. Raises CannotShape.
    """
    if field is None or field.type in TEXTS:
        return status
    if field.type == "bool":
        return status != MembershipStatus.EXITED.value
    if field.type not in FIELD_TYPES:
        raise CannotShape(Reason.WRONG_TYPE)
    if status not in field.choices:
        raise CannotShape(Reason.NOT_A_CHOICE)
    return [status] if field.type == "multi_select_list" else status
