"""What counts as an e-mail address: the syntax of the HTML standard's e-mail input, in ASCII."""

import re

# RFC 5321 limits a path to 256 octets with its angle brackets.
_LONGEST = 254

_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_VALID = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*")


def is_valid(text: str) -> bool:
    """Whether the text is an address Zendesk may be given; nothing is trimmed."""
    return len(text) <= _LONGEST and _VALID.fullmatch(text) is not None
