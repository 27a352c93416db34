"""The Mapping step's rows as the page draws them."""

from dataclasses import dataclass

from activations.services.draft_content import MAPPING, Content, DraftProblem, MappingRow


@dataclass(frozen=True, slots=True)
class Row:
    """One mapping with the names of its controls; `index` counts from 0, people from 1."""

    index: int
    mapping: MappingRow
    problems: tuple[DraftProblem, ...]

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
        """Name and id of the hidden input."""
        return f"source-{self.index}"

    @property
    def target_name(self) -> str:
        """Name and id of the hidden input."""
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


def rows(*, content: Content) -> list[Row]:
    """Every row of the draft in its order."""
    return [
        Row(index, mapping, content.problems_at(step=MAPPING, row=index))
        for index, mapping in enumerate(content.mappings)
    ]
