"""The accounts of a workspace file, with their tokens out of the environment."""

import re
from collections.abc import Mapping

from activations.services.workspace.document import Node
from activations.services.workspace.section import Findings, Section
from activations.services.workspace.values import AccountEntry
from connections import credentials
from connections.models.accounts import Platform

_KEYS = ("name", "platform", "token_env")
# What people name variables. Anything else might be the token itself, so it is not repeated.
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_TOKEN = re.compile(r"[\x21-\x7e]+\Z")


def read(node: Node, *, environ: Mapping[str, str], findings: Findings) -> AccountEntry | None:
    """One entry of `accounts`; None when something about it is wrong."""
    section = Section(node, keys=_KEYS, findings=findings)
    name = section.text("name", longest=200)
    platform = section.text("platform")
    if platform is not None and platform not in Platform.values:
        known = ", ".join(Platform.values)
        findings.refuse(section.place("platform"), f"is not a platform we know ({known}).")
        platform = None
    token = _token(section, environ, findings)
    if name is None or platform is None or token is None:
        return None
    return AccountEntry(name, platform, credentials.fingerprint(token), token)


def _token(section: Section, environ: Mapping[str, str], findings: Findings) -> str | None:
    variable = section.text("token_env")
    if variable is None:
        return None
    place = section.place("token_env")
    token = environ.get(variable, "").strip()
    named = variable if _VARIABLE.match(variable) else "it names"
    if not token:
        hint = "" if named == variable else " Write the name of a variable, never the token."
        findings.refuse(place, f"The environment variable {named} is not set.{hint}")
        return None
    if not _TOKEN.match(token):
        findings.refuse(
            place,
            f"The environment variable {named} holds no token: it has blanks "
            "or characters in it that no token has.",
        )
        return None
    return token
