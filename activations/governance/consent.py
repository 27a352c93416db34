"""Which consents does a destination ask for, by its marketing actions and what is mapped to it?

Decides only; `queries.consents` knows where policies, mappings and labels are kept.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from activations.governance import carrying
from activations.governance.carrying import Shelves
from activations.mapping.consents import Consent
from activations.mapping.paths import Source
from activations.terms import LabelMatch


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """A consent policy: if it is met by a destination, `consent` is what it asks for.

    Without marketing actions any destination meets that part, without labels any mapping.
    """

    marketing_actions: tuple[str, ...]
    labels: tuple[str, ...]
    match: LabelMatch
    consent: Consent

    def is_met(self, *, actions: Collection[str], codes: Collection[str]) -> bool:
        """By a destination with these marketing actions whose mappings carry these labels."""
        has_action = not self.marketing_actions or any(
            action in actions for action in self.marketing_actions
        )
        need = all if self.match == LabelMatch.ALL else any
        has_labels = not self.labels or need(label in codes for label in self.labels)
        return has_action and has_labels


def required(
    *,
    rules: Iterable[ConsentRule],
    sources: Iterable[Source],
    actions: Collection[str],
    shelves: Shelves,
    audiences: Iterable[Collection[str]] = (),
) -> tuple[Consent, ...]:
    """What a destination asks of each profile, all of it, in the order of the rules.

    What is mapped also has the labels of each activated audience, `audiences`. One that meets a
    rule is enough: a contact is one for all audiences, so all its profiles are asked.
    """
    mapped = carrying.codes(sources=sources, shelves=shelves)
    carried = [mapped, *({*mapped, *codes} for codes in audiences)]
    return tuple(
        rule.consent
        for rule in rules
        if any(rule.is_met(actions=actions, codes=codes) for codes in carried)
    )
