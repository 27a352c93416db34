"""Messages on their way: dead servers, other workers, a kill in the middle, the end after a day."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from connections import outbox
from connections.models import Message, MessageState, Occasion
from connections.outbox import LEASE, Outcome
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

DOWN = Outcome("No answer.", is_server_down=True)


class Sender:
    """Notes what it was given; `answer` says what becomes of it."""

    def __init__(self, answer: Callable[[Message], Outcome] = lambda message: Outcome()) -> None:
        self.sent: list[Message] = []
        self._answer = answer

    def __call__(self, message: Message) -> Outcome:
        self.sent.append(message)
        return self._answer(message)


class Killed(BaseException):
    """What a process that is killed never gets past."""


def send(sender: Sender, *, at: datetime = NOON, channel: outbox.Channel = "email") -> int:
    return outbox.send_due(channel=channel, send=sender, clock=lambda: at)


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_what_is_due_is_sent_once() -> None:
    factories.MessageFactory()
    factories.MessageFactory(next_attempt_at=NOON + timedelta(seconds=1))
    sender = Sender()

    assert send(sender) == 1
    assert send(sender) == 0

    assert states() == ["sent", "waiting"]
    assert Message.objects.earliest("pk").settled_at == NOON


def test_each_channel_sends_its_own() -> None:
    factories.MessageFactory()
    factories.MessageFactory(person=None, webhook=factories.WebhookFactory())

    assert send(Sender(), channel="webhook") == 1

    assert states() == ["waiting", "sent"]


def test_a_failure_is_tried_again_later_and_later_and_given_up_after_a_day() -> None:
    factories.MessageFactory()
    sender = Sender(lambda message: DOWN)
    pauses, at = [], NOON
    while states() == ["waiting"]:
        send(sender, at=at)
        message = Message.objects.get()
        pauses.append(int((message.next_attempt_at - at).total_seconds()))
        at = message.next_attempt_at

    assert pauses[:8] == [30, 60, 120, 240, 480, 960, 1920, 3600]
    assert states() == ["given-up"]
    assert message.problem == "No answer."
    assert message.settled_at is not None
    assert timedelta(hours=22) < message.settled_at - NOON <= timedelta(hours=24)


def test_what_cannot_help_is_given_up_at_once() -> None:
    factories.MessageFactory()

    send(Sender(lambda message: Outcome("Refused for good.", is_final=True)))

    assert states() == ["given-up"]


def test_a_dead_server_costs_one_attempt_a_round_and_stops_nobody_else() -> None:
    dead, live = factories.WebhookFactory(), factories.WebhookFactory()
    for webhook in (dead, dead, dead, live, live):
        factories.MessageFactory(person=None, webhook=webhook)
    sender = Sender(lambda message: DOWN if message.webhook == dead else Outcome())

    assert send(sender, channel="webhook") == 2

    assert [message.webhook for message in sender.sent].count(dead) == 1


def test_messages_that_were_never_tried_go_before_those_of_a_dead_server() -> None:
    dead, live = factories.WebhookFactory(), factories.WebhookFactory()
    factories.MessageFactory(person=None, webhook=dead, attempts=4)
    factories.MessageFactory(person=None, webhook=live)
    sender = Sender()

    send(sender, channel="webhook")

    assert [message.webhook for message in sender.sent] == [live, dead]


def test_a_dead_mail_server_costs_one_attempt_a_round() -> None:
    factories.MessageFactory.create_batch(5)
    sender = Sender(lambda message: DOWN)

    send(sender)

    assert len(sender.sent) == 1


def test_a_kill_after_sending_makes_one_duplicate_and_loses_nothing() -> None:
    factories.MessageFactory()

    def die(message: Message) -> Outcome:
        raise Killed

    killed, heir = Sender(die), Sender()
    with pytest.raises(Killed):
        send(killed)
    assert send(heir, at=NOON + LEASE - timedelta(seconds=1)) == 0

    assert send(heir, at=NOON + LEASE) == 1

    assert states() == ["sent"]
    assert [m.uuid for m in killed.sent] == [m.uuid for m in heir.sent]


def test_who_was_away_past_the_lease_settles_nothing() -> None:
    factories.MessageFactory()
    slow = Sender()

    def overtaken(message: Message) -> Outcome:
        send(Sender(), at=NOON + LEASE)
        return Outcome("Too late.", is_final=True)

    slow = Sender(overtaken)
    send(slow)

    assert states() == ["sent"]
    assert Message.objects.get().problem == ""


def test_two_senders_share_the_work_without_sending_twice() -> None:
    factories.MessageFactory.create_batch(4)
    inner = Sender()

    def meanwhile(message: Message) -> Outcome:
        outbox.send_due(channel="email", send=inner, clock=lambda: NOON)
        return Outcome()

    outer = Sender(meanwhile)
    send(outer)

    sent = [message.pk for message in (*outer.sent, *inner.sent)]
    assert len(sent) == len(set(sent)) == 4
    assert states() == [MessageState.SENT] * 4


def test_the_end_is_not_told_before_the_beginning() -> None:
    alert, person = factories.AlertFactory(), factories.UserFactory()
    for occasion in (Occasion.TRIGGERED, Occasion.RESOLVED):
        factories.MessageFactory(alert=alert, person=person, occasion=occasion)
    Message.objects.filter(occasion="triggered").update(next_attempt_at=NOON + timedelta(minutes=5))
    sender = Sender()

    send(sender)
    send(sender, at=NOON + timedelta(minutes=5))

    assert [message.occasion for message in sender.sent] == ["triggered", "resolved"]
