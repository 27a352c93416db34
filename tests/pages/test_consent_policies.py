"""Consent policies: the list, one of them, making, changing, enabling, deleting."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from activations.models import Activation, ConsentPolicy
from activations.terms import PolicyStatus
from connections.models import Destination
from connections.permissions import Permission
from tests import factories
from tests.pages import opened, permitted
from tests.pages.conftest import CountQueries

POLICIES, NEW = "/policies/consent/", "/policies/consent/new/"
HOSTILE = "<script>alert(1)</script> " + "x" * 170
TYPED: dict[str, Any] = {
    "name": "Marketing",
    "description": "Promised in May",
    "marketing_actions": ["export-to-third-party", "analytics"],
    "labels": ["C3", "C2"],
    "label_match": "all",
    "path": " xdm: consents.marketing.any.val ",
    "accepted": "y, VI ,y",
}


def url(name: str, policy: ConsentPolicy) -> str:
    return reverse(f"activations:consent-policy{name}", args=[policy.uuid])


def confirmed(client: Client, policy: ConsentPolicy) -> dict[str, str]:
    """The answer to what the policy's page asks."""
    return {"confirmed": client.get(url("", policy)).context["confirmation"]}


def shown(client: Client, query: str = "") -> list[str]:
    return [row.policy.name for row in client.get(POLICIES + query).context["rows"]]


@pytest.fixture
def activation(destination: Destination) -> Activation:
    """Its destination is meant for third parties."""
    destination.marketing_actions = ["export-to-third-party"]
    destination.save()
    factories.map_mandatory(destination)
    made: Activation = factories.ActivationFactory(destination=destination)
    return made


def test_both_kinds_of_policy_lead_to_each_other(signed_in: Client) -> None:
    for path in ("/policies/", POLICIES):
        page = signed_in.get(path).content.decode()
        assert f'<a class="segment" href="{path}" aria-current="true">' in page
        assert 'href="/policies/"' in page
        assert f'href="{POLICIES}"' in page


def test_the_list_is_searched_filtered_sorted_and_paged(signed_in: Client) -> None:
    assert "Profiles are sent whatever they consent to." in signed_in.get(POLICIES).content.decode()
    factories.ConsentPolicyFactory(name="zeta", description="about mail")
    factories.ConsentPolicyFactory.create_batch(26, status=PolicyStatus.DRAFT)
    assert shown(signed_in, "?q=mail") == ["zeta"]
    assert shown(signed_in, "?status=enabled") == ["zeta"]
    assert len(shown(signed_in, "?page=2")) == 2
    assert shown(signed_in, "?sort=-name")[0] == "zeta"
    assert "No consent policy fits" in signed_in.get(f"{POLICIES}?q=none").content.decode()


def test_many_policies_take_as_many_queries_as_one(count_queries: CountQueries) -> None:
    factories.ProfileFactory()
    factories.ConsentPolicyFactory()
    one = count_queries(POLICIES)
    factories.ConsentPolicyFactory.create_batch(20)
    assert count_queries(POLICIES) == one <= 9


def test_a_new_policy_is_a_draft_by_its_maker(signed_in: Client, user: User) -> None:
    answer = signed_in.post(NEW, TYPED, follow=True)
    policy = ConsentPolicy.objects.get()
    assert "is a draft: it asks for nothing until enabled" in answer.content.decode()
    assert (policy.status, policy.created_by) == (PolicyStatus.DRAFT, user)
    assert (policy.path, policy.accepted) == ("consents.marketing.any.val", ["y", "VI"])
    assert policy.labels == ["C2", "C3"]
    assert policy.marketing_actions == ["analytics", "export-to-third-party"]
    page = " ".join(signed_in.get(url("", policy)).content.decode().split())
    assert "Analytics or Export to Third Party" in page
    assert "<bdi>y or VI</bdi>" in page
    assert "No activated destination has these" in page


@pytest.mark.parametrize(
    "left_out", [{"labels": []}, {"marketing_actions": []}], ids=["labels", "actions"]
)
def test_one_of_the_conditions_is_enough(signed_in: Client, left_out: dict[str, Any]) -> None:
    signed_in.post(NEW, TYPED | left_out)
    policy = ConsentPolicy.objects.get()
    assert not policy.labels or not policy.marketing_actions
    for path in (POLICIES, url("", policy)):
        assert signed_in.get(path).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": ""}, "Give the policy a name."),
        ({"name": "TAKEN"}, "Another consent policy has this name."),
        ({"labels": [], "marketing_actions": []}, "Tick a marketing action or a label."),
        ({"labels": ["X9"]}, "Select a valid choice."),
        ({"marketing_actions": ["x"]}, "Select a valid choice."),
        ({"path": ""}, "Enter the path of the attribute"),
        ({"path": "a..b"}, "has an empty part"),
        ({"path": "constant: y"}, "A consent stands in an attribute."),
        ({"path": "IdentityMap: Email"}, "A consent stands in an attribute."),
        ({"accepted": ""}, "Enter the value that means consent."),
        ({"accepted": " , ,"}, "Enter the value that means consent."),
    ],
)
def test_what_will_not_do_is_refused_and_the_rest_kept(
    signed_in: Client, wrong: dict[str, Any], message: str
) -> None:
    factories.ConsentPolicyFactory(name="Taken")
    page = signed_in.post(NEW, TYPED | wrong).content.decode()
    assert message in page
    assert "Promised in May" in page
    assert ConsentPolicy.objects.count() == 1


def test_a_policy_is_changed_and_deleted(signed_in: Client) -> None:
    policy = factories.ConsentPolicyFactory(status=PolicyStatus.DRAFT)
    edit = url("-edit", policy)
    assert 'value="y"' in signed_in.get(edit).content.decode()
    signed_in.post(edit, TYPED | opened.mark(signed_in, edit))
    policy.refresh_from_db()
    assert (policy.name, policy.status) == ("Marketing", PolicyStatus.DRAFT)
    signed_in.post(url("-delete", policy))
    assert not ConsentPolicy.objects.exists()


def test_the_switch_has_whom_it_concerns_looked_at_again(
    signed_in: Client, activation: Activation
) -> None:
    factories.DeliveryFactory(destination=activation.destination)
    policy = factories.ConsentPolicyFactory(status=PolicyStatus.DRAFT)
    page = signed_in.get(url("", policy)).content.decode()
    assert "Enable it, and they look at all their profiles again" in page
    assert "<bdi>Zendesk CRM</bdi>" in page

    for count, (is_on, status) in enumerate(
        (("on", PolicyStatus.ENABLED), ("off", PolicyStatus.DISABLED)), start=1
    ):
        signed_in.post(url("-toggle", policy), {"is_on": is_on} | confirmed(signed_in, policy))
        policy.refresh_from_db()
        assert policy.status == status
        assert activation.destination.backfills.count() == count


def test_enabling_is_asked_for_on_the_page_of_the_policy_with_whom_it_concerns(
    signed_in: Client, activation: Activation
) -> None:
    policy = factories.ConsentPolicyFactory(status=PolicyStatus.DRAFT)
    on, asks = '<input type="hidden" name="is_on" value="on">', f"{url('', policy)}?ask=enable"
    listed = signed_in.get(POLICIES).content.decode()
    assert on not in listed
    assert f'<a class="btn btn-sm" href="{asks}">Enable' in listed
    page = signed_in.get(url("", policy)).content.decode()
    assert page.count(on) == 1
    assert 'closedby="any" open>' not in page
    page = " ".join(signed_in.get(asks).content.decode().split())
    asked = page[page.index('<dialog class="dialog" id="enable-policy"') :]
    asked = asked[: asked.index("</dialog>")]
    assert 'closedby="any" open>' in asked
    assert "Enable this consent policy?" in asked
    assert "1 destination meets its conditions." in asked
    assert "written to Zendesk as exited" in asked
    assert "<bdi>Zendesk CRM</bdi>" in asked


@pytest.mark.parametrize("answer", [{}, {"confirmed": "what it asked for before"}])
def test_no_page_enables_without_the_answer_to_what_is_asked(
    signed_in: Client, answer: dict[str, str]
) -> None:
    """Such as one that was opened before it was asked, or before somebody changed the policy."""
    policy = factories.ConsentPolicyFactory(status=PolicyStatus.DRAFT)
    told = signed_in.post(url("-toggle", policy), {"is_on": "on"} | answer, follow=True)
    policy.refresh_from_db()
    assert policy.status == PolicyStatus.DRAFT
    assert told.redirect_chain == [(f"{url('', policy)}?ask=enable", 302)]
    assert "is not enabled yet" in told.content.decode()
    assert 'closedby="any" open>' in told.content.decode()


def save(client: Client, policy: ConsentPolicy, **typed: Any) -> Any:
    """As the form has it, but for what was typed."""
    edit = url("-edit", policy)
    form = client.get(edit).context["form"]
    kept = {name: form[name].value() for name in form.fields}
    return client.post(edit, kept | {"accepted": "y"} | typed)


def test_a_change_of_an_enabled_policy_is_asked_for_with_whom_it_concerns(
    signed_in: Client, activation: Activation
) -> None:
    policy = factories.ConsentPolicyFactory()
    answer = save(signed_in, policy, name="Yes only", accepted="yes")
    page = " ".join(answer.content.decode().split())
    asked = page[page.index('<dialog class="dialog" id="save-policy"') : page.index("</dialog>")]
    assert "Save this consent policy?" in asked
    assert "1 destination meets its conditions." in asked
    assert "written to Zendesk as exited" in asked
    assert "<bdi>Zendesk CRM</bdi>" in asked
    assert 'value="yes"' in page
    policy.refresh_from_db()
    assert policy.accepted == ["y"]

    said = {"confirmed": answer.context["confirmation"]}
    # What was typed since is another question.
    assert "save-policy" in save(signed_in, policy, accepted="no", **said).content.decode()
    assert save(signed_in, policy, name="Yes only", accepted="yes", **said).status_code == 302
    policy.refresh_from_db()
    assert (policy.name, policy.accepted) == ("Yes only", ["yes"])


def test_destinations_that_meet_the_conditions_no_more_are_counted(
    signed_in: Client, activation: Activation
) -> None:
    policy = factories.ConsentPolicyFactory()
    answer = save(signed_in, policy, marketing_actions=["analytics"])
    page = " ".join(answer.content.decode().split())
    assert "1 destination meets them no more." in page
    assert "nothing changes in Zendesk" not in page
    assert "written to Zendesk as exited" not in page


@pytest.mark.parametrize(
    ("status", "typed"),
    [
        (PolicyStatus.ENABLED, {"name": "Called otherwise", "description": "Why"}),
        (PolicyStatus.DRAFT, {"accepted": "p"}),
        (PolicyStatus.DISABLED, {"accepted": "p"}),
    ],
)
def test_what_changes_nobody_who_is_sent_is_saved_at_once(
    signed_in: Client, activation: Activation, status: str, typed: dict[str, str]
) -> None:
    policy = factories.ConsentPolicyFactory(status=status)
    assert save(signed_in, policy, **typed).status_code == 302


def test_who_sees_no_destinations_is_asked_with_their_number(activation: Activation) -> None:
    policy = factories.ConsentPolicyFactory()
    client, _ = permitted.browser(Permission.VIEW_POLICIES, Permission.MANAGE_POLICIES)
    page = " ".join(save(client, policy, accepted="p").content.decode().split())
    assert "1 destination meets its conditions." in page
    assert "Zendesk CRM" not in page


def test_turning_off_is_a_switch_in_the_list_and_on_the_page(signed_in: Client) -> None:
    policy = factories.ConsentPolicyFactory()
    for path in (POLICIES, url("", policy)):
        page = signed_in.get(path).content.decode()
        assert '<input type="hidden" name="is_on" value="off">' in page
        assert "enable-policy" not in page


def test_without_a_condition_it_is_said_that_none_is_needed(signed_in: Client) -> None:
    whoever = factories.ConsentPolicyFactory(marketing_actions=[], labels=["C2"])
    whatever = factories.ConsentPolicyFactory(marketing_actions=["analytics"], labels=[])
    page = signed_in.get(url("", whoever)).content.decode()
    assert "whatever marketing actions, or none" in page
    assert "whatever labels, or none" not in page
    assert "whatever labels, or none" in signed_in.get(url("", whatever)).content.decode()


def test_who_sees_no_destinations_reads_how_many_it_concerns(activation: Activation) -> None:
    policy = factories.ConsentPolicyFactory()
    client, _ = permitted.browser(Permission.VIEW_POLICIES, Permission.MANAGE_POLICIES)
    for status in PolicyStatus:
        ConsentPolicy.objects.update(status=status)
        page = client.get(url("", policy)).content.decode()
        assert "Zendesk CRM" not in page
        assert "<p>1 destination</p>" in page


def test_hostile_words_are_shown_as_words(signed_in: Client) -> None:
    policy = factories.ConsentPolicyFactory(
        name=HOSTILE, description=HOSTILE, path=HOSTILE, accepted=[HOSTILE]
    )
    for path in (POLICIES, url("", policy), url("-edit", policy)):
        page = signed_in.get(path).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_who_only_looks_is_offered_no_change(db: None) -> None:
    policy = factories.ConsentPolicyFactory()
    client, _ = permitted.browser(Permission.VIEW_POLICIES)
    for path in (POLICIES, url("", policy)):
        page = client.get(path).content.decode()
        assert 'role="switch"' not in page
        assert "New consent policy" not in page
        assert url("-edit", policy) not in page
    for name in ("-toggle", "-delete"):
        assert client.post(url(name, policy), {"is_on": "off"}).status_code == 403
    assert client.get(url("-edit", policy)).status_code == 403
    assert client.get(NEW).status_code == 403


def test_without_permission_none_is_seen(db: None) -> None:
    policy = factories.ConsentPolicyFactory()
    client, _ = permitted.browser(Permission.VIEW_DESTINATIONS)
    assert client.get(POLICIES).status_code == 403
    assert client.get(url("", policy)).status_code == 403


def test_a_path_at_which_nobody_holds_a_value_is_kept_and_doubted(signed_in: Client) -> None:
    factories.ProfileFactory(attributes={"consents": {"marketing": {"any": {"val": "y"}}}})
    doubt = "No profile holds a value"
    told = signed_in.post(NEW, TYPED | {"path": "consents.marketing.any"}, follow=True)
    assert f"until enabled. {doubt} at “consents.marketing.any” so far." in told.content.decode()
    policy = ConsentPolicy.objects.get()
    for path in (POLICIES, url("", policy)):
        page = signed_in.get(path).content.decode()
        assert f"{doubt} there so far. Check the spelling." in page
        assert f'<a href="{url("-edit", policy)}">Edit the path</a>' in page
    save(signed_in, policy, path="consents.marketing.any.val")
    for path in (POLICIES, url("", policy)):
        assert doubt not in signed_in.get(path).content.decode()


def test_the_question_tells_that_nobody_would_consent(signed_in: Client) -> None:
    factories.ProfileFactory(attributes={"consents": {"marketing": {"any": {"val": "y"}}}})
    policy = factories.ConsentPolicyFactory()
    asked = save(signed_in, policy, path="consents.marketing.ayn.val").content.decode()
    dialog = asked[asked.index("<dialog") : asked.index("</dialog>")]
    assert "<bdi>consents.marketing.ayn.val</bdi>" in dialog
    assert "No profile holds a value there so far." in dialog
