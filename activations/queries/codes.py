"""What each exclusion and failure code means, and what a person can do about it: docs/codes.md."""

from activations.terms import ExclusionCode

_MEANINGS = {
    **{code.value: str(code.label) for code in ExclusionCode},
    "network": "Zendesk could not be reached",
    "zendesk-400": "Zendesk could not read the request",
    "zendesk-401": "Zendesk refused the token",
    "zendesk-403": "The token may not write contacts",
    "zendesk-404": "Zendesk does not know the contact or the address",
    "zendesk-409": "Zendesk holds several contacts with this e-mail",
    "zendesk-422": "Zendesk refused a value",
    "zendesk-422-unknown": "Zendesk does not know a field that was sent",
    "zendesk-422-incorrect_value": "A value does not fit its field in Zendesk",
    "zendesk-422-invalid_type": "A value has another type than its field in Zendesk",
    "zendesk-429": "Zendesk asked us to slow down",
    "zendesk-5": "Zendesk had a fault of its own",
    "mapping-error": "The mapping could not handle the profile",
    "worker-crashed": "A worker ended each time it took the profile up",
}

_REMEDIES = {
    "missing-email": "Load an Email identity for these profiles.",
    "invalid-email": "Correct the address where it comes from.",
    "missing-last-name": "Load a last name, or map another field to last_name.",
    "mandatory-mapping-missing": "Add the mapping.",
    "consent": "Nothing, if that is so. Else correct the consent where the profile comes from.",
    "network": "Nothing to do: it is tried again until Zendesk answers.",
    "zendesk-400": "Report it, with the code: the request itself was not accepted.",
    "zendesk-404": "Retry; report it if it comes back.",
    "zendesk-409": "Merge the contacts in Sell, then retry.",
    "zendesk-422": "Correct the data or the mapping, then retry.",
    "zendesk-422-unknown": "Create the field in Sell or correct the mapping, then retry.",
    "zendesk-422-incorrect_value": "Add the choice in Sell or correct the data, then retry.",
    "zendesk-422-invalid_type": "Map another field.",
    "zendesk-429": "Nothing to do: it goes on by itself, slower.",
    "zendesk-5": "Nothing to do: it is tried again until Zendesk answers.",
    "mapping-error": "Report it, with a profile it happens to; other profiles are not held up.",
    "worker-crashed": "See the worker's log, then retry.",
}


def meaning(*, code: str) -> str:
    """In words; also for a code that is not in the list."""
    if found := _nearest(_MEANINGS, code):
        return found
    return "Zendesk refused the contact" if code.startswith("zendesk-") else code


def remedy(*, code: str) -> str:
    """The next step in words; empty when there is nothing particular to do."""
    return _nearest(_REMEDIES, code)


def _nearest(words: dict[str, str], code: str) -> str:
    """By the whole code, else by the status before Zendesk's own word, else by its class."""
    status = "-".join(code.split("-")[:2])
    for known in (code, status if code.startswith("zendesk-") else "", status[:9]):
        if known in words:
            return words[known]
    return ""
