"""The Mapping step's rows as the page draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

from activations.services.draft_content import MAPPING, Content, DraftProblem, MappingRow


@dataclass(frozen=True, slots=True)
class Row:
    """One mapping with the names of its controls; `index` counts from 0, people from 1.

    Filled in is a target that was not typed: it fits the source by its name.
    """

    index: int
    mapping: MappingRow
    problems: tuple[DraftProblem, ...]
    is_filled_in: bool = False

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was selected yet."""
        return not (self.mapping.source or self.mapping.target)

    @property
    def number(self) -> int:
        """As people count."""
        return self.index + 1

    @property
    def source_name(self) -> str:
        """Name of the hidden input."""
        return f"source-{self.index}"

    @property
    def target_name(self) -> str:
        """Name of the hidden input."""
        return f"target-{self.index}"

    @property
    def when_name(self) -> str:
        """Name and id of the choice."""
        return f"when-{self.index}"

    @property
    def source_label(self) -> str:
        """For screen readers."""
        return f"Source field, row {self.number}"

    @property
    def target_label(self) -> str:
        """For screen readers."""
        return f"Target field, row {self.number}"

    @property
    def target_text(self) -> str:
        """With the asterisk of a mandatory target."""
        return f"{self.mapping.target} *" if self.mapping.is_mandatory else self.mapping.target


def rows(*, content: Content, typed: Sequence[MappingRow] | None = None) -> list[Row]:
    """Every row of the draft in its order; `typed` are those that were just saved."""
    return [
        Row(
            index,
            mapping,
            content.problems_at(step=MAPPING, row=index),
            is_filled_in=_was_empty(typed, index) and bool(mapping.target),
        )
        for index, mapping in enumerate(content.mappings)
    ]


def _was_empty(typed: Sequence[MappingRow] | None, index: int) -> bool:
    return typed is not None and index < len(typed) and not typed[index].target
