"""What can be mapped: XDM profile attributes, identity namespaces, Zendesk's contact fields."""

from dataclasses import dataclass

from activations.mapping.paths import (
    ADDRESS_KEYS,
    EMAIL,
    LAST_NAME,
    WRITABLE_ATTRIBUTES,
    Source,
    Target,
    format_source,
    format_target,
)
from activations.terms import SourceKind, TargetKind
from connections.zendesk.contact import CONTACT_ATTRIBUTES


@dataclass(frozen=True, slots=True)
class XdmAttribute:
    """An attribute of the XDM individual profile; `type` as XDM names it."""

    path: str
    label: str
    type: str
    example: str

    @property
    def text(self) -> str:
        """As it is written in a mapping."""
        return format_source(Source(SourceKind.ATTRIBUTE, self.path))


@dataclass(frozen=True, slots=True)
class Namespace:
    """A standard identity namespace; `type` as the platform's identity service names it."""

    symbol: str
    label: str
    type: str

    @property
    def text(self) -> str:
        """As it is written in a mapping."""
        return format_source(Source(SourceKind.IDENTITY, self.symbol))


@dataclass(frozen=True, slots=True)
class TargetField:
    """A field of a Zendesk contact that is always there."""

    target: Target
    label: str
    type: str
    group: str
    is_mandatory: bool

    @property
    def text(self) -> str:
        """As it is written in a mapping."""
        return format_target(self.target)


_ADDRESS_GROUPS = (
    ("homeAddress", "Home address"),
    ("workAddress", "Work address"),
    ("mailingAddress", "Mailing address"),
    ("billingAddress", "Billing address"),
    ("shippingAddress", "Shipping address"),
)
_ADDRESS_PARTS = (
    ("street1", "Street, line 1", "Storgatan 1"),
    ("street2", "Street, line 2", "Floor 2"),
    ("city", "City", "Uppsala"),
    ("state", "State", "Uppsala län"),
    ("stateProvince", "State or province code", "SE-C"),
    ("postalCode", "Postal code", "753 10"),
    ("country", "Country", "Sweden"),
    ("countryCode", "Country code", "SE"),
)
# path, label, type, example; a group runs until the next one.
_PEOPLE: tuple[tuple[str, tuple[tuple[str, str, str, str], ...]], ...] = (
    (
        "Person",
        (
            ("person.name.firstName", "First name", "string", "Ann"),
            ("person.name.middleName", "Middle name", "string", "Maria"),
            ("person.name.lastName", "Last name", "string", "Ek"),
            ("person.name.fullName", "Full name", "string", "Ann Ek"),
            ("person.name.courtesyTitle", "Courtesy title", "string", "Dr"),
            ("person.name.suffix", "Suffix", "string", "Jr"),
            ("person.birthDate", "Birth date", "date", "1984-02-29"),
            ("person.birthDayAndMonth", "Birth day and month", "string", "02-29"),
            ("person.birthYear", "Birth year", "integer", "1984"),
            ("person.gender", "Gender", "string", "female"),
            ("person.maritalStatus", "Marital status", "string", "married"),
            ("person.nationality", "Nationality", "string", "SE"),
        ),
    ),
    (
        "E-mail",
        (
            ("personalEmail.address", "Personal e-mail", "string", "ann@example.org"),
            ("workEmail.address", "Work e-mail", "string", "ann.ek@example.org"),
        ),
    ),
    (
        "Phone",
        (
            ("mobilePhone.number", "Mobile phone", "string", "+46 70 000 00 00"),
            ("homePhone.number", "Home phone", "string", "+46 18 00 00 00"),
            ("workPhone.number", "Work phone", "string", "+46 8 000 00 00"),
            ("faxPhone.number", "Fax", "string", "+46 8 000 00 01"),
        ),
    ),
    ("Work", (("jobTitle", "Job title", "string", "Head of support"),)),
    (
        "Loyalty",
        (
            ("loyalty.loyaltyID", "Loyalty id", "string", "L-1457"),
            ("loyalty.tier", "Loyalty tier", "string", "gold"),
            ("loyalty.points", "Loyalty points", "number", "1200"),
            ("loyalty.status", "Loyalty status", "string", "active"),
            ("loyalty.joinDate", "Loyalty join date", "date-time", "2020-05-01T00:00:00Z"),
        ),
    ),
    (
        "Consent",
        (
            ("consents.collect.val", "Consent to collect", "string", "y"),
            ("consents.share.val", "Consent to share", "string", "n"),
            ("consents.personalize.content.val", "Consent to personalise", "string", "y"),
            ("consents.marketing.preferred", "Preferred channel", "string", "email"),
            ("consents.marketing.any.val", "Consent to marketing", "string", "y"),
            ("consents.marketing.email.val", "Consent to e-mail", "string", "y"),
            ("consents.marketing.phone.val", "Consent to calls", "string", "n"),
        ),
    ),
    ("Other", (("testProfile", "Test profile", "boolean", "false"),)),
)


def _attributes() -> tuple[XdmAttribute, ...]:
    """In the order of the profile's tree: addresses stand after the phones."""
    found: list[XdmAttribute] = []
    for group, rows in _PEOPLE:
        if group == "Work":
            found += _addresses()
        found += (XdmAttribute(path, label, kind, example) for path, label, kind, example in rows)
    return tuple(found)


def _addresses() -> list[XdmAttribute]:
    return [
        XdmAttribute(f"{top}.{key}", f"{group}: {label}", "string", example)
        for top, group in _ADDRESS_GROUPS
        for key, label, example in _ADDRESS_PARTS
    ]


ATTRIBUTES = _attributes()

NAMESPACES = (
    Namespace("Email", "Email", "Email"),
    Namespace("Phone", "Phone", "Phone"),
    Namespace("ECID", "Experience Cloud ID", "Cookie"),
    Namespace("AdCloud", "Advertising Cloud", "Cookie"),
    Namespace("TNTID", "Target", "Cookie"),
    Namespace("GAID", "Google ad id", "Device"),
    Namespace("IDFA", "Apple ad id", "Device"),
    Namespace("WAID", "Windows ad id", "Device"),
    Namespace("FCM", "Firebase Cloud Messaging", "Device"),
    Namespace("APNS", "Apple push notifications", "Device"),
)

_KEY_LABELS = {
    "line1": "Street",
    "city": "City",
    "postal_code": "Postal code",
    "state": "State",
    "country": "Country",
}

TARGETS = (
    TargetField(Target(TargetKind.IDENTITY, EMAIL), "Email", "string", "Identity", True),
    *(
        TargetField(
            Target(TargetKind.ATTRIBUTE, name),
            CONTACT_ATTRIBUTES[name].label,
            CONTACT_ATTRIBUTES[name].type,
            "Attributes",
            name == LAST_NAME,
        )
        for name in sorted(WRITABLE_ATTRIBUTES, key=lambda name: name != LAST_NAME)
    ),
    *(
        TargetField(Target(TargetKind.ADDRESS, key), _KEY_LABELS[key], "string", "Address", False)
        for key in ADDRESS_KEYS
    ),
)
