"""Two people open the wizard of one destination; the second to finish loses nothing."""

from datetime import timedelta

import pytest

from activations.models import Activation, ActivationDraft, Audience
from activations.services import details, draft_updates, drafts
from activations.services.draft_content import MappingRow, ScheduleRow
from connections import marks
from connections.activation_triggers import IDENTITIES, SEGMENTATION
from connections.models import Destination
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

MAPPINGS = (
    MappingRow("IdentityMap: Email", "Identity: email"),
    MappingRow("xdm: person.name.lastName", "xdm: last_name"),
)
TITLE = MappingRow("xdm: jobTitle", "xdm: title")
FIELDS = [
    {
        "id": number,
        "name": name,
        "type": "string",
        "choices": [],
        "for_contact": True,
        "for_organisation": False,
    }
    for number, name in enumerate(("VIP audience", "Newsletter"), start=1)
]


@pytest.fixture
def destination() -> Destination:
    account = factories.AccountFactory(contact_fields=FIELDS, contact_fields_at=NOON)
    return factories.DestinationFactory(account=account)


def _fill(draft: ActivationDraft, audience: Audience, mapping_id: str, *more: MappingRow) -> None:
    rows = (*MAPPINGS, *more)
    drafts.save_mappings(draft=draft, version=draft.version, rows=rows, at=NOON)
    keys = {audience.pk}
    drafts.select_audiences(draft=draft, version=draft.version, shown=keys, chosen=keys, at=NOON)
    row = ScheduleRow(audience.pk, mapping_id, "2026-03-01")
    drafts.save_schedule(draft=draft, version=draft.version, rows=[row], at=NOON)


@pytest.fixture
def second(destination: Destination) -> ActivationDraft:
    """Bo's draft, after Ann finished hers for another audience and with one more mapping."""
    ann, bo = factories.UserFactory(username="ann"), factories.UserFactory(username="bo")
    first = drafts.open_for(destination=destination, person=ann)
    second = drafts.open_for(destination=destination, person=bo)
    _fill(first, factories.AudienceFactory(name="VIP"), "VIP audience", TITLE)
    _fill(second, factories.AudienceFactory(name="Readers"), "Newsletter")
    drafts.finish(draft=first, at=NOON + timedelta(days=3650))
    second.destination.refresh_from_db()
    return second


def test_the_second_cannot_finish_and_is_told_what_was_changed_by_whom(
    second: ActivationDraft,
) -> None:
    news = draft_updates.news(draft=second)

    assert news is not None
    assert news.person == "ann"
    assert news.lines[:2] == ("Audience VIP: added.", "Mapping to xdm: title: added.")
    with pytest.raises(drafts.CannotFinish, match="Somebody else changed the destination"):
        drafts.finish(draft=second, at=NOON)


def test_what_was_changed_comes_into_the_draft_and_it_can_be_finished(
    second: ActivationDraft,
) -> None:
    draft_updates.take_in(draft=second, at=NOON)
    second.refresh_from_db()

    assert draft_updates.news(draft=second) is None
    drafts.finish(draft=second, at=NOON)
    sent = set(Activation.objects.values_list("audience__name", "mapping_id"))
    assert sent == {("VIP", "VIP audience"), ("Readers", "Newsletter")}
    targets = second.destination.field_mappings.values_list("target", flat=True)
    assert set(targets) == {"email", "last_name", "title"}


def test_a_tab_that_is_still_open_does_not_undo_it(second: ActivationDraft) -> None:
    version = second.version
    draft_updates.take_in(draft=second, at=NOON)
    second.refresh_from_db()

    with pytest.raises(drafts.StaleDraft):
        drafts.save_mappings(draft=second, version=version, rows=MAPPINGS, at=NOON)


def test_profiles_that_are_only_looked_at_again_concern_no_draft(second: ActivationDraft) -> None:
    draft_updates.take_in(draft=second, at=NOON)
    second.refresh_from_db()
    Destination.objects.update(activation_triggers=[IDENTITIES])
    second.destination.refresh_from_db()
    details.edit(
        destination=second.destination,
        values={"activation_triggers": [SEGMENTATION, IDENTITIES]},
        seen=marks.of(row=second.destination, fields=["activation_triggers"]),
        at=NOON,
    )
    second.destination.refresh_from_db()

    assert second.destination.mapping_version > second.based_on_version
    assert draft_updates.news(draft=second) is None
    drafts.finish(draft=second, at=NOON)


def test_a_draft_of_before_the_upgrade_keeps_both_too(second: ActivationDraft) -> None:
    ActivationDraft.objects.filter(pk=second.pk).update(based_on={})
    second.refresh_from_db()

    draft_updates.take_in(draft=second, at=NOON)
    second.refresh_from_db()

    assert len(second.audiences) == 2


def test_what_two_requests_of_one_page_save_in_the_same_moment_is_no_conflict(
    destination: Destination,
) -> None:
    person = factories.UserFactory(username="ann")
    first = drafts.open_for(destination=destination, person=person)
    second = ActivationDraft.objects.get(pk=first.pk)
    version, rows = first.version, (*MAPPINGS, TITLE)

    drafts.save_mappings(draft=first, version=version, rows=rows, at=NOON)
    drafts.save_mappings(draft=second, version=version, rows=rows, at=NOON)

    assert second.version == first.version == version + 1


def test_what_differs_in_the_same_moment_is_a_conflict(destination: Destination) -> None:
    person = factories.UserFactory(username="ann")
    first = drafts.open_for(destination=destination, person=person)
    second = ActivationDraft.objects.get(pk=first.pk)
    version = first.version

    drafts.save_mappings(draft=first, version=version, rows=(*MAPPINGS, TITLE), at=NOON)
    with pytest.raises(drafts.StaleDraft):
        drafts.save_mappings(draft=second, version=version, rows=MAPPINGS, at=NOON)
