"""Which column of a file means what: suggested by its name, checked as it was typed; pure."""

import re
from collections.abc import Sequence
from typing import Final

from activations.mapping import emails
from activations.mapping.catalogue import ATTRIBUTES
from activations.profiles import csv_header
from activations.profiles.sources import UnreadableFile
from activations.services.uploads.inspecting import Preview

MAX_PATH: Final = 200
_WORD: Final = re.compile(r"[^\W_]+")
_STEP: Final = re.compile(r"[\w:-]+")
# The header takes one off, and so does whoever cleans the profile.
_PREFIXES: Final = re.compile(r"^(xdm:)+")
# Beside the labels and paths of the catalogue.
_OTHER_NAMES: Final = {
    "person.name.firstName": ("firstname", "forename", "givenname", "vorname", "prenom"),
    "person.name.lastName": ("lastname", "surname", "familyname", "nachname", "nom"),
    "person.name.fullName": ("name", "fullname"),
    "mobilePhone.number": ("mobile", "mobilenumber", "cell", "phone", "phonenumber", "telephone"),
    "workPhone.number": ("officephone", "businessphone"),
    "jobTitle": ("jobtitle", "title", "position"),
    "homeAddress.street1": ("street", "address", "street1", "address1"),
    "homeAddress.city": ("city", "town"),
    "homeAddress.postalCode": ("zip", "zipcode", "postcode", "postalcode"),
    "homeAddress.state": ("state", "province", "region"),
    "homeAddress.country": ("country",),
    "person.birthDate": ("birthday", "birthdate", "dateofbirth", "dob"),
}
_EMAIL_NAMES: Final = ("email", "emailaddress", "mail", "primaryemail", "workemail", "emailid")
# These parts of a document are not attributes.
_RESERVED: Final = ("identitymap", "segmentmembership")


def _plain(text: str) -> str:
    return "".join(_WORD.findall(text)).lower()


_PATHS: Final = {
    **{_plain(attribute.label): attribute.path for attribute in ATTRIBUTES},
    **{_plain(attribute.path): attribute.path for attribute in ATTRIBUTES},
    **{name: path for path, names in _OTHER_NAMES.items() for name in names},
}


def suggest_email(*, preview: Preview) -> int | None:
    """The column that holds the addresses: by its content, of several by its name."""
    holding = [
        column
        for column in range(len(preview.header))
        if any(emails.is_valid(text.strip()) for text in preview.examples(column=column))
    ]
    named = [column for column in holding if _plain(preview.header[column]) in _EMAIL_NAMES]
    found = named or holding
    return found[0] if found else None


def suggest_paths(*, preview: Preview, email: int | None) -> list[str]:
    """For each column an XDM path, or "" to leave it out; no path twice."""
    paths: list[str] = []
    for column, title in enumerate(preview.header):
        path = "" if column == email else _suggestion(title)
        paths.append("" if path in paths else path)
    return paths


def problem(*, path: str) -> str:
    """What is wrong with a path somebody typed; empty when it can be used."""
    steps = path.split(".")
    if len(path) > MAX_PATH:
        return f"A path has at most {MAX_PATH} characters."
    if not all(_STEP.fullmatch(step) for step in steps):
        return "A path is made of words with dots between them, such as person.name.lastName."
    if steps[0].lower().removeprefix("xdm:") in _RESERVED:
        return "Identities and audiences are not attributes: leave the column out."
    return ""


def attribute(*, path: str) -> str:
    """What a path that somebody typed names, as it is stored."""
    return ".".join(_PREFIXES.sub("", step) for step in path.split("."))


def conflict(*, paths: Sequence[str]) -> str:
    """Why these paths cannot stand beside each other; empty when they can."""
    try:
        csv_header.read(cells=paths)
    except UnreadableFile as error:
        if "nested" in str(error):
            return "It is nested too deeply."
        return "Another column goes to a part of it, or to what it would be a part of."
    return ""


def _suggestion(title: str) -> str:
    words = _WORD.findall(title)
    known = _PATHS.get(_plain(title), "")
    if known or not words:
        return known
    if "." in title and not problem(path=title):
        return title
    first, *others = (word.lower() for word in words)
    path = first + "".join(word.capitalize() for word in others)
    return "" if problem(path=path) else path
