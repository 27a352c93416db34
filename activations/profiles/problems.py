"""What can be wrong with a record: a code for machines, a message for people, never a value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of the record was left out; the rest of it is taken."""

    code: str
    message: str


class Rejected(Exception):
    """Nothing of the record is taken. Sending it again as it is does not help."""

    def __init__(self, *, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
