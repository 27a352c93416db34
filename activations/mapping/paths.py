"""How a mapping names its source and its target; the notation people write in workspace files."""

from dataclasses import dataclass
from functools import cached_property

from activations.terms import SourceKind, TargetKind
from connections.zendesk.contact import CONTACT_ATTRIBUTES

EMAIL = "email"
LAST_NAME = "last_name"
ADDRESS_KEYS = ("line1", "city", "postal_code", "state", "country")

# `email` is the identity, and the address objects are written key by key.
WRITABLE_ATTRIBUTES = tuple(
    spec.name
    for spec in CONTACT_ATTRIBUTES.values()
    if spec.name != EMAIL and spec.type != "address"
)

_XDM = "xdm:"
_IDENTITY_MAP = "identitymap:"
_CONSTANT = "constant:"
_IDENTITY = "identity:"
_ADDRESS = "address."
_CUSTOM_FIELDS = "custom_fields."
# The lengths of the columns that keep them.
_LONGEST_SOURCE = 512
_LONGEST_TARGET = 255


class PathProblem(ValueError):
    """A source or target that cannot be understood; `message` says what is allowed."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Source:
    """What a mapping reads: a dotted XDM path, the symbol of an identity namespace, or a constant.

    For a constant `path` is the text that every contact gets.
    """

    kind: SourceKind
    path: str

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The keys to follow from the top of the profile's attributes."""
        return tuple(self.path.split("."))

    @cached_property
    def is_identity(self) -> bool:
        """Whether an identity namespace is read."""
        return self.kind == SourceKind.IDENTITY

    @cached_property
    def is_constant(self) -> bool:
        """Whether no profile is read: every contact gets the same text."""
        return self.kind == SourceKind.CONSTANT


@dataclass(frozen=True)
class Target:
    """What a mapping writes: `email`, a contact attribute, an address key or a custom field."""

    kind: TargetKind
    name: str


def parse_source(text: str) -> Source:
    """Reads `xdm: <dotted path>`, `IdentityMap: <namespace symbol>` or `constant: <text>`.

    Keys may carry the `xdm:` prefix of the XDM repository; profiles are stored without it. A
    constant is everything after the colon and one blank, unchanged. Raises PathProblem.
    """
    if (constant := _after(text, _CONSTANT)) is not None:
        return _constant(constant.removeprefix(" "))
    if (symbol := _after(text, _IDENTITY_MAP)) is not None:
        return Source(SourceKind.IDENTITY, _checked(symbol.strip(), "A namespace symbol"))
    if (path := _after(text, _XDM)) is None:
        raise PathProblem(
            "A source starts with “xdm:” followed by a dotted path, such as"
            " “xdm: person.name.lastName”, is “IdentityMap: Email”, or is “constant:” followed by"
            " a text that every contact gets."
        )
    path = ".".join(key.removeprefix(_XDM).strip() for key in path.strip().split("."))
    _checked(path, "A source path")
    if "" in path.split("."):
        raise PathProblem(f"The path “{path}” has an empty part: write keys with single dots.")
    _refuse_system_path(path)
    return Source(SourceKind.ATTRIBUTE, path)


def parse_target(text: str) -> Target:
    """Reads the four forms of a target. Raises PathProblem.

    A custom field's name is everything after the first dot, unchanged: names in Sell are compared
    character by character, and dots, blanks and `#` occur in them.
    """
    if (symbol := _after(text, _IDENTITY)) is not None:
        return _checked_target(Target(TargetKind.IDENTITY, symbol.strip().lower()))
    if (rest := _after(text, _XDM)) is None:
        raise PathProblem(
            "A target is “Identity: email”, “xdm: <contact attribute>”, “xdm: address.<key>” or"
            " “xdm: custom_fields.<name>”."
        )
    rest = rest.lstrip()
    if rest.startswith(_CUSTOM_FIELDS):
        name = rest.removeprefix(_CUSTOM_FIELDS)
        return _checked_target(Target(TargetKind.CUSTOM_FIELD, name))
    rest = rest.rstrip()
    if rest.startswith(_ADDRESS):
        return _checked_target(Target(TargetKind.ADDRESS, rest.removeprefix(_ADDRESS)))
    return _checked_target(Target(TargetKind.ATTRIBUTE, rest))


def format_source(source: Source) -> str:
    """The notation `parse_source` reads."""
    if source.is_constant:
        return f"constant: {source.path}"
    return f"IdentityMap: {source.path}" if source.is_identity else f"xdm: {source.path}"


def format_target(target: Target) -> str:
    """The notation `parse_target` reads."""
    if target.kind == TargetKind.IDENTITY:
        return f"Identity: {target.name}"
    if target.kind == TargetKind.ADDRESS:
        return f"xdm: {_ADDRESS}{target.name}"
    if target.kind == TargetKind.CUSTOM_FIELD:
        return f"xdm: {_CUSTOM_FIELDS}{target.name}"
    return f"xdm: {target.name}"


def target_problem(target: Target) -> str | None:
    """Why nothing can be written to this target, in words; None when it can."""
    if target.kind == TargetKind.IDENTITY:
        return _identity_problem(target.name)
    if target.kind == TargetKind.ADDRESS:
        return _address_problem(target.name)
    if target.kind == TargetKind.CUSTOM_FIELD:
        return None if target.name.strip() else "A custom field needs its name after the dot."
    return _attribute_problem(target.name)


def _identity_problem(name: str) -> str | None:
    if name == EMAIL:
        return None
    return f"“{name}” is no target identity: Zendesk accepts only “Identity: email”."


def _address_problem(key: str) -> str | None:
    if key in ADDRESS_KEYS:
        return None
    return f"“{key}” is no part of an address: choose one of {', '.join(ADDRESS_KEYS)}."


def _attribute_problem(name: str) -> str | None:
    if name in WRITABLE_ATTRIBUTES:
        return None
    if name == EMAIL:
        return "The e-mail is the contact's identity: write “Identity: email” as the target."
    spec = CONTACT_ATTRIBUTES.get(name)
    if spec is not None and spec.type == "address":
        keys = ", ".join(_ADDRESS + key for key in ADDRESS_KEYS)
        return f"An address is written in parts: choose one of {keys}."
    return (
        f"“{name}” is no contact attribute that can be written: choose one of"
        f" {', '.join(WRITABLE_ATTRIBUTES)}, or write “xdm: custom_fields.<name>” for a custom"
        " field."
    )


def _after(text: str, prefix: str) -> str | None:
    """The rest of the text after a prefix that is compared without case."""
    text = text.lstrip()
    return text[len(prefix) :] if text[: len(prefix)].lower() == prefix else None


def _checked(name: str, what: str) -> str:
    if not name:
        raise PathProblem(f"{what} is missing after the colon.")
    if len(name) > _LONGEST_SOURCE:
        raise PathProblem(f"{what} has at most {_LONGEST_SOURCE} characters.")
    if "\x00" in name:
        raise PathProblem(f"{what} contains a character that cannot be stored.")
    return name


def _constant(text: str) -> Source:
    _checked(text, "A constant")
    if not any(sign.isprintable() and not sign.isspace() for sign in text):
        raise PathProblem("A constant needs a text that can be seen after the colon.")
    return Source(SourceKind.CONSTANT, text)


def _checked_target(target: Target) -> Target:
    if len(target.name) > _LONGEST_TARGET:
        raise PathProblem(f"The name of a target has at most {_LONGEST_TARGET} characters.")
    if "\x00" in target.name:
        raise PathProblem("The name of a target contains a character that cannot be stored.")
    if (problem := target_problem(target)) is not None:
        raise PathProblem(problem)
    return target


def _refuse_system_path(path: str) -> None:
    top = path.partition(".")[0].lower()
    if top == "identitymap":
        raise PathProblem("Identities are read by namespace: write “IdentityMap: Email”.")
    if top == "segmentmembership":
        raise PathProblem(
            "The audience status is no attribute: it goes into the custom field named by the"
            " audience's Mapping ID."
        )
