"""Consents in the plan of a destination, and who catches up when others are asked for."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activations.models import Activation, Backfill, ConsentPolicy, Delivery
from activations.queries import consents, samples
from activations.rendering import Plans, ToSend
from activations.sending.rounds import Round
from activations.sending.supplies import Supply
from activations.services import configuration, consent_policies, details, labels
from activations.terms import LabelMatch, PolicyStatus
from connections import marks
from connections.models import Destination
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

THIRD_PARTY = "export-to-third-party"
DRAFT, DISABLED = PolicyStatus.DRAFT, PolicyStatus.DISABLED


@pytest.fixture
def activation() -> Activation:
    """Of a destination that is meant for third parties."""
    destination = factories.DestinationFactory(marketing_actions=[THIRD_PARTY])
    factories.map_mandatory(destination)
    made: Activation = factories.ActivationFactory(destination=destination, mapping_id="VIP")
    return made


def people(activation: Activation, count: int, value: str = "y") -> None:
    """Members who are due."""
    for _ in range(count):
        profile = factories.ProfileFactory(
            attributes={
                "person": {"name": {"lastName": "Ek"}},
                "consents": {"marketing": {"any": {"val": value}}},
            }
        )
        factories.MembershipFactory(audience=activation.audience, profile=profile)
        factories.DeliveryFactory(destination=activation.destination, profile=profile)


def supply(activation: Activation) -> Supply:
    assert activation.destination.account_id is not None
    round_ = Round(clock=lambda: NOON, stop=lambda: False, settled=lambda tally: None)
    return Supply(account_id=activation.destination.account_id, round_=round_)


def rendered(activation: Activation) -> tuple[list[ToSend], list[str]]:
    """What a fresh courier's first claim would send, and the statements that took."""
    one = supply(activation)
    with CaptureQueriesContext(connection) as captured:
        found = one.next(limit=200, at=NOON)
    assert found is not None
    return found, [query["sql"] for query in captured]


# As before there were consent policies: a claim of rows that are all sent, the plan being read.
STATEMENTS = 13


@pytest.mark.parametrize("statuses", [(), (DRAFT, DISABLED)])
def test_without_an_enabled_policy_a_claim_takes_no_more_statements_and_sends_the_same(
    activation: Activation, statuses: tuple[PolicyStatus, ...]
) -> None:
    for status in statuses:
        factories.ConsentPolicyFactory(status=status, accepted=["never"])
    people(activation, 3, "n")
    found, statements = rendered(activation)
    told = [item.contact.data() for item in found]
    assert [sorted(data) for data in told] == [["custom_fields", "email", "last_name"]] * 3
    assert {data["custom_fields"]["VIP"] for data in told} == {"realized"}  # type: ignore[index,call-overload]
    assert len(statements) == STATEMENTS


@pytest.mark.parametrize("is_about_labels", [False, True])
def test_an_enabled_policy_takes_a_query_for_each_plan_and_none_for_each_profile(
    activation: Activation, is_about_labels: bool
) -> None:
    people(activation, 1)
    _, without = rendered(activation)
    factories.LabeledAttributeFactory(path="person", labels=["I1"])
    labels = ["I1"] if is_about_labels else []
    factories.ConsentPolicyFactory.create_batch(3, labels=labels)
    counts = []
    for count in (1, 30):
        people(activation, count)
        found, statements = rendered(activation)
        assert len(found) == count
        counts.append(len(statements))
    assert counts == [len(without) + 1] * 2


def in_doubt(activation: Activation, *log: str, count: int = 1) -> list[Delivery]:
    """Rows without consent that never delivered, each with requests of these outcomes."""
    known = set(Delivery.objects.values_list("pk", flat=True))
    people(activation, count, "n")
    rows = Delivery.objects.exclude(pk__in=known)
    rows.update(unsettled_until=NOON)
    for row in rows:
        for fence, outcome in enumerate(log, start=1):
            factories.AttemptFactory(delivery=row, fence=fence, outcome=outcome)
    return list(rows)


@pytest.mark.parametrize(
    ("log", "is_told"),
    [
        ((), False),
        (("rejected", "throttled", "unauthorised", "not-sent", "handed-back"), False),
        (("",), True),
        (("unknown", "rejected"), True),
        # Of a worker that came too late to settle it.
        (("written",), True),
        (("superseded",), True),
        (("written", "unknown", "missing"), False),
        (("missing", "unknown"), True),
    ],
)
def test_a_doubt_counts_for_whose_own_request_may_have_made_the_contact(
    activation: Activation, log: tuple[str, ...], is_told: bool
) -> None:
    factories.ConsentPolicyFactory()
    (row,) = in_doubt(activation, *log)
    plan = configuration.load_plan(destination=activation.destination)
    told = samples.look(
        destination_id=activation.destination.pk,
        profile_ids=[row.profile_id],
        plan=plan,
        at=NOON,
    )
    found, _ = rendered(activation)

    assert [item.contact.custom_fields for item in found] == [{"VIP": "exited"}] * is_told
    assert (told.to_send, told.excluded) == ((1, {}) if is_told else (0, {"consent": 1}))
    row.refresh_from_db()
    assert row.code == ("" if is_told else "consent")


@pytest.mark.parametrize("is_same_account", [True, False])
def test_a_contact_that_another_destination_of_the_account_missed_is_gone(
    activation: Activation, is_same_account: bool
) -> None:
    factories.ConsentPolicyFactory()
    (row,) = in_doubt(activation, "unknown")
    account = activation.destination.account if is_same_account else factories.AccountFactory()
    beside = factories.DestinationFactory(account=account)
    missed = factories.DeliveryFactory(
        destination=beside, profile=row.profile, state="excluded", code="missing-last-name"
    )
    factories.AttemptFactory(delivery=missed, outcome="missing")

    assert len(rendered(activation)[0]) == (not is_same_account)


def test_doubts_take_a_query_for_each_claim_and_none_where_no_consent_is_asked_for(
    activation: Activation,
) -> None:
    in_doubt(activation, "unknown")
    assert len(rendered(activation)[1]) == STATEMENTS
    factories.ConsentPolicyFactory()
    for count in (1, 30):
        in_doubt(activation, "unknown", count=count)
        found, statements = rendered(activation)
        assert len(found) == count
        # One for the plan, one for the doubts.
        assert len(statements) == STATEMENTS + 2


def test_a_plan_is_read_again_by_the_marketing_actions_of_its_version(
    activation: Activation,
) -> None:
    """The destination was read by a worker just before somebody changed what it is meant for."""
    Destination.objects.update(marketing_actions=[])
    as_it_was = Destination.objects.select_related("account").get()
    factories.ConsentPolicyFactory()
    edit(as_it_was, marketing_actions=[THIRD_PARTY])

    plans = Plans()
    stale = Destination.objects.select_related("account").get()
    stale.mapping_version, stale.marketing_actions = as_it_was.mapping_version, []
    assert len(plans.of(stale).consents) == 1
    assert plans.of(Destination.objects.select_related("account").get()).consents


def edit(destination: Destination, **values: Any) -> None:
    seen = marks.of(row=Destination.objects.get(pk=destination.pk), fields=values)
    details.edit(destination=destination, values=values, seen=seen, at=NOON)


def version(activation: Activation) -> int:
    return Destination.objects.get(pk=activation.destination.pk).mapping_version


def elsewhere() -> Activation:
    """With rows; nothing of it is for third parties."""
    made: Activation = factories.ActivationFactory()
    people(made, 1)
    return made


@pytest.fixture
def policy() -> ConsentPolicy:
    made: ConsentPolicy = factories.ConsentPolicyFactory(status=DRAFT, name="Marketing")
    return made


def enable(policy: ConsentPolicy) -> None:
    policy.refresh_from_db()
    confirmed = consent_policies.confirmation(policy=policy)
    consent_policies.enable(policy=policy, confirmed=confirmed, at=NOON)


def change(policy: ConsentPolicy, **values: Any) -> None:
    """By somebody who says yes to what it asks for then."""
    policy.refresh_from_db()
    seen = marks.of(row=policy, fields=values)
    for name, value in values.items():
        setattr(policy, name, value)
    confirmed = consent_policies.confirmation(policy=policy)
    consent_policies.change(policy=policy, values=values, seen=seen, confirmed=confirmed, at=NOON)


def test_only_destinations_that_ask_for_something_else_are_looked_at_again(
    activation: Activation, policy: ConsentPolicy
) -> None:
    people(activation, 1)
    other = elsewhere()
    before = version(activation), version(other)

    enable(policy)

    assert (version(activation), version(other)) == (before[0] + 1, before[1])
    (backfill,) = Backfill.objects.all()
    assert (backfill.destination, backfill.activation) == (activation.destination, None)


def test_what_asks_for_the_same_looks_at_nobody(
    activation: Activation, policy: ConsentPolicy
) -> None:
    people(activation, 1)
    enable(policy)
    before = version(activation)
    enable(policy)
    change(policy, name="Mail", description="Why")
    change(policy, marketing_actions=[THIRD_PARTY, "analytics"])
    labels.put_on(path="person", codes=["I1"], person=None, at=NOON)
    edit(activation.destination, marketing_actions=[THIRD_PARTY, "data-science"])
    assert version(activation) == before
    assert Backfill.objects.count() == 1


def test_a_draft_is_changed_without_anybody_noticing(
    activation: Activation, policy: ConsentPolicy
) -> None:
    people(activation, 1)
    before = version(activation)
    change(policy, accepted=["p"])
    consent_policies.disable(policy=policy, at=NOON)
    policy.refresh_from_db()
    assert policy.status == DRAFT
    consent_policies.delete(policy=policy, at=NOON)
    assert version(activation) == before


def test_without_rows_there_is_nothing_to_line_up(
    activation: Activation, policy: ConsentPolicy
) -> None:
    before = version(activation)
    enable(policy)
    assert version(activation) == before + 1
    assert not Backfill.objects.exists()


@pytest.mark.parametrize(
    ("match", "mapped", "is_asked"),
    [
        (LabelMatch.ANY, {}, True),
        (LabelMatch.ALL, {}, False),
        (LabelMatch.ALL, {"title": "loyalty.tier"}, True),
    ],
)
def test_labels_on_what_is_mapped_decide(
    activation: Activation, match: str, mapped: dict[str, str], is_asked: bool
) -> None:
    factories.ConsentPolicyFactory(marketing_actions=[], labels=["C2", "I1"], label_match=match)
    factories.LabeledAttributeFactory(path="person.name", labels=["I1"])
    factories.LabeledAttributeFactory(path="loyalty", labels=["C2"])
    for target, source in mapped.items():
        factories.FieldMappingFactory(
            destination=activation.destination, position=9, source=source, target=target
        )
    plan = configuration.load_plan(destination=activation.destination)
    assert len(plan.consents) == is_asked
    assert consents.by_destination().get(activation.destination.pk, ()) == plan.consents


def test_many_destinations_take_as_many_queries_as_one(
    activation: Activation, policy: ConsentPolicy, django_assert_num_queries: Any
) -> None:
    ConsentPolicy.objects.update(status=PolicyStatus.ENABLED, labels=["I1"], marketing_actions=[])
    labels.put_on(path="person", codes=["I1"], person=None, at=NOON)
    for _ in range(5):
        factories.map_mandatory(elsewhere().destination)
    with django_assert_num_queries(3):
        assert len(consents.by_destination()) == 6


def test_who_is_excluded_does_not_hold_up_the_others(
    activation: Activation, policy: ConsentPolicy
) -> None:
    enable(policy)
    people(activation, 2, "n")
    people(activation, 1, "y")
    (item,) = supply(activation).next(limit=200, at=NOON) or []
    assert item.contact.custom_fields == {"VIP": "realized"}
    excluded = Delivery.objects.filter(state="excluded").values_list("code", "detail")
    words = (
        "The policy “Marketing” asks for a consent at “consents.marketing.any.val”, which is"
        " missing."
    )
    assert list(excluded) == [("consent", words)] * 2


def test_the_labels_of_an_activated_audience_ask_all_profiles_for_their_consent(
    activation: Activation,
) -> None:
    factories.ConsentPolicyFactory(marketing_actions=[], labels=["C2", "S1"], label_match="all")
    factories.LabeledAttributeFactory(path="person.name.lastName", labels=["S1"])
    people(activation, 1)
    destination = activation.destination
    other = factories.ActivationFactory(destination=destination, mapping_id="Bank").audience
    version = destination.mapping_version
    assert configuration.load_plan(destination=destination).consents == ()
    mark = marks.of(row=other, fields=["labels"])
    labels.label_audience(audience=other, codes=["C2"], seen=mark, at=NOON)
    destination.refresh_from_db()
    assert len(configuration.load_plan(destination=destination).consents) == 1
    assert destination.mapping_version == version + 1
    assert Backfill.objects.filter(destination=destination, activation=None).exists()


def test_an_audience_that_brings_its_labels_has_all_profiles_looked_at(
    activation: Activation,
) -> None:
    people(activation, 1)
    bank = factories.AudienceFactory(labels=["C2"])
    destination = activation.destination
    configuration.configure(
        destination=destination,
        rules=configuration.rules_of(destination=destination),
        audiences=[
            configuration.AudienceChoice(activation.audience, "VIP", activation.start_on),
            configuration.AudienceChoice(bank, "Bank", activation.start_on),
        ],
        at=NOON,
    )
    assert Backfill.objects.filter(destination=destination, activation=None).exists()
