"""Which source belongs to which target, judged by their names alone."""

from collections.abc import Collection

from activations.mapping import names
from activations.mapping.catalogue import ATTRIBUTES, TARGETS
from activations.mapping.paths import EMAIL, Source, Target
from activations.terms import SourceKind, TargetKind

# Pairs whose names differ; the first source of a target is the one suggested for it.
_KNOWN = (
    ("person.name.firstName", TargetKind.ATTRIBUTE, "first_name"),
    ("person.name.lastName", TargetKind.ATTRIBUTE, "last_name"),
    ("jobTitle", TargetKind.ATTRIBUTE, "title"),
    ("mobilePhone.number", TargetKind.ATTRIBUTE, "mobile"),
    ("workPhone.number", TargetKind.ATTRIBUTE, "phone"),
    ("homePhone.number", TargetKind.ATTRIBUTE, "phone"),
    ("faxPhone.number", TargetKind.ATTRIBUTE, "fax"),
    *(
        (f"{top}.{part}", TargetKind.ADDRESS, key)
        for top in ("homeAddress", "workAddress", "mailingAddress")
        for part, key in (
            ("street1", "line1"),
            ("city", "city"),
            ("postalCode", "postal_code"),
            ("state", "state"),
            ("stateProvince", "state"),
            ("country", "country"),
            ("countryCode", "country"),
        )
    ),
)
_EMAIL = Target(TargetKind.IDENTITY, EMAIL)


def target_for(*, source: Source, custom_fields: Collection[str] = ()) -> Target | None:
    """The target that fits a source by name; a custom field of the account comes first."""
    if source.is_identity:
        return _EMAIL if source.path.casefold() == EMAIL else None
    ends = _ends(source.path)
    for name in custom_fields:
        if names.simplified(name) in ends:
            return Target(TargetKind.CUSTOM_FIELD, name)
    for path, kind, name in _KNOWN:
        if path == source.path:
            return Target(kind, name)
    plain = (field.target for field in TARGETS if field.target.kind == TargetKind.ATTRIBUTE)
    leaf = names.simplified(source.path.rpartition(".")[2])
    return next((target for target in plain if names.simplified(target.name) == leaf), None)


def source_for(*, target: Target) -> Source | None:
    """The source that fits a target by name."""
    if target.kind == TargetKind.IDENTITY:
        return Source(SourceKind.IDENTITY, "Email") if target == _EMAIL else None
    for path, kind, name in _KNOWN:
        if (kind, name) == (target.kind, target.name):
            return Source(SourceKind.ATTRIBUTE, path)
    wanted = names.simplified(target.name)
    if target.kind != TargetKind.CUSTOM_FIELD:
        return None
    for attribute in ATTRIBUTES:
        if wanted in _ends(attribute.path) or wanted == names.simplified(attribute.label):
            return Source(SourceKind.ATTRIBUTE, attribute.path)
    return None


def _ends(path: str) -> set[str]:
    """`a.b.c` may be called `c`, `b c` or `a b c`."""
    keys = path.split(".")
    return {names.simplified("".join(keys[start:])) for start in range(len(keys))}
