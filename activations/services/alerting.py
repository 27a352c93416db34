"""Looking for what the rules of alerts describe: dataflow runs, delays and outages.

Run by every worker from time to time. Two at once do no harm: the constraints of `Alert` let one
of them open a record, and a conditional update lets one close it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from activations import run_verdicts
from activations.queries import alerting, census, unsent
from activations.run_verdicts import Figures
from connections import alerts
from connections.alert_rules import (
    DELAY,
    FAILURE,
    OUTAGE,
    SKIPPED_RATE,
    START,
    SUCCESS,
    counted,
)
from connections.models import (
    Account,
    AccountStatus,
    Alert,
    Destination,
    DestinationStatus,
    Sighting,
)
from connections.queries.alert_rules import Standing, listened_to, standings

JUDGED = (FAILURE, SKIPPED_RATE)


def evaluate(*, at: datetime) -> None:
    """One look at everything; opens and closes records."""
    rules = standings()
    _judge_runs(rules, at)
    _look_for_delays(rules[DELAY], at)
    _look_for_outages(rules[OUTAGE], at)


def _judge_runs(rules: Mapping[str, Standing], at: datetime) -> None:
    runs = alerting.recent_runs(at=at)
    _note_events(runs, rules, at)
    _close_judged(rules, at)
    keys = [key for key, _ in runs]
    known = set(
        Alert.objects.filter(
            destination_id__in=keys, code__in=JUDGED, run_at__in={run.started_at for _, run in runs}
        ).values_list("destination_id", "code", "run_at")
    )
    for key, run in runs:
        for code in JUDGED:
            rule = rules[code]
            is_new = (key, code, run.started_at) not in known
            if is_new and rule.is_enabled and _is_exceeded(rule, run, at):
                message = run_verdicts.words(run, code=code)
                alerts.trigger(
                    code=code, message=message, destination_id=key, run_at=run.started_at
                )


def _is_exceeded(rule: Standing, run: Figures, at: datetime) -> bool:
    code, threshold = rule.rule.code, rule.threshold or Decimal(0)
    return run_verdicts.is_ripe(run, code=code, at=at) and run_verdicts.exceeds(
        run, code=code, threshold=threshold
    )


def _close_judged(rules: Mapping[str, Standing], at: datetime) -> None:
    """Over when the newest run that ended, this one or a later, kept within the threshold."""
    rows = Alert.objects.filter(code__in=JUDGED, resolved_at=None, run_at__isnull=False)
    for key, code, run_at in rows.values_list("destination_id", "code", "run_at"):
        assert run_at is not None, "the query asked for it"
        run = alerting.last_ended_run(destination_id=key, since=run_at, at=at)
        threshold = rules[code].threshold or Decimal(0)
        if run and not run_verdicts.exceeds(run, code=code, threshold=threshold):
            alerts.resolve(destination_id=key, codes=(code,))


def _note_events(
    runs: list[tuple[int, Figures]], rules: Mapping[str, Standing], at: datetime
) -> None:
    """Recorded only where somebody listens: each destination has one of each every hour."""
    codes = tuple(code for code in (START, SUCCESS) if rules[code].is_enabled)
    wanted = listened_to(codes=codes) if runs and codes else set()
    if not wanted:
        return
    known = set(
        Alert.objects.filter(
            code__in=codes, run_at__in={run.started_at for _, run in runs}
        ).values_list("destination_id", "code", "run_at")
    )
    for key, run in runs:
        happened = {
            START: run_verdicts.has_begun(run),
            SUCCESS: run_verdicts.has_succeeded(run, at=at),
        }
        for code in codes:
            is_new = (key, code) in wanted and (key, code, run.started_at) not in known
            if is_new and happened[code]:
                alerts.note(
                    code=code,
                    message=_event_words(run, code),
                    destination_id=key,
                    run_at=run.started_at,
                )


def _event_words(run: Figures, code: str) -> str:
    if code == START:
        return f"The run of {run.started_at:%H:%M} UTC began."
    activated = counted(number=run.activated, unit="identities")
    return f"{activated} activated in the run of {run.started_at:%H:%M} UTC."


def _look_for_delays(rule: Standing, at: datetime) -> None:
    if not rule.is_enabled:
        return
    threshold = timedelta(minutes=float(rule.threshold or 0))
    rows = Destination.objects.exclude(status=DestinationStatus.DRAFT).select_related("account")
    destinations = list(rows.order_by("pk"))
    held = [row for row in destinations if _is_held(row)]
    _see(held, at)
    oldest = unsent.since(destination_ids=[row.pk for row in destinations if not _is_held(row)])
    released = dict(
        Sighting.objects.filter(destination__isnull=False).values_list("destination_id", "seen_at")
    )
    late = _open_about("destination_id", DELAY)
    for destination in destinations:
        since = min(oldest.get(destination.pk, {}).values(), default=at)
        # While somebody holds it, and just after, nothing is late.
        waited = at - max(since, released.get(destination.pk, since))
        if waited > threshold and destination.pk not in late:
            _tell_delay(destination.pk, waited)
        elif waited <= threshold / 2 and destination.pk in late:
            alerts.resolve(destination_id=destination.pk, codes=(DELAY,))


def _is_held(destination: Destination) -> bool:
    account = destination.account
    is_rejected = account is None or account.status == AccountStatus.REJECTED
    return is_rejected or destination.status != DestinationStatus.ENABLED


def _see(held: list[Destination], at: datetime) -> None:
    Sighting.objects.bulk_create(
        [Sighting(destination=row, seen_at=at) for row in held],
        update_conflicts=True,
        unique_fields=["destination"],
        update_fields=["seen_at"],
    )


def _tell_delay(destination_id: int, waited: timedelta) -> None:
    count = census.queued(destination_id=destination_id)
    minutes = counted(number=int(waited.total_seconds() // 60), unit="minutes")
    alerts.trigger(
        code=DELAY,
        message=f"The oldest change has been waiting for {minutes}; {count:,} in line.",
        destination_id=destination_id,
    )


def _look_for_outages(rule: Standing, at: datetime) -> None:
    if not rule.is_enabled:
        return
    # Where nothing is to be sent, nobody asks whether Zendesk is back.
    away = dict(
        Account.objects.filter(
            outage_until__isnull=False, destinations__status=DestinationStatus.ENABLED
        )
        .exclude(status=AccountStatus.REJECTED)
        .values_list("pk", "name")
        .distinct()
    )
    seen = Sighting.objects.filter(account__isnull=False)
    seen.exclude(account_id__in=away).delete()
    Sighting.objects.bulk_create(
        [Sighting(account_id=key, seen_at=at) for key in away], ignore_conflicts=True
    )
    minutes = rule.threshold or Decimal(0)
    long_ago = at - timedelta(minutes=float(minutes))
    gone = _open_about("account_id", OUTAGE)
    for key in seen.filter(seen_at__lte=long_ago).values_list("account_id", flat=True):
        if key not in gone:
            lasted = counted(number=minutes, unit="minutes")
            message = f"Zendesk could not be reached for {lasted}. Nothing is lost."
            alerts.trigger(code=OUTAGE, message=message, account_id=key)
    for key in gone - set(away):
        alerts.resolve(account_id=key, codes=(OUTAGE,))


def _open_about(key: str, code: str) -> set[int]:
    return set(Alert.objects.filter(code=code, resolved_at=None).values_list(key, flat=True))
