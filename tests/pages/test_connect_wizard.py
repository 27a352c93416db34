"""The connect wizard: authenticate against Zendesk, then name the destination."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from connections import destinations
from connections.activation_triggers import CODES, IDENTITIES, SEGMENTATION
from connections.alert_rules import SKIPPED_RATE
from connections.models import Account, Destination, DestinationStatus, Subscription
from connections.subscriptions import Choice
from connections.zendesk.sandbox import RunningSandbox
from tests import factories

ON = {"activation_triggers": CODES}


@pytest.fixture
def opened(user: User) -> Destination:
    return destinations.start_draft(created_by=user)


def _url(name: str, destination: Destination) -> str:
    return reverse(f"connections:{name}", args=[destination.uuid])


def _connect(client: Client, destination: Destination, token: str, **more: str) -> str:
    typed = {"mode": "new", "token": token, "account_name": "Acme Sell", **more}
    return client.post(_url("connect", destination), typed, follow=True).content.decode()


def test_a_right_token_shows_connected_and_who_it_is(
    signed_in: Client, opened: Destination, sandbox: RunningSandbox
) -> None:
    page = _connect(signed_in, opened, factories.TOKEN)
    assert "<strong>Connected</strong>" in page
    assert "10 found" in page
    assert _url("details", opened) in page
    opened.refresh_from_db()
    assert opened.account is not None
    assert opened.account.status == "connected"


def test_a_token_is_never_shown_again(
    signed_in: Client, opened: Destination, sandbox: RunningSandbox
) -> None:
    assert factories.TOKEN not in _connect(signed_in, opened, factories.TOKEN)
    assert "wrong-token" not in _connect(signed_in, opened, "wrong-token")


def test_a_wrong_token_is_said_at_the_field_and_saves_nothing(
    signed_in: Client, opened: Destination, sandbox: RunningSandbox
) -> None:
    page = _connect(signed_in, opened, "wrong-token")
    assert "Zendesk does not accept this token" in page
    assert "Settings &gt; Integrations &gt; OAuth &gt; Access Tokens" in page
    assert "this one has 11" in page
    assert 'id="id_token_error"' in page
    assert 'value="Acme Sell"' in page
    assert not Account.objects.exists()
    opened.refresh_from_db()
    assert opened.account is None


@pytest.mark.parametrize("around", ["  {}\n", "Bearer {}", " bearer  {} "])
def test_a_token_may_be_pasted_with_blanks_or_the_word_before_it(
    signed_in: Client, opened: Destination, sandbox: RunningSandbox, around: str
) -> None:
    assert "Connected" in _connect(signed_in, opened, around.format(factories.TOKEN))
    assert Account.objects.get().token_last_four == factories.TOKEN[-4:]


def test_the_length_of_a_wrong_token_is_said_without_the_blanks_around_it(
    signed_in: Client, opened: Destination, sandbox: RunningSandbox
) -> None:
    assert "this one has 11" in _connect(signed_in, opened, "  wrong-token ")


def test_once_connected_a_reload_shows_the_account_and_not_the_form_again(
    signed_in: Client, opened: Destination, sandbox: RunningSandbox
) -> None:
    _connect(signed_in, opened, factories.TOKEN)
    answer = signed_in.get(_url("connect", opened), headers={"HX-Request": "true"})
    assert answer["HX-Replace-Url"] == _url("connect", opened)


def test_the_only_account_is_chosen_already(signed_in: Client, opened: Destination) -> None:
    account = factories.AccountFactory()
    assert (
        f'value="{account.uuid}" selected'
        in signed_in.get(_url("connect", opened)).content.decode()
    )


@pytest.mark.parametrize("mode", ["existing", "new"])
def test_what_is_mandatory_is_marked(signed_in: Client, opened: Destination, mode: str) -> None:
    factories.AccountFactory()
    page = signed_in.get(_url("connect", opened), {"mode": mode}).content.decode()
    assert page.count('class="required"') == 1


def test_an_unreachable_zendesk_is_said_with_the_advice_to_wait(
    signed_in: Client, opened: Destination
) -> None:
    page = _connect(signed_in, opened, factories.TOKEN)
    assert "Try again in a minute" in page
    assert not Account.objects.exists()


@pytest.mark.parametrize("token", ["", "two words\x07", "Ω" * 64, " "])
def test_what_cannot_be_a_token_is_refused_without_asking_zendesk(
    signed_in: Client, opened: Destination, token: str
) -> None:
    assert 'id="id_token_error"' in _connect(signed_in, opened, token)
    assert not Account.objects.exists()


def test_an_account_name_that_is_taken_is_refused(signed_in: Client, opened: Destination) -> None:
    factories.AccountFactory(name="Acme Sell")
    page = _connect(signed_in, opened, factories.TOKEN)
    assert "Another account has this name." in page


def test_the_default_account_name_is_free(signed_in: Client, opened: Destination) -> None:
    factories.AccountFactory(name="Zendesk")
    page = signed_in.get(_url("connect", opened), {"mode": "new"}).content.decode()
    assert 'value="Zendesk 2"' in page


def test_an_existing_account_is_checked_and_used(
    signed_in: Client, opened: Destination, sandbox: RunningSandbox
) -> None:
    account = factories.AccountFactory()
    typed = {"mode": "existing", "account": str(account.uuid)}
    page = signed_in.post(_url("connect", opened), typed, follow=True).content.decode()
    assert "<strong>Connected</strong>" in page
    opened.refresh_from_db()
    assert opened.account == account


def test_an_existing_account_that_zendesk_refuses_is_not_used(
    signed_in: Client, opened: Destination, sandbox: RunningSandbox
) -> None:
    account = factories.AccountFactory(token="a-revoked-token")
    typed = {"mode": "existing", "account": str(account.uuid)}
    page = signed_in.post(_url("connect", opened), typed, follow=True).content.decode()
    assert "Not connected." in page
    opened.refresh_from_db()
    assert opened.account is None


def test_details_need_an_account_first(signed_in: Client, opened: Destination) -> None:
    answer = signed_in.get(_url("details", opened))
    assert answer["Location"] == _url("connect", opened)


@pytest.fixture
def connected(opened: Destination) -> Destination:
    """A draft that lacks its details only."""
    destinations.use_account(destination=opened, account=factories.AccountFactory())
    return opened


def test_next_enables_the_destination_and_goes_on_to_activate(
    signed_in: Client, connected: Destination, user: User
) -> None:
    typed = {"name": "Zendesk CRM", "description": "For support", "rules": [SKIPPED_RATE], **ON}
    answer = signed_in.post(_url("details", connected), typed)
    assert answer["Location"] == reverse("activations:activate", args=[connected.uuid])
    connected.refresh_from_db()
    assert connected.status == DestinationStatus.ENABLED
    chosen = Subscription.objects.get()
    assert (chosen.destination, chosen.person, chosen.code) == (connected, user, SKIPPED_RATE)
    assert (connected.alerts, connected.marketing_actions) == ([], [])


def test_all_ten_marketing_actions_can_be_chosen_and_are_said_to_restrict_nothing(
    signed_in: Client, connected: Destination
) -> None:
    page = signed_in.get(_url("details", connected)).content.decode()
    assert page.count('name="marketing_actions"') == 10
    assert "By themselves they <strong>restrict nothing</strong>" in page


def test_chosen_marketing_actions_are_stored_in_order_and_reviewed(
    signed_in: Client, connected: Destination
) -> None:
    chosen = ["export-to-third-party", "analytics"]
    typed = {"name": "Zendesk CRM", "marketing_actions": chosen, **ON}
    answer = signed_in.post(_url("details", connected), typed)
    connected.refresh_from_db()
    assert connected.marketing_actions == ["analytics", "export-to-third-party"]
    first_step = signed_in.get(answer["Location"], follow=True).request["PATH_INFO"]
    page = signed_in.get(first_step.replace("audiences", "review")).content.decode()
    assert "Analytics, Export to Third Party" in page


def test_an_unknown_marketing_action_is_refused_and_the_rest_is_kept(
    signed_in: Client, connected: Destination
) -> None:
    typed = {"name": "Zendesk CRM", "marketing_actions": ["<b>", "analytics"], **ON}
    page = signed_in.post(_url("details", connected), typed).content.decode()
    assert "&lt;b&gt; is not one of the available choices" in page
    assert 'value="Zendesk CRM"' in page
    assert page.count(" checked>") == 1 + len(CODES)
    connected.refresh_from_db()
    assert connected.status == DestinationStatus.DRAFT


def test_every_trigger_is_on_at_first_and_what_was_turned_off_is_reviewed(
    signed_in: Client, connected: Destination
) -> None:
    form = signed_in.get(_url("details", connected)).context["form"]
    assert form["activation_triggers"].value() == list(CODES)

    chosen = [IDENTITIES, SEGMENTATION]
    typed = {"name": "Zendesk CRM", "activation_triggers": chosen}
    answer = signed_in.post(_url("details", connected), typed)

    connected.refresh_from_db()
    assert connected.activation_triggers == [SEGMENTATION, IDENTITIES]
    first_step = signed_in.get(answer["Location"], follow=True).request["PATH_INFO"]
    page = signed_in.get(first_step.replace("audiences", "review")).content.decode()
    assert "Segmentation changes, Identity changes" in page


def test_what_another_tab_set_up_is_kept(
    signed_in: Client, connected: Destination, user: User
) -> None:
    nothing = Choice(codes=frozenset(), has_email=False)
    first, second = ({"name": name, "description": ""} for name in ("First", "Second"))
    for details, expected in ((first, True), (second, False)):
        told = destinations.set_up(
            destination=connected, details=details, subscription=nothing, person=user
        )
        assert told == expected
    connected.refresh_from_db()
    assert connected.name == "First"


def test_save_and_exit_ends_at_the_destination(signed_in: Client, opened: Destination) -> None:
    destinations.use_account(destination=opened, account=factories.AccountFactory())
    answer = signed_in.post(_url("details", opened), {"name": "Zendesk CRM", "exit": "1", **ON})
    assert answer["Location"] == reverse("activations:destination-detail", args=[opened.uuid])


@pytest.mark.parametrize("name", ["", "   ", "Taken", "x" * 201])
def test_a_name_that_will_not_do_is_said_and_what_was_typed_is_kept(
    signed_in: Client, opened: Destination, name: str
) -> None:
    factories.DestinationFactory(name="Taken")
    destinations.use_account(destination=opened, account=factories.AccountFactory())
    typed = {"name": name, "description": "For support"}
    page = signed_in.post(_url("details", opened), typed).content.decode()
    assert 'id="id_name_error"' in page
    assert "For support" in page
    opened.refresh_from_db()
    assert opened.status == DestinationStatus.DRAFT


def test_a_finished_destination_leaves_the_wizard(
    signed_in: Client, destination: Destination
) -> None:
    for step in ("connect", "details"):
        answer = signed_in.get(_url(step, destination))
        assert answer["Location"] == reverse(
            "activations:destination-detail", args=[destination.uuid]
        )
