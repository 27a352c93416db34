"""What the page of a role says about each permission, by category."""

from dataclasses import dataclass
from typing import Final

from connections.permissions import Permission


@dataclass(frozen=True, slots=True)
class Category:
    """Permissions under one heading, each with what it allows."""

    name: str
    permissions: dict[Permission, str]


CATEGORIES: Final = (
    Category(
        "Destinations",
        {
            Permission.VIEW_DESTINATIONS: "See the catalog, destinations, accounts and runs.",
            Permission.MANAGE_DESTINATIONS: (
                "Connect accounts; create, edit, enable, disable and delete destinations."
            ),
            Permission.ACTIVATE_DESTINATIONS: (
                "Activate audiences and map fields, send again, resume. The wizard also needs"
                " View Profiles, View Segments and View Identity Graph."
            ),
            Permission.ACTIVATE_WITHOUT_MAPPING: (
                "Add and remove audiences of a destination whose mapping somebody else made:"
                " the wizard has no Mapping step."
            ),
        },
    ),
    Category(
        "Profile management",
        {
            Permission.VIEW_PROFILES: (
                "See people, each with the e-mail address or other identity they are known by:"
                " attributes, memberships, what was sent."
            ),
            Permission.MANAGE_PROFILES: "Change and delete profiles.",
            Permission.VIEW_AUDIENCES: "See audiences and how many are in them.",
            Permission.MANAGE_AUDIENCES: "Name, change and delete audiences.",
            Permission.IMPORT_AUDIENCES: "Upload an audience as a CSV file.",
        },
    ),
    Category(
        "Identity management",
        {
            Permission.VIEW_IDENTITY_GRAPH: (
                "Export identities: to Zendesk, which needs the e-mail, so without this nobody can"
                " finish the activation wizard, and as CSV files of profiles. See all identities"
                " of a profile and the request that would be sent about it."
            ),
        },
    ),
    Category(
        "Monitoring and ingestion",
        {
            Permission.MONITOR_DATA: "See what was received, activated, excluded and failed.",
            Permission.MANAGE_INGESTION: "Make and revoke API keys, upload profiles.",
        },
    ),
    Category(
        "Alerts",
        {
            Permission.VIEW_ALERTS: "See what needs attention now, and subscribe to it.",
            Permission.MANAGE_ALERTS: (
                "Enable and disable rules, set thresholds, choose for others what they hear of,"
                " make webhooks."
            ),
            Permission.VIEW_ALERT_HISTORY: "See alerts that are over.",
            Permission.RESOLVE_ALERTS: "Close an alert by hand.",
        },
    ),
    Category(
        "Data governance",
        {
            Permission.APPLY_LABELS: (
                "Put labels on attributes and audiences, which also hides them from roles that see"
                " by labels. A label may be refused by naming destinations that use it."
            ),
            Permission.VIEW_POLICIES: (
                "See data usage and consent policies, and which attributes are labelled."
            ),
            Permission.MANAGE_POLICIES: (
                "Create, edit, enable, disable and delete data usage and consent policies. A change"
                " may be refused by naming destinations and what they map."
            ),
        },
    ),
    Category(
        "Administration",
        {
            Permission.MANAGE_PEOPLE: (
                "Invite and deactivate people and change roles, also their own: whoever has this"
                " can give themselves everything else."
            ),
            Permission.VIEW_AUDIT_LOG: (
                "See the audit log and download it: who changed what, and names of objects that"
                " its reader may not see otherwise."
            ),
        },
    ),
)
