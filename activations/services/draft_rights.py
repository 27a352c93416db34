"""What the person whose draft it is may not make real: the mapping, and exporting identities."""

from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser

from activations.models import ActivationDraft
from activations.services.draft_content import (
    AUDIENCES,
    MAPPING,
    DraftProblem,
    MappingRow,
)
from connections.permissions import Permission, may

IDENTITY = ("IdentityMap:", "Identity:")
MAY_NOT_EXPORT = (
    "Exporting an identity, such as the e-mail, needs the permission “View Identity Graph”."
    " Ask whoever manages people here."
)
MAY_NOT_MAP = (
    "The mapping differs from what is sent now, and changing it needs the permission"
    " “Activate Destinations”. Discard this draft and choose the audiences again."
)
NO_MAPPING_YET = (
    "This destination has no mapping yet. Somebody with the permission “Activate Destinations”"
    " has to make it first."
)


def may_map(*, draft: ActivationDraft) -> bool:
    """Whether the wizard has a Mapping step for its person."""
    return _may(draft, Permission.ACTIVATE_DESTINATIONS)


def may_export_identities(*, draft: ActivationDraft) -> bool:
    """Whether its person may choose an identity namespace."""
    return _may(draft, Permission.VIEW_IDENTITY_GRAPH)


def may_do_all(*, draft: ActivationDraft) -> bool:
    """Whether nothing of the wizard is closed to its person."""
    return may_map(draft=draft) and may_export_identities(draft=draft)


def problems(
    *, draft: ActivationDraft, rows: Sequence[MappingRow], sent_now: Sequence[MappingRow]
) -> list[DraftProblem]:
    """What keeps this person from finishing. `sent_now`: the mapping of the destination."""
    found = []
    if not may_export_identities(draft=draft):
        found += [
            DraftProblem(MAPPING, index, "source", MAY_NOT_EXPORT)
            for index, row in enumerate(rows)
            if row.source.startswith(IDENTITY) or row.target.startswith(IDENTITY)
        ]
    if not may_map(draft=draft) and tuple(rows) != tuple(sent_now):
        message = MAY_NOT_MAP if sent_now else NO_MAPPING_YET
        found.append(DraftProblem(AUDIENCES, None, "", message))
    return found


def _may(draft: ActivationDraft, permission: Permission) -> bool:
    return may(user=draft.created_by or AnonymousUser(), permission=permission)
