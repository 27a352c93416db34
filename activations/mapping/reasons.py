"""Why a value cannot be written to a Zendesk field, in a code and in words."""

from enum import StrEnum


class Reason(StrEnum):
    """The codes; each stands beside a field in the record of a delivery."""

    WRONG_TYPE = "wrong-type"
    NOT_A_CHOICE = "not-a-choice"
    TOO_LONG = "too-long"
    NOT_A_NUMBER = "not-a-number"
    NOT_A_DATE = "not-a-date"
    CANNOT_CLEAR = "cannot-clear"


WORDS = {
    Reason.WRONG_TYPE: "The value is of another kind than the field holds.",
    Reason.NOT_A_CHOICE: "The value is none of the field's choices.",
    Reason.TOO_LONG: "The value is longer than the field allows.",
    Reason.NOT_A_NUMBER: "The value is not a number.",
    Reason.NOT_A_DATE: "The value is not a date Zendesk can read (YYYY-MM-DD).",
    Reason.CANNOT_CLEAR: "Zendesk does not let this field be emptied.",
}


class CannotShape(ValueError):
    """The value does not fit the field. Never carries the value: it is personal data."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
