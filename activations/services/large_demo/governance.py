"""Labels on the attributes of the demo, and a policy; neither forbids or asks for anything yet."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from activations.governance import labels
from activations.mapping import catalogue
from activations.models import ConsentPolicy, CustomLabel, LabeledAttribute

# By the first key of the path.
_LABELS: Final = {
    "person": ("I2",),
    "personalEmail": ("C3", "I1"),
    "workEmail": ("I1",),
    "mobilePhone": ("C2", "I1"),
    "homePhone": ("I1",),
    "workPhone": ("I1",),
    "homeAddress": ("I2", "S2"),
    "mailingAddress": ("I2", "S2"),
    "loyalty": ("C5",),
}


def build(*, at: datetime) -> None:
    """Labels on each attribute there is; what somebody made before stays."""
    draft = ConsentPolicy(
        name="Marketing only with consent",
        marketing_actions=["email-targeting"],
        path="consents.marketing.any.val",
        accepted=["y"],
    )
    ConsentPolicy.objects.bulk_create([draft], ignore_conflicts=True)
    label = CustomLabel(name="LOYALTY-PARTNER", friendly_name="Shared with the loyalty partner")
    CustomLabel.objects.bulk_create([label], ignore_conflicts=True)
    LabeledAttribute.objects.bulk_create(_attributes(at), ignore_conflicts=True)


def _attributes(at: datetime) -> Iterator[LabeledAttribute]:
    for attribute in catalogue.ATTRIBUTES:
        codes = _LABELS.get(attribute.path.partition(".")[0])
        if codes is not None:
            yield LabeledAttribute(
                path=attribute.path, labels=labels.ordered(codes=codes), changed_at=at
            )
