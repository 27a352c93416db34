"""What a person can do about an exclusion or a failure code."""

_REMEDIES = {
    "missing-email": "Load an Email identity for these profiles.",
    "invalid-email": "Correct the address where it comes from.",
    "missing-last-name": "Load a last name, or map another field to last_name.",
    "mandatory-mapping-missing": "Add the mapping.",
    "zendesk-409": "Merge the contacts in Sell, then retry.",
    "zendesk-422-unknown": "Create the field in Sell or correct the mapping, then retry.",
    "zendesk-422-incorrect_value": "Add the choice in Sell or correct the data, then retry.",
    "zendesk-422-invalid_type": "Map another field.",
}


def remedy(*, code: str) -> str:
    """The next step in words; empty when there is nothing particular to do."""
    return _REMEDIES.get(code, "")
