"""Messages about alerts over real sockets: a mail server, and webhooks behind TLS."""

import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from connections import alerts, mailing, outbox, webhook_calls
from connections.alert_rules import ACCOUNT_REJECTED, FAILURE, STOPPED
from connections.models import Alert, Message
from tests import factories
from tests.factories import NOON
from tests.services import mail
from tests.services.mail import MailServer
from tests.unit.zendesk.servers import Server, answering, dripping, http, refused_url
from tests.unit.zendesk.test_tls import certificate

pytestmark = pytest.mark.django_db

SECRET = "whsec_of-the-tests"
HOSTILE = "Zendesk\r\nBcc: everybody@example.com\x00 \u202egnp.exe " + "x" * 140


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    with mail.serve() as server:
        for name, value in server.settings.items():
            setattr(settings, name, value)
        yield server


@pytest.fixture
def here(tmp_path: Path, settings: Settings) -> Path:
    """A certificate of this machine, trusted by webhooks."""
    path = certificate(tmp_path, "127.0.0.1")
    settings.WEBHOOK_CA_FILE = str(path)
    return path


def behind_tls(server: Server, path: Path) -> Server:
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain(path)
    return server


def allow(settings: Settings, server: Server, *more: str) -> str:
    """Put the server on the operator's list; its address."""
    settings.WEBHOOK_HOSTS = [f"127.0.0.1:{server.port}", *more]
    return f"https://127.0.0.1:{server.port}/alerts?team=crm"


def send_mails() -> int:
    # The instants of alerts are the database's, so a test's own noon would lie before them.
    return outbox.send_due(channel="email", send=mailing.send, clock=timezone.now)


def call_webhooks(**more: float) -> int:
    return outbox.send_due(
        channel="webhook",
        send=lambda message: webhook_calls.send(message, at=timezone.now(), **more),
        clock=timezone.now,
    )


def problem() -> tuple[str, str]:
    message = Message.objects.get()
    return message.state, message.problem


def test_the_beginning_and_the_end_are_one_mail_each(mail_server: MailServer) -> None:
    destination = factories.DestinationFactory(name="Zendesk CRM")
    somebody = factories.SubscriptionFactory(
        destination=destination, code=FAILURE, has_email=True
    ).person
    words = "3 identities failed of 400 in the run of 12:00 UTC."
    alerts.trigger(code=FAILURE, message=words, destination_id=destination.pk)
    assert (send_mails(), send_mails()) == (1, 0)
    alerts.resolve(destination_id=destination.pk, codes=(FAILURE,))
    assert (send_mails(), send_mails()) == (1, 0)

    (to, first), (_, second) = mail_server.received
    assert to == first["To"] == somebody.email
    assert first["From"] == "alerts@example.org"
    assert first["Subject"] == "Destination Flow Run Failure: Zendesk CRM"
    assert words in first.get_payload()
    assert f"https://crm.example.org/destinations/{destination.uuid}/" in first.get_payload()
    assert second["Subject"] == "Over: Destination Flow Run Failure: Zendesk CRM"
    assert first["Message-ID"] != second["Message-ID"]


def test_what_zendesk_said_does_not_leave_with_a_mail(mail_server: MailServer) -> None:
    subscription = factories.SubscriptionFactory(code=STOPPED, has_email=True)
    alerts.trigger(
        code=STOPPED,
        message="Refused: ann@example.com is a duplicate",
        destination_id=subscription.destination.pk,
    )

    send_mails()

    (_, letter) = mail_server.received[0]
    assert "ann@example.com" not in letter.as_string()
    assert "twenty identical rejections" in letter.get_payload()


def test_a_hostile_name_stays_in_the_subject(mail_server: MailServer) -> None:
    destination = factories.DestinationFactory(name="North")
    type(destination).objects.update(name=HOSTILE.replace("\x00", ""))
    factories.SubscriptionFactory(destination=destination, code=FAILURE, has_email=True)
    alerts.trigger(code=FAILURE, message="3 failed.", destination_id=destination.pk)

    assert send_mails() == 1

    (to, letter) = mail_server.received[0]
    assert "Bcc" not in letter
    assert "everybody" not in to
    assert "\u202e" not in letter["Subject"]
    assert len(letter["Subject"]) < 200


def test_a_mail_that_is_refused_for_good_is_given_up(mail_server: MailServer) -> None:
    message = factories.MessageFactory()
    mail_server.refuse[message.person.email] = "550 no such user ann@example.com"

    send_mails()

    assert problem() == ("given-up", "The mail server refused it for good (550).")


def test_a_mail_that_is_put_off_is_tried_again(mail_server: MailServer) -> None:
    message = factories.MessageFactory(created_at=timezone.now())
    mail_server.refuse[message.person.email] = "450 busy"
    send_mails()
    assert problem() == ("waiting", "The mail server put it off (450).")

    mail_server.refuse.clear()
    Message.objects.update(next_attempt_at=NOON)
    send_mails()

    assert problem() == ("sent", "")


def test_a_mail_server_that_is_not_there_is_tried_again(
    mail_server: MailServer, settings: Settings
) -> None:
    settings.EMAIL_PORT = int(refused_url().rpartition(":")[2])
    factories.MessageFactory.create_batch(3, created_at=timezone.now())

    send_mails()

    tried = Message.objects.filter(attempts=1).get()
    assert tried.state == "waiting"
    assert tried.problem == "The mail server did not take it (ConnectionRefusedError)."


def test_without_a_mail_server_nothing_is_stored_to_be_mailed(settings: Settings) -> None:
    settings.EMAIL_IS_ON = False
    subscription = factories.SubscriptionFactory(code=FAILURE, has_email=True)

    alerts.trigger(code=FAILURE, message="Why", destination_id=subscription.destination.pk)

    assert Message.objects.count() == 0


def test_a_webhook_gets_a_signed_call_that_proves_who_sent_it(
    here: Path, settings: Settings
) -> None:
    with behind_tls(answering(http(204)), here) as server:
        url = allow(settings, server, "127.0.0.0/8")
        factories.WebhookFactory(url=url, secret=SECRET)
        destination = factories.DestinationFactory(name="Zendesk CRM")
        alerts.trigger(code=FAILURE, message="3 failed.", destination_id=destination.pk)
        assert (call_webhooks(), call_webhooks()) == (1, 0)
        (request,) = server.requests

    assert (request.method, request.target) == ("POST", "/alerts?team=crm")
    timestamp = request.headers["zendeskdest-timestamp"]
    signed = hmac.new(SECRET.encode(), timestamp.encode() + b"." + request.body, hashlib.sha256)
    assert request.headers["zendeskdest-signature"] == f"v1={signed.hexdigest()}"
    assert abs(int(timestamp) - time.time()) < 60
    assert request.headers["zendeskdest-message"] == request.json()["id"]
    alert = request.json()["alert"]
    assert request.json()["event"] == "alert.triggered"
    assert (alert["rule"], alert["message"]) == (FAILURE, "3 failed.")
    assert alert["destination"] == {"id": str(destination.uuid), "name": "Zendesk CRM"}
    assert SECRET not in repr(request)


def test_a_webhook_hears_of_an_account_without_what_zendesk_said(
    here: Path, settings: Settings
) -> None:
    with behind_tls(answering(http(200)), here) as server:
        factories.WebhookFactory(url=allow(settings, server, "127.0.0.0/8"))
        account = factories.AccountFactory(name="Acme Sell")
        alerts.trigger(code=ACCOUNT_REJECTED, message="ann@example.com", account_id=account.pk)
        call_webhooks()
        body = server.requests[0].body

    told = json.loads(body)["alert"]
    assert told["account"] == {"id": str(account.uuid), "name": "Acme Sell"}
    assert b"ann@example.com" not in body
    assert Alert.objects.get().pk == told["id"]


@pytest.mark.parametrize("status", [302, 400, 500])
def test_anything_but_success_is_tried_again_and_no_redirect_followed(
    here: Path, settings: Settings, status: int
) -> None:
    answer = http(status, b"", {"Location": "https://127.0.0.1:1/elsewhere"})
    with behind_tls(answering(answer), here) as server:
        _one_test(allow(settings, server, "127.0.0.0/8"))
        call_webhooks()
        assert len(server.requests) == 1

    assert problem() == ("waiting", f"The webhook answered {status}.")


def test_a_private_address_is_not_called_unless_its_network_is_listed(
    here: Path, settings: Settings
) -> None:
    with behind_tls(answering(http(200)), here) as server:
        _one_test(allow(settings, server))
        call_webhooks()
        assert server.connections == 0

    assert problem() == ("waiting", "No answer: the host has no address that may be called.")


def test_a_host_that_left_the_list_is_given_up(here: Path, settings: Settings) -> None:
    with behind_tls(answering(http(200)), here) as server:
        url = allow(settings, server, "127.0.0.0/8")
        settings.WEBHOOK_HOSTS = ["hooks.example.org"]
        _one_test(url)
        call_webhooks()
        assert server.connections == 0

    assert problem()[0] == "given-up"


def test_a_certificate_nobody_vouches_for_is_not_trusted(here: Path, settings: Settings) -> None:
    with behind_tls(answering(http(200)), here) as server:
        _one_test(allow(settings, server, "127.0.0.0/8"))
        settings.WEBHOOK_CA_FILE = ""
        call_webhooks()
        assert server.requests == []

    assert problem()[1] == "No answer: the TLS certificate or handshake was not accepted."


def test_a_webhook_that_drips_ends_at_the_deadline(here: Path, settings: Settings) -> None:
    with behind_tls(dripping(first=b"HTTP/1.1 ", drip=b"2", every_seconds=0.1), here) as server:
        _one_test(allow(settings, server, "127.0.0.0/8"))
        began = time.monotonic()
        call_webhooks(deadline_seconds=0.5)
        assert time.monotonic() - began < 5

    assert problem() == ("waiting", "No answer: no complete answer within 0.5 seconds.")


def _one_test(url: str) -> None:
    outbox.put_test(at=timezone.now(), webhook=factories.WebhookFactory(url=url))
