"""The simulator of Sell accepts whatever the transform makes of a profile."""

from hypothesis import HealthCheck, given, settings

from activations.mapping.plan import Plan
from activations.mapping.transform import ProfileView, Send, render
from connections.zendesk.sandbox import contact_attributes
from connections.zendesk.sandbox.contact_attributes import Rules
from connections.zendesk.sandbox.definitions import CustomFields, FieldDefinition
from connections.zendesk.sandbox.switches import Switches

from .build import AT
from .strategies import FIELDS, members, plans

# A field type of tomorrow is one the simulator cannot define.
KNOWN = tuple(field for field in FIELDS if field.type != "odd")


def rules_for(plan: Plan) -> Rules:
    """Every owner and organization exists; fields nobody defined are let through."""
    fields = CustomFields(
        definitions=[
            FieldDefinition(field.name, field.type, choices=field.choices)
            for field in plan.fields.values()
        ]
    )
    switches = Switches(unknown_custom_field="ignore")
    return Rules(fields, switches, is_user=lambda _: True, is_organization=lambda _: True)


@given(profile=members(), plan=plans(fields=KNOWN))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_rendered_contact_is_refused(profile: ProfileView, plan: Plan) -> None:
    rendered = render(profile=profile, plan=plan, at=AT)
    assert isinstance(rendered, Send)
    rules = rules_for(plan)
    data = rendered.contact.data()
    created = contact_attributes.write(data=data, before=None, rules=rules)
    updated = contact_attributes.write(data=data, before=created, rules=rules)
    assert updated == created
