"""What a workspace file says, as values. The database's present state takes the same shape."""

from dataclasses import dataclass, field
from datetime import date

from activations.mapping.plan import MappingRule

VERSION = 1
DEFAULT_NAMESPACE = "ups"

# The alerts of the destinations workspace; a streaming destination raises the first one.
ALERTS = (
    "activation-skipped-rate-exceeded",
    "destination-flow-run-delay",
    "destination-flow-run-failure",
    "destination-flow-run-success",
    "destination-flow-run-start",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file: `destinations[0].mappings[2].target, line 14`; line 0 is all of it."""

    path: str
    line: int

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        return ", ".join(part for part in (self.path, line) if part)


WHOLE_FILE = Place("", 0)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place.line else self.message


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """An account; two are equal when they hold the same token, by its fingerprint."""

    name: str
    platform: str
    fingerprint: str
    token: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class AudienceEntry:
    """An audience; an empty name means "not yet named"."""

    namespace: str
    external_id: str
    name: str = ""
    # None where the file is silent about it: it stays.
    description: str | None = None
    tags: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    labels_at: Place | None = field(default=None, compare=False, repr=False)

    @property
    def reference(self) -> str:
        """How destinations name it."""
        return f"{self.namespace}/{self.external_id}"

    @property
    def label(self) -> str:
        """How people recognise it."""
        return self.name or self.reference


@dataclass(frozen=True, slots=True)
class ActivationEntry:
    """An activated audience, by its reference; `end_on` is the last day it is sent.

    Where the file leaves the start out, that place is kept and `starts` says which day it is.
    """

    audience: str
    mapping_id: str
    start_on: date
    end_on: date | None = None
    start_left_out_at: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DestinationEntry:
    """A destination. What may be None is so where the file is silent about it: it stays."""

    name: str
    account: str
    description: str = ""
    is_enabled: bool = True
    alerts: tuple[str, ...] = ()
    marketing_actions: tuple[str, ...] | None = None
    activation_triggers: tuple[str, ...] | None = None
    rules: tuple[MappingRule, ...] | None = None
    activations: tuple[ActivationEntry, ...] | None = None
    # Where the file says what it sends, or where the destination begins.
    mapped_at: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LabelEntry:
    """A custom label."""

    name: str
    friendly_name: str
    description: str = ""
    place: Place = field(default=WHOLE_FILE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AttributeEntry:
    """An attribute with its labels."""

    path: str
    labels: tuple[str, ...]
    place: Place = field(default=WHOLE_FILE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """A policy of either kind; `path` and `accepted` are those of a consent policy.

    Of a core one a file only says whether it is enabled.
    """

    name: str
    description: str = ""
    labels: tuple[str, ...] = ()
    label_match: str = "any"
    marketing_actions: tuple[str, ...] = ()
    path: str = ""
    accepted: tuple[str, ...] = ()
    is_enabled: bool = False
    is_core: bool = False
    place: Place = field(default=WHOLE_FILE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Workspace:
    """Accounts, audiences and destinations, each known by its name or reference.

    Labels and policies may be None, where the file is silent about them: they stay.
    """

    accounts: tuple[AccountEntry, ...] = ()
    audiences: tuple[AudienceEntry, ...] = ()
    destinations: tuple[DestinationEntry, ...] = ()
    labels: tuple[LabelEntry, ...] | None = None
    attributes: tuple[AttributeEntry, ...] | None = None
    policies: tuple[PolicyEntry, ...] | None = None
    consent_policies: tuple[PolicyEntry, ...] | None = None
