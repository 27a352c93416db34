"""A workspace as the text of a workspace file. Pure; secrets are not in the values it writes."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import yaml

from activations.mapping.paths import format_source
from activations.mapping.plan import MappingRule
from activations.services.workspace.values import (
    VERSION,
    AccountEntry,
    ActivationEntry,
    AttributeEntry,
    AudienceEntry,
    DestinationEntry,
    LabelEntry,
    PolicyEntry,
    Workspace,
)
from connections import activation_triggers

_HEADER = """\
# The workspace, as `export_config` found it. Tokens are not written: put each into the environment
# variable its account names before `apply`.
"""
# One mapping to a line reads as a table; nothing is ever wrapped in the middle.
_WIDTH = 1_000_000


class _Row(dict[str, Any]):
    """Written on one line."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    _Row, lambda dumper, row: dumper.represent_mapping("tag:yaml.org,2002:map", row, True)
)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # PyYAML loses a leading U+0085 in single quotes; in double quotes all such are escaped.
    style = None if text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(workspace: Workspace) -> str:
    """Text that `reading.read` turns into an equal workspace."""
    return _HEADER + yaml.dump(
        as_document(workspace),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
    )


def as_document(workspace: Workspace) -> dict[str, Any]:
    """The same as plain data; dates are ISO text in `as_json` only."""
    variables = token_variables(workspace.accounts)
    return {
        "version": VERSION,
        "accounts": [
            {"name": entry.name, "platform": entry.platform, "token_env": variables[entry.name]}
            for entry in workspace.accounts
        ],
        "labels": [_label(entry) for entry in workspace.labels or ()],
        "audiences": [_audience(entry) for entry in workspace.audiences],
        "destinations": [_destination(entry) for entry in workspace.destinations],
        "labelled_attributes": [_attribute(entry) for entry in workspace.attributes or ()],
        "policies": [_policy(entry) for entry in workspace.policies or ()],
        "consent_policies": [_consent_policy(entry) for entry in workspace.consent_policies or ()],
    }


def as_json(workspace: Workspace) -> dict[str, Any]:
    """The document with dates as ISO text; it is a valid workspace file too."""
    document = as_document(workspace)
    for destination in document["destinations"]:
        for row in destination["audiences"]:
            row["start"] = row["start"].isoformat()
            row["end"] = row["end"].isoformat() if row["end"] else None
    return document


def token_variables(accounts: Iterable[AccountEntry]) -> dict[str, str]:
    """The environment variable of each account: ZENDESK_TOKEN, with a suffix if there are more."""
    names = sorted(entry.name for entry in accounts)
    if len(names) == 1:
        return {names[0]: "ZENDESK_TOKEN"}
    variables: dict[str, str] = {}
    for name in names:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        suffix = re.sub(r"[^A-Z0-9]+", "_", plain.upper()).strip("_") or "ACCOUNT"
        variable, number = f"ZENDESK_TOKEN_{suffix}", 1
        while variable in variables.values():
            number += 1
            variable = f"ZENDESK_TOKEN_{suffix}_{number}"
        variables[name] = variable
    return variables


def _audience(entry: AudienceEntry) -> dict[str, Any]:
    said: dict[str, Any] = {"name": entry.name, "description": entry.description}
    said |= {"tags": list(entry.tags or ()), "labels": list(entry.labels or ())}
    filled = {key: value for key, value in said.items() if value}
    return {"id": entry.external_id, "namespace": entry.namespace, **filled}


def _label(entry: LabelEntry) -> dict[str, str]:
    described = {"friendly_name": entry.friendly_name, "description": entry.description}
    return {"name": entry.name, **described}


def _attribute(entry: AttributeEntry) -> dict[str, Any]:
    return _Row(path=entry.path, labels=list(entry.labels))


def _policy(entry: PolicyEntry) -> dict[str, Any]:
    if entry.is_core:
        return _Row(name=entry.name, core=True, enabled=entry.is_enabled)
    return {
        "name": entry.name,
        "description": entry.description,
        "labels": list(entry.labels),
        "label_match": str(entry.label_match),
        "marketing_actions": list(entry.marketing_actions),
        "enabled": entry.is_enabled,
    }


def _consent_policy(entry: PolicyEntry) -> dict[str, Any]:
    return {**_policy(entry), "path": entry.path, "accepted": list(entry.accepted)}


def _destination(entry: DestinationEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "description": entry.description,
        "account": entry.account,
        "enabled": entry.is_enabled,
        "alerts": list(entry.alerts),
        "marketing_actions": list(entry.marketing_actions or ()),
        "activation_triggers": list(entry.activation_triggers or activation_triggers.CODES),
        "mappings": [_rule(rule) for rule in entry.rules or ()],
        "audiences": [_activation(activation) for activation in entry.activations or ()],
    }


def _rule(rule: MappingRule) -> dict[str, Any]:
    row = _Row(source=format_source(rule.source), target=rule.target_text)
    if rule.is_cleared_when_empty:
        row["when_empty"] = str(rule.when_empty.value)
    return row


def _activation(entry: ActivationEntry) -> dict[str, Any]:
    return _Row(
        audience=entry.audience,
        mapping_id=entry.mapping_id,
        start=entry.start_on,
        end=entry.end_on,
    )
