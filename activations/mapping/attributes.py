"""A value for one of Sell's built-in contact attributes, by its type (Sell contacts)."""

from activations.mapping import scalars
from activations.mapping.reasons import CannotShape, Reason
from connections.zendesk.contact import AttributeSpec, Json

# Sell publishes no lengths; these are the ones a contact survives everywhere.
LONGEST_LINE = 255
LONGEST_PARAGRAPH = 65_535

_MANY_LINES = "description"
# An owner is never absent: Sell falls back to the user of the token only on create.
NEVER_EMPTY = "owner_id"


def shape(*, spec: AttributeSpec, value: Json) -> Json:
    """The value as the attribute holds it. Raises CannotShape."""
    if spec.type == "string":
        return paragraph(value=value) if spec.name == _MANY_LINES else line(value=value)
    if spec.type == "int":
        return scalars.integer(value)
    if spec.type == "enum":
        return _choice(value, spec.choices)
    if spec.type == "tags":
        return list(tags(value=value))
    raise CannotShape(Reason.WRONG_TYPE)


def cleared(*, spec: AttributeSpec) -> Json:
    """What empties the attribute. Raises CannotShape for one that cannot be empty."""
    if spec.name == NEVER_EMPTY:
        raise CannotShape(Reason.CANNOT_CLEAR)
    if spec.type == "tags":
        return []
    return "none" if spec.type == "enum" else None


def line(*, value: Json) -> str:
    """Text in one line, as most attributes and the parts of an address are. Raises CannotShape."""
    return _fitting(scalars.one_line(value), LONGEST_LINE)


def paragraph(*, value: Json) -> str:
    """Text that may have line breaks. Raises CannotShape."""
    return _fitting(scalars.many_lines(value), LONGEST_PARAGRAPH)


def tags(*, value: Json) -> tuple[str, ...]:
    """A list, or text with commas, as the whole set of tags in its order. Raises CannotShape."""
    listed = value if isinstance(value, list) else scalars.one_line(value).split(",")
    names = (line(value=item).strip() for item in listed)
    return tuple(dict.fromkeys(name for name in names if name))


def _fitting(text: str, longest: int) -> str:
    if len(text) > longest:
        raise CannotShape(Reason.TOO_LONG)
    return text


def _choice(value: Json, choices: tuple[str, ...]) -> str:
    wanted = scalars.one_line(value).strip().lower()
    if wanted not in choices:
        raise CannotShape(Reason.NOT_A_CHOICE)
    return wanted
