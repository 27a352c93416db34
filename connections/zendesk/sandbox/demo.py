"""What does a sandbox hold that nobody configured? A token, custom fields, users, pipelines."""

import hashlib
from typing import Any

from .definitions import FieldDefinition

DEMO_TOKEN = hashlib.sha256(b"zendesk sell sandbox demo token").hexdigest()

_STATUSES = ("realized", "existing", "exited")

DEMO_FIELDS = (
    FieldDefinition("VIP audience", "list", choices=_STATUSES, filterable=True),
    FieldDefinition("Newsletter audience", "list", choices=_STATUSES, filterable=True),
    FieldDefinition("Churn risk", "string", filterable=True),
    FieldDefinition("Loyalty tier", "string"),
    FieldDefinition("Loyalty points", "number"),
    FieldDefinition("Birthday", "date"),
    FieldDefinition("Opted in", "bool"),
    FieldDefinition("Interests", "multi_select_list", choices=("Sports", "Music", "Travel")),
    FieldDefinition("Last visit", "datetime"),
    FieldDefinition("Reg No", "string", for_contact=False, for_organisation=True),
)

TOKEN_USER_ID = 7
_BORN = "2026-01-01T00:00:00Z"


def _user(user_id: int, name: str, email: str, role: str) -> dict[str, Any]:
    return {
        "id": user_id,
        "name": name,
        "email": email,
        "status": "active",
        "invited": True,
        "confirmed": True,
        "phone_number": "",
        "role": role,
        "roles": [],
        "team_name": "",
        "group": None,
        "reports_to": None,
        "timezone": "UTC",
        "created_at": _BORN,
        "updated_at": _BORN,
        "deleted_at": None,
        "zendesk_user_id": str(900 + user_id),
        "identity_type": "person",
        "system_tags": [],
        "detached": False,
        "sell_login_disabled": False,
    }


USERS = (
    _user(TOKEN_USER_ID, "Sandbox Admin", "admin@example.com", "admin"),
    _user(8, "Sandbox Agent", "agent@example.com", "user"),
)

ACCOUNT: dict[str, Any] = {
    "id": 1,
    "name": "Sandbox account",
    "currency": "EUR",
    "time_format": "24H",
    "timezone": "UTC",
    "phone": "",
    "subdomain": "sandbox",
    "created_at": _BORN,
    "updated_at": _BORN,
}

_STAGES = (
    ("Incoming", "incoming", 0),
    ("Qualified", "qualified", 20),
    ("Quote", "quote", 50),
    ("Won", "won", 100),
    ("Lost", "lost", 0),
    ("Unqualified", "unqualified", 0),
)

SEEDS: dict[str, tuple[dict[str, Any], ...]] = {
    "users": USERS,
    "pipelines": (
        {
            "id": 1,
            "name": "Sales Pipeline",
            "disabled": False,
            "created_at": _BORN,
            "updated_at": _BORN,
        },
    ),
    "stages": tuple(
        {
            "id": number,
            "name": name,
            "category": category,
            "active": category not in ("won", "lost", "unqualified"),
            "likelihood": likelihood,
            "position": number,
            "pipeline_id": 1,
            "created_at": _BORN,
            "updated_at": _BORN,
        }
        for number, (name, category, likelihood) in enumerate(_STAGES, start=1)
    ),
}
