"""A complete plan and profile, so that a test names only what it is about."""

from datetime import UTC, date, datetime
from typing import Any

from activations.mapping.paths import parse_source, parse_target
from activations.mapping.plan import ActivatedAudience, MappingRule, Plan
from activations.mapping.transform import ProfileView, Rendered, Send, render
from activations.terms import WhenEmpty
from connections.zendesk.contact import Contact, CustomField

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
STATUSES = ("realized", "existing", "exited")
VIP, NEWSLETTER = 1, 2


def rule(source: str, target: str, *, clear: bool = False) -> MappingRule:
    when_empty = WhenEmpty.CLEAR if clear else WhenEmpty.KEEP
    return MappingRule(parse_source(source), parse_target(target), when_empty)


EMAIL_RULE = rule("IdentityMap: Email", "Identity: email")
LAST_NAME_RULE = rule("xdm: person.name.lastName", "xdm: last_name")
MANDATORY = (EMAIL_RULE, LAST_NAME_RULE)


def field(name: str, kind: str, *choices: str, for_contact: bool = True) -> CustomField:
    return CustomField(
        id=sum(name.encode()),
        name=name,
        type=kind,
        choices=choices,
        for_contact=for_contact,
        for_organisation=not for_contact,
    )


def audience(
    audience_id: int = VIP,
    mapping_id: str = "VIP audience",
    *,
    start_on: date = date(2026, 1, 1),
    end_on: date | None = None,
) -> ActivatedAudience:
    return ActivatedAudience(audience_id, mapping_id, start_on, end_on)


def plan(
    *rules: MappingRule,
    audiences: tuple[ActivatedAudience, ...] = (audience(),),
    fields: tuple[CustomField, ...] = (),
    mandatory: tuple[MappingRule, ...] = MANDATORY,
) -> Plan:
    known = {one.name: one for one in (field("VIP audience", "list", *STATUSES), *fields)}
    return Plan(rules=(*mandatory, *rules), audiences=audiences, fields=known)


def profile(
    attributes: dict[str, Any] | None = None,
    *,
    email: str = "ann@example.org",
    last_name: Any = "Ek",
    memberships: dict[int, str] | None = None,
    identities: dict[str, Any] | None = None,
    was_delivered: bool = False,
) -> ProfileView:
    return ProfileView(
        email=email,
        attributes={"person": {"name": {"lastName": last_name}}, **(attributes or {})},
        identities=identities or {"Email": [{"id": email, "primary": True}]},
        memberships={VIP: "realized"} if memberships is None else memberships,
        was_delivered=was_delivered,
    )


def sent(rendered: Rendered) -> Contact:
    assert isinstance(rendered, Send)
    return rendered.contact


def written(source: Any, *, target: str, clear: bool = False, **fields: CustomField) -> Send:
    """What a single optional rule makes of one source value."""
    attributes = {} if source is None else {"value": source}
    known = tuple(fields.values())
    one = plan(rule("xdm: value", target, clear=clear), fields=known)
    rendered = render(profile=profile(attributes), plan=one, at=AT)
    assert isinstance(rendered, Send)
    return rendered
