"""Accounts: who a token is, what becomes of it, and that it is never shown."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from connections import account_records, accounts, credentials, destinations, linking, marks, pacing
from connections.encryption import CannotDecrypt
from connections.models import Account, AccountStatus, Destination
from connections.zendesk.sandbox import RunningSandbox
from tests.factories import NOON, TOKEN, AccountFactory, DestinationFactory

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)


def test_a_good_token_is_connected_and_tells_its_custom_fields(sandbox: RunningSandbox) -> None:
    verification = accounts.verify(token=TOKEN)

    assert verification.is_connected
    assert "VIP audience" in {field.name for field in verification.fields}
    assert not Account.objects.exists()


def test_a_wrong_token_is_said_to_be_refused(sandbox: RunningSandbox) -> None:
    verification = accounts.verify(token="wrong" * 12)

    assert (verification.is_connected, verification.is_rejected) == (False, True)
    assert verification.code == "zendesk-401"
    assert "wrong" * 12 not in f"{verification.problem}{verification!r}"


@pytest.mark.parametrize("token", ["", "two\nlines", "with\udc80surrogate"])
def test_what_no_header_can_carry_is_no_token(token: str) -> None:
    verification = accounts.verify(token=token)

    assert (verification.code, verification.is_rejected) == ("invalid-token", False)


def test_a_zendesk_that_is_away_says_nothing_about_the_token() -> None:
    verification = accounts.verify(token=TOKEN)

    assert (verification.code, verification.is_rejected) == ("network", False)


def test_a_throttled_token_is_not_waited_for(settings: Settings) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = 8.0
    pacing.hold(token_fingerprint=credentials.fingerprint(TOKEN), at_least_seconds=600)

    assert accounts.verify(token=TOKEN).code == "zendesk-429"


def test_a_check_that_was_throttled_holds_the_token_for_everybody(sandbox: RunningSandbox) -> None:
    sandbox.sandbox.add_fault("status=429,retry_after=7,count=1")

    assert accounts.verify(token=TOKEN).code == "zendesk-429"

    assert pacing.held_seconds(token_fingerprint=credentials.fingerprint(TOKEN)) > 6


def test_a_new_token_ends_what_the_old_one_suffered() -> None:
    account = AccountFactory(
        status=AccountStatus.REJECTED, outage_failures=12, outage_until=LATER, problem="No."
    )

    replaced = accounts.replace_token(account=account, token="new", verification=None, at=NOON)

    assert (replaced.status, replaced.token_epoch) == (AccountStatus.UNCHECKED, 2)
    assert (replaced.outage_failures, replaced.outage_until, replaced.problem) == (0, None, "")


def test_an_answer_to_an_old_token_never_judges_the_new_one() -> None:
    account = AccountFactory()
    accounts.replace_token(account=account, token="new", verification=None, at=NOON)

    assert not accounts.reject(
        account_id=account.pk, token_epoch=1, code="zendesk-401", problem="No.", at=NOON
    )
    assert Account.objects.get().status == AccountStatus.UNCHECKED


def test_an_account_is_rejected_once() -> None:
    account = AccountFactory()

    told = [
        accounts.reject(
            account_id=account.pk, token_epoch=1, code="zendesk-401", problem="No.", at=NOON
        )
        for _ in range(2)
    ]

    assert told == [True, False]


def test_failures_of_all_processes_are_counted_together() -> None:
    account = AccountFactory(outage_failures=3)

    # Each process read the account when it had three.
    counts = [accounts.count_failures(account_id=account.pk, failures=4) for _ in range(2)]

    assert counts == [7, 11]


def test_in_an_outage_one_probe_is_under_way_at_a_time() -> None:
    account = AccountFactory(outage_failures=10, outage_until=NOON)
    takers = [
        accounts.take_probe(account_id=account.pk, at=NOON + seconds, until=LATER)
        for seconds in (timedelta(seconds=-1), timedelta(0), timedelta(seconds=1))
    ]

    assert takers == [False, True, False]
    # Whoever took it never came back.
    assert accounts.take_probe(account_id=account.pk, at=LATER, until=LATER + timedelta(minutes=1))


def test_without_an_outage_there_is_no_probe_to_take() -> None:
    assert not accounts.take_probe(account_id=AccountFactory().pk, at=NOON, until=LATER)


def test_a_probe_nobody_needed_goes_to_the_next() -> None:
    account = AccountFactory(outage_failures=10, outage_until=NOON)
    accounts.take_probe(account_id=account.pk, at=NOON, until=LATER)

    accounts.return_probe(account_id=account.pk, at=NOON, until=LATER)

    assert accounts.take_probe(account_id=account.pk, at=NOON, until=LATER)


def test_a_late_failure_does_not_reopen_an_outage_that_is_over() -> None:
    account = AccountFactory(outage_failures=10, outage_until=NOON)
    accounts.end_outage(account_id=account.pk)

    accounts.open_outage(account_id=account.pk, until=LATER)

    assert Account.objects.get().outage_until is None


def test_a_token_nobody_can_use_is_a_problem_and_no_crash() -> None:
    account = AccountFactory(token="line\nbreak", status=AccountStatus.UNCHECKED)

    checked = accounts.check(account_id=account.pk, at=NOON)

    assert checked.problem_code == accounts.TOKEN_UNUSABLE
    assert "line\nbreak" not in checked.problem


def test_no_text_of_an_account_or_client_shows_the_token() -> None:
    account = AccountFactory()
    client = credentials.open_client(account, paced=False)

    shown = f"{account} {account!r} {client} {client!r} {account.__dict__!r}"

    assert TOKEN not in shown
    assert account.token_last_four == TOKEN[-4:]


@pytest.mark.parametrize("is_sandbox", [True, False])
def test_a_token_never_goes_where_it_was_not_made_for(settings: Settings, is_sandbox: bool) -> None:
    settings.ZENDESK_SANDBOX = not is_sandbox

    with pytest.raises(credentials.AccountMismatch) as refused:
        credentials.open_client(AccountFactory(is_sandbox=is_sandbox), paced=False)

    assert TOKEN not in str(refused.value)


def test_a_token_moved_to_another_account_does_not_open() -> None:
    thief = AccountFactory()
    thief.sealed_token = AccountFactory().sealed_token

    with pytest.raises(CannotDecrypt):
        credentials.open_client(thief, paced=False)


def test_an_account_in_use_is_not_deleted() -> None:
    destination = DestinationFactory()

    with pytest.raises(account_records.AccountInUse):
        account_records.delete(account=destination.account)


def test_renaming_a_destination_does_not_undo_that_it_was_stopped() -> None:
    seen_in_browser = DestinationFactory()
    destinations.stop(destination_id=seen_in_browser.pk, code="x", problem="Stopped.")

    seen = marks.of(row=seen_in_browser, fields=["name"])
    destinations.edit(destination=seen_in_browser, values={"name": "New name"}, seen=seen)

    stored = Destination.objects.get()
    assert (stored.name, stored.status, stored.problem) == ("New name", "error", "Stopped.")


def test_a_new_token_is_asked_who_it_is_before_anything_is_sent() -> None:
    account = AccountFactory(contact_fields_at=NOON)

    replaced = accounts.replace_token(account=account, token="n" * 64, verification=None, at=LATER)

    # Couriers read the fields of an account without this time first, and with them who it is.
    assert replaced.contact_fields_at is None


@pytest.fixture
def of_another_account(sandbox: RunningSandbox) -> Account:
    """In use, and known to be somebody else's at Zendesk than the sandbox's tokens are."""
    account = AccountFactory(zendesk_account_id=4_711, zendesk_account_name="Theirs")
    DestinationFactory(account=account)
    return account


def test_a_token_of_another_account_at_zendesk_is_not_taken(of_another_account: Account) -> None:
    link = linking.renew(account=of_another_account, token=TOKEN, at=LATER)

    assert (link.account, link.code, link.is_refused) == (None, "other-account", True)
    assert "Theirs" in link.problem
    of_another_account.refresh_from_db()
    assert of_another_account.token_epoch == 1


def test_found_out_later_it_stops_the_account(of_another_account: Account) -> None:
    accounts.replace_token(account=of_another_account, token=TOKEN, verification=None, at=NOON)

    checked = accounts.check(account_id=of_another_account.pk, at=LATER)

    assert (checked.status, checked.problem_code) == (AccountStatus.REJECTED, "other-account")
    assert checked.zendesk_account_name == "Theirs"


def test_an_account_that_nobody_uses_may_change_hands(sandbox: RunningSandbox) -> None:
    account = AccountFactory(zendesk_account_id=4_711)

    assert linking.renew(account=account, token=TOKEN, at=LATER).account is not None
