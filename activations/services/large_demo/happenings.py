"""What people notice of all that: alerts and who heard of them, uploads, keys, colleagues."""

import hashlib
import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from activations.models import ApiKey, Upload, UploadReject
from activations.services.large_demo.chronicle import Run
from activations.services.large_demo.layout import ACCOUNTS, FLOWS, STOPPED, Layout
from activations.terms import Origin, UploadStatus
from connections import credentials
from connections.alert_rules import (
    ACCOUNT_REJECTED,
    FAILURE,
    SKIPPED_RATE,
    START,
    SUCCESS,
    counted,
)
from connections.alert_rules import STOPPED as STOPPED_RULE
from connections.models import (
    AccountStatus,
    Alert,
    Message,
    MessageState,
    Notification,
    Occasion,
    Webhook,
)

_COLLEAGUES: Final = 60
_KEYS: Final = 40
_UPLOADS: Final = 400
# So many of the newest alerts stand behind everybody's bell.
_TOLD: Final = 300
_HOUR: Final = timedelta(hours=1)


def colleagues() -> list[User]:
    """People with one role each, who cannot sign in until somebody sends them a link."""
    nobody_knows = make_password(None)
    users = User.objects.bulk_create(
        User(
            username=f"colleague{number}",
            email=f"colleague{number}@example.org",
            password=nobody_knows,
        )
        for number in range(1, _COLLEAGUES + 1)
    )
    for number, role in enumerate(roles := list(Group.objects.order_by("name"))):
        role.user_set.add(*users[number :: len(roles)])
    return users


def alerts(*, runs: Sequence[Run], at: datetime) -> None:
    """Of the runs that ended, and those that are open: rejected accounts, stopped destinations."""
    Alert.objects.bulk_create(_open(at), batch_size=1_000)
    Alert.objects.bulk_create(_of_runs(runs, at), batch_size=1_000)


def tell(*, people: Sequence[User], at: datetime, chance: random.Random) -> None:
    """The newest alerts behind the bells of all; those that call for action by webhook too."""
    newest = list(Alert.objects.order_by("-triggered_at", "-pk")[:_TOLD])
    Notification.objects.bulk_create(
        (
            Notification(
                alert=alert,
                person=person,
                occasion=Occasion.TRIGGERED,
                shown_at=alert.triggered_at,
                read_at=at if chance.random() < 0.8 else None,
            )
            for person in people
            for alert in newest
        ),
        batch_size=1_000,
    )
    webhook = Webhook(
        name="Operations",
        url="https://hooks.example.org/zendesk",
        rules=[FAILURE, SKIPPED_RATE, STOPPED_RULE, ACCOUNT_REJECTED],
    )
    credentials.renew_secret(webhook)
    webhook.save()
    judged = Alert.objects.filter(code__in=webhook.rules).order_by("pk")
    Message.objects.bulk_create(
        (_message(alert, webhook, chance) for alert in judged), batch_size=1_000
    )


def uploads(*, layout: Layout, at: datetime, chance: random.Random) -> None:
    """Files that are through, some of them failed, with the rows that could not be taken."""
    targets = [
        number
        for number, crowd in enumerate(layout.audiences, start=1)
        if crowd.origin == Origin.UPLOAD
    ]
    count = layout.size.share(_UPLOADS) if targets else 0
    made = Upload.objects.bulk_create(
        _upload(chance.choice(targets), at - timedelta(hours=6 * number), chance)
        for number in range(count)
    )
    UploadReject.objects.bulk_create(
        (
            UploadReject(upload=upload, row=row + 2, code="invalid-email", message="Not an address")
            for upload in made
            for row in range(upload.rows_rejected)
        ),
        batch_size=1_000,
    )


def api_keys(*, at: datetime) -> None:
    """Keys whose secret nobody knows; every fourth is revoked."""
    ApiKey.objects.bulk_create(
        ApiKey(
            name=f"Integration {number}",
            prefix=f"demo{number:04d}",
            secret_hash=hashlib.sha256(f"nobody has this {uuid.uuid4()}".encode()).hexdigest(),
            last_used_at=at - number * _HOUR,
            revoked_at=at - number * _HOUR if number % 4 == 0 else None,
        )
        for number in range(1, _KEYS + 1)
    )


def _open(at: datetime) -> Iterator[Alert]:
    for number, (_, status) in enumerate(ACCOUNTS, start=1):
        if status == AccountStatus.REJECTED:
            words = "Zendesk no longer accepts this token. Enter a new one."
            yield Alert(
                account_id=number,
                code=ACCOUNT_REJECTED,
                message=words,
                triggered_at=at - 30 * _HOUR,
            )
    for number, flow in enumerate(FLOWS, start=1):
        if flow.status == STOPPED:
            words = "Stopped after 20 identical rejections in a row."
            yield Alert(
                destination_id=number,
                code=STOPPED_RULE,
                message=words,
                triggered_at=at - 24 * _HOUR,
            )


def _of_runs(runs: Sequence[Run], at: datetime) -> Iterator[Alert]:
    for run in runs:
        ended = run.started_at + _HOUR
        if ended > at:
            continue
        yield _event(run, START, "The run began.", run.started_at)
        words = f"{_identities(run.activated)} activated."
        if run.failed == 0:
            yield _event(run, SUCCESS, words, ended)
        elif run.failed > 20:
            yield _event(run, FAILURE, f"{_identities(run.failed)} failed.", ended)
        if run.excluded > 0.05 * run.activated:
            yield _event(run, SKIPPED_RATE, f"{_identities(run.excluded)} excluded.", ended)


def _identities(count: int) -> str:
    return counted(number=count, unit="identities")


def _event(run: Run, code: str, words: str, at: datetime) -> Alert:
    return Alert(
        destination_id=run.flow + 1,
        code=code,
        message=words,
        run_at=run.started_at,
        triggered_at=at,
        resolved_at=at,
    )


def _message(alert: Alert, webhook: Webhook, chance: random.Random) -> Message:
    is_lost = chance.random() < 0.02
    return Message(
        alert=alert,
        occasion=Occasion.TRIGGERED,
        webhook=webhook,
        state=MessageState.GIVEN_UP if is_lost else MessageState.SENT,
        attempts=10 if is_lost else 1,
        next_attempt_at=alert.triggered_at,
        problem="hooks.example.org does not answer." if is_lost else "",
        created_at=alert.triggered_at,
        settled_at=alert.triggered_at,
    )


def _upload(audience: int, at: datetime, chance: random.Random) -> Upload:
    rows, is_failed = chance.randrange(100, 20_000), chance.random() < 0.05
    told: dict[str, Any] = {"status": UploadStatus.FINISHED, "rows_rejected": chance.randrange(60)}
    if is_failed:
        told = {"status": UploadStatus.FAILED, "problem": "The file is not there any more."}
    return Upload(
        audience_id=audience,
        file_name=f"members-{at:%Y-%m-%d}.csv",
        size=rows * 40,
        encoding="UTF-8",
        delimiter=",",
        columns=["identityMap.Email", "person.name.lastName"],
        cursor=rows * 40,
        row_number=rows + 1,
        rows_read=rows,
        created_at=at,
        started_at=at,
        finished_at=at + timedelta(seconds=rows // 500 + 1),
        **told,
    )
