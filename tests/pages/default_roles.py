"""The roles of a new installation, as the migrations make them one after the other."""

from importlib import import_module

_FIRST: dict[str, set[str]] = import_module("connections.migrations.0004_default_roles").ROLES
_GOVERNANCE: dict[str, set[str]] = import_module(
    "connections.migrations.0011_governance_roles"
).ROLES
_AUDIT: dict[str, set[str]] = import_module("connections.migrations.0013_audit_role").ROLES
ROLES = {
    name: codenames.union(*(later.get(name, set()) for later in (_GOVERNANCE, _AUDIT)))
    for name, codenames in _FIRST.items()
}
