"""What the right pane of a picker says about one field."""

from collections.abc import Mapping
from dataclasses import dataclass

from activations.mapping import catalogue, names
from activations.mapping.paths import Source, Target, format_source, format_target
from activations.models import ActivationDraft
from activations.queries import audience_labels, seen
from activations.queries.seen import Examples
from activations.services import draft_content
from activations.terms import TargetKind
from connections.zendesk.contact import CONTACT_ATTRIBUTES, CustomField

MOST_CHOICES = 20


@dataclass(frozen=True, slots=True)
class SourceDetail:
    """`examples` hold personal data; None for who may not see them. `made_up` stands for none."""

    text: str
    name: str
    type: str
    examples: Examples | None
    made_up: str = ""


@dataclass(frozen=True, slots=True)
class TargetDetail:
    """`why_not` says why it cannot be chosen and what to do; `used_by` what writes it already."""

    text: str
    name: str
    type: str
    choices: tuple[str, ...] = ()
    more_choices: int = 0
    is_mandatory: bool = False
    why_not: str = ""
    used_by: tuple[str, ...] = ()


def source(*, source: Source, may_see_identities: bool) -> SourceDetail:
    """One query, and none for an identity of which nothing may be seen."""
    if source.is_identity:
        return _namespace(source, may_see_identities)
    found = seen.examples(source=source)
    text = format_source(source)
    for attribute in catalogue.ATTRIBUTES:
        if attribute.path == source.path:
            return SourceDetail(text, attribute.label, attribute.type, found, attribute.example)
    name = names.spoken(source.path.rpartition(".")[2])
    return SourceDetail(text, name, found.type, found)


def target(
    *, target: Target, fields: Mapping[str, CustomField] | None, draft: ActivationDraft
) -> TargetDetail | None:
    """None for a field that is not known. One query for a field that is a Mapping ID, else none."""
    text = format_target(target)
    used_by = _used_by(target, text, draft)
    if target.kind == TargetKind.CUSTOM_FIELD:
        field = fields.get(target.name) if fields is not None else None
        return None if field is None else _custom_field(field, text, used_by)
    known = next(field for field in catalogue.TARGETS if field.target == target)
    spec = CONTACT_ATTRIBUTES.get(target.name)
    return TargetDetail(
        text=text,
        name=known.label,
        type=known.type,
        choices=spec.choices if spec else (),
        is_mandatory=known.is_mandatory,
        used_by=used_by,
    )


def _used_by(target: Target, text: str, draft: ActivationDraft) -> tuple[str, ...]:
    """What of the draft writes it already."""
    rows = draft_content.read_mappings(stored=draft.mappings)
    found = [f"mapping {n}" for n, row in enumerate(rows, start=1) if row.target == text]
    if target.kind == TargetKind.CUSTOM_FIELD:
        schedule = draft_content.read_schedule(stored=draft.audiences)
        keys = [row.audience for row in schedule if row.mapping_id == target.name]
        labels = audience_labels.of(audience_ids=keys) if keys else {}
        found += (f"the status of the audience “{label}”" for label in labels.values())
    return tuple(found)


def _namespace(source: Source, may_see: bool) -> SourceDetail:
    known = {namespace.symbol.casefold(): namespace for namespace in catalogue.NAMESPACES}
    namespace = known.get(source.path.casefold())
    return SourceDetail(
        text=format_source(source),
        name=namespace.label if namespace else source.path,
        type=namespace.type if namespace else "Identity namespace",
        examples=seen.examples(source=source) if may_see else None,
    )


def _custom_field(field: CustomField, text: str, used_by: tuple[str, ...]) -> TargetDetail:
    why_not = ""
    if not field.for_contact:
        why_not = (
            "It is for companies only. Let it apply to people in Sell under Settings > Customize >"
            " Contacts, then read the fields again in the step Schedule audience export."
        )
    return TargetDetail(
        text=text,
        name=field.name,
        type=field.type,
        choices=field.choices[:MOST_CHOICES],
        more_choices=max(0, len(field.choices) - MOST_CHOICES),
        why_not=why_not,
        used_by=used_by,
    )
