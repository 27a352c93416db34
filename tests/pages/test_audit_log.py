"""The page Audit log: the list, its filters, the rail with changed fields, and the files."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activations.queries import audit_log
from connections import destinations
from connections.models import AuditEntry
from connections.models.audit import Kind
from connections.permissions import Permission
from tests import factories
from tests.pages.conftest import CountQueries

LOG, CSV, JSON = "/audit-log/", "/audit-log/audit-log.csv", "/audit-log/audit-log.json"


def shown(client: Client, query: str = "") -> list[str]:
    """The names of the objects, in the order of the list."""
    return [row.entry.name for row in client.get(LOG + query).context["rows"]]


def entry(name: str, **values: Any) -> AuditEntry:
    made: AuditEntry = factories.AuditEntryFactory(name=name, **values)
    return made


def content(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def test_an_empty_log_says_what_will_be_noted(signed_in: Client) -> None:
    page = signed_in.get(LOG).content.decode()
    assert "Nothing was done yet" in page
    assert CSV not in page


def test_what_a_person_does_stands_there_with_their_name(signed_in: Client, user: User) -> None:
    destination = factories.DestinationFactory(name="Zendesk CRM")
    signed_in.post(reverse("connections:toggle", args=[destination.uuid]), {"is_on": "off"})
    page = signed_in.get(LOG).content.decode()
    (row,) = signed_in.get(LOG).context["rows"]
    assert (row.entry.person, row.entry.action, row.entry.actor) == (user, "disabled", str(user))
    assert f'href="/destinations/{destination.uuid}/"' in page
    assert "Zendesk CRM" in page


def test_the_newest_comes_first_and_every_column_sorts(signed_in: Client) -> None:
    entry("b", at=factories.NOON, action="changed", kind="role", actor="ann")
    entry("A", at=factories.NOON + timedelta(hours=1), action="deleted", kind="account", actor="Cy")
    entry("c", at=factories.NOON - timedelta(hours=1), action="created", kind="person", actor="Bo")
    assert shown(signed_in) == ["A", "b", "c"]
    assert shown(signed_in, "?sort=time") == ["c", "b", "A"]
    assert shown(signed_in, "?sort=object") == ["A", "b", "c"]
    assert shown(signed_in, "?sort=-object") == ["c", "b", "A"]
    assert shown(signed_in, "?sort=action") == ["b", "c", "A"]
    assert shown(signed_in, "?sort=kind") == ["A", "c", "b"]
    assert shown(signed_in, "?sort=who") == ["b", "c", "A"]
    assert shown(signed_in, "?sort=nonsense") == ["c", "b", "A"]


def test_filters_leave_what_fits_all_of_them(signed_in: Client) -> None:
    ann = factories.UserFactory(username="ann")
    mine = {"person": ann, "actor": "ann", "actor_kind": "person"}
    entry("role of ann", **mine, action="deleted", kind="role")
    entry("account of ann", **mine, action="deleted", kind="account")
    entry("by a command", actor="command apply", actor_kind="command", action="created")
    entry("by the system")
    assert shown(signed_in, "?kind=role") == ["role of ann"]
    assert len(shown(signed_in, "?action=deleted&action=created")) == 3
    assert shown(signed_in, f"?who={ann.pk}&kind=account") == ["account of ann"]
    assert shown(signed_in, "?who=command") == ["by a command"]
    assert shown(signed_in, "?who=system") == ["by the system"]
    assert shown(signed_in, f"?who=system&who={ann.pk}&action=deleted&q=account") == [
        "account of ann"
    ]
    assert shown(signed_in, "?who=nobody") == []
    page = signed_in.get(f"{LOG}?who={ann.pk}&action=deleted").content.decode()
    assert f'name="who" value="{ann.pk}" checked' in page
    assert "No entry fits" in signed_in.get(f"{LOG}?q=zebra").content.decode()


def test_what_was_denied_is_told_from_what_was_done(signed_in: Client) -> None:
    denied = entry(
        "ann", action="sign-in-denied", kind="person", changes=[["Wrong tries", "", "3"]]
    )
    entry("bo", action="signed-in", kind="person")
    assert shown(signed_in, "?status=denied") == ["ann"]
    assert shown(signed_in, "?status=allowed") == ["bo"]
    assert len(shown(signed_in, "?status=allowed&status=denied")) == 2
    assert shown(signed_in, "?status=nonsense") == []
    page = signed_in.get(f"{LOG}?rail={denied.pk}").content.decode()
    assert '<span class="status" data-tone="warning">Denied</span>' in page
    assert "Wrong tries" in page
    assert json.loads(content(signed_in.get(f"{JSON}?status=denied")))[0]["status"] == "denied"
    head, row = csv.reader(io.StringIO(content(signed_in.get(f"{CSV}?status=denied"))))
    assert row[head.index("Status")] == "denied"


def test_words_are_looked_for_in_objects_people_and_ids(signed_in: Client) -> None:
    found = entry("Nordic", actor="Ann", reference="2f0b7c1e-0000-4000-8000-000000000001")
    entry("Other")
    assert shown(signed_in, "?q=nord+ANN") == ["Nordic"]
    assert shown(signed_in, f"?q={found.reference}") == ["Nordic"]
    assert shown(signed_in, "?q=nord+zebra") == []


def test_days_are_those_of_the_person(signed_in: Client) -> None:
    """Half past ten in the evening of UTC is the next day in Oslo."""
    entry("late", at=factories.NOON.replace(hour=22, minute=30) + timedelta(hours=1))
    entry("noon", at=factories.NOON)
    assert shown(signed_in, "?from=2026-03-02") == []
    assert shown(signed_in, "?from=2026-03-01&to=2026-03-01") == ["late", "noon"]
    signed_in.cookies["zone"] = "Europe/Oslo"
    assert shown(signed_in, "?from=2026-03-02") == ["late"]
    assert shown(signed_in, "?to=2026-03-01") == ["noon"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?from=never", "Enter days as year-month-day."),
        ("?from=2026-03-02&to=2026-03-01", "The first day must not be after the last."),
        ("?to=9999-12-31", "Enter days as year-month-day."),
    ],
)
def test_days_that_make_no_sense_are_said_to_be_that(
    signed_in: Client, query: str, words: str
) -> None:
    entry("noon")
    page = signed_in.get(LOG + query)
    assert words in page.content.decode()
    assert len(page.context["rows"]) == 1


def test_an_object_that_is_gone_is_no_link(signed_in: Client) -> None:
    destination = factories.DestinationFactory(name="Going")
    destinations.disable(destination=destination)
    destinations.delete(destination=destination)
    assert [row.url for row in signed_in.get(LOG).context["rows"]] == ["", ""]


def test_every_kind_of_object_is_found_while_it_is_there(signed_in: Client) -> None:
    made = {
        Kind.DESTINATION: factories.DestinationFactory(),
        Kind.ACCOUNT: factories.AccountFactory(),
        Kind.AUDIENCE: factories.AudienceFactory(),
        Kind.UPLOAD: factories.UploadFactory(),
        Kind.POLICY: factories.PolicyFactory(),
        Kind.CONSENT_POLICY: factories.ConsentPolicyFactory(),
        Kind.LABELS: factories.LabeledAttributeFactory(),
        Kind.CUSTOM_LABEL: factories.CustomLabelFactory(),
        Kind.ALERT: factories.AlertFactory(),
        Kind.WEBHOOK: factories.WebhookFactory(),
        Kind.API_KEY: factories.ApiKeyFactory(),
        Kind.PERSON: factories.UserFactory(),
        Kind.ROLE: factories.member(Permission.VIEW_ALERTS).groups.get(),
    }
    AuditEntry.objects.all().delete()
    for kind, row in made.items():
        entry("there", kind=kind, reference=str(getattr(row, "uuid", row.pk)))
        entry("gone", kind=kind)
        entry("odd", kind=kind, reference="")
    entry("there", kind=Kind.ALERT_RULE, reference="zendesk-outage")
    nowhere = {Kind.ALERT_RULE, Kind.WORKSPACE, Kind.AUDIT_LOG}
    assert set(Kind) - set(made) == nowhere
    page = signed_in.get(f"{LOG}?q=there")
    urls = {row.entry.kind: row.url for row in page.context["rows"]}
    assert all(signed_in.get(url).status_code == 200 for url in urls.values() if url)
    assert {kind for kind, url in urls.items() if url} == set(made) | {Kind.ALERT_RULE}
    assert not any(row.url for row in signed_in.get(f"{LOG}?q=gone").context["rows"])
    assert not any(row.url for row in signed_in.get(f"{LOG}?q=odd").context["rows"])


def test_who_may_not_see_an_object_gets_no_link(client: Client, db: None) -> None:
    destinations.disable(destination=factories.DestinationFactory(name="Zendesk CRM"))
    client.force_login(factories.member(Permission.VIEW_AUDIT_LOG))
    rows = client.get(f"{LOG}?kind=destination").context["rows"]
    assert [(row.entry.name, row.url) for row in rows] == [("Zendesk CRM", "")]


def test_a_row_opens_a_rail_with_what_was_changed(signed_in: Client) -> None:
    made = entry("Acme", changes=[["name", "Acme <1>", "Acme"], ["description", "", "Theirs"]])
    part = signed_in.get(f"{LOG}{made.pk}/rail/").content.decode()
    assert "<del><bdi>Acme &lt;1&gt;</bdi></del>" in part
    assert "<ins><bdi>Acme</bdi></ins>" in part
    assert "<ins><bdi>Theirs</bdi></ins>" in part
    assert made.reference in part
    whole = signed_in.get(f"{LOG}?rail={made.pk}")
    assert whole.context["selected"].entry == made
    assert 'id="rail-title"' in whole.content.decode()
    assert signed_in.get(f"{LOG}999999/rail/").status_code == 404


def test_the_csv_holds_what_is_filtered_and_no_formula(signed_in: Client, user: User) -> None:
    entry("=1+1", changes=[["name", "", "New"]], reference="r1")
    entry("left out", kind="role")
    answer = signed_in.get(f"{CSV}?kind=destination")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO(content(answer).removeprefix("\ufeff")))
    assert head == [*audit_log.HEAD, "Changes"]
    assert rows == [
        [
            *("2026-03-01T12:00:00.000Z", "system", "system", "disabled", "allowed", "destination"),
            *("'=1+1", "r1", "name: – -> New"),
        ]
    ]
    noted = AuditEntry.objects.get(action="exported")
    assert (noted.actor, noted.name) == (str(user), "CSV")


def test_the_json_holds_what_is_filtered(signed_in: Client) -> None:
    entry("Zoë", changes=[["name", "Z", "Zoë"]], reference="r1")
    entry("Older", at=factories.NOON - timedelta(days=1))
    found = json.loads(content(signed_in.get(f"{JSON}?from=2026-03-01&kind=destination")))
    assert found == [
        {
            "at": "2026-03-01T12:00:00.000Z",
            "actor_kind": "system",
            "actor": "system",
            "action": "disabled",
            "status": "allowed",
            "kind": "destination",
            "name": "Zoë",
            "reference": "r1",
            "changes": [{"field": "name", "old": "Z", "new": "Zoë"}],
        }
    ]
    assert json.loads(content(signed_in.get(f"{JSON}?q=zebra"))) == []


def test_taking_profiles_of_a_destination_along_is_noted(signed_in: Client, user: User) -> None:
    destination = factories.DestinationFactory(name="Zendesk CRM")
    path = reverse("activations:profiles-csv", args=[destination.uuid])
    signed_in.head(path)
    assert not AuditEntry.objects.exists()
    signed_in.get(f"{path}?state=failed&code=zendesk-422")
    noted = AuditEntry.objects.get()
    assert (noted.action, noted.name, noted.actor) == ("exported", "Zendesk CRM", str(user))
    assert noted.changes == [["profiles", "", "failed"], ["code", "", "zendesk-422"]]


def test_looking_whether_a_file_is_there_is_no_export(signed_in: Client) -> None:
    assert signed_in.head(CSV).status_code == 200
    assert not AuditEntry.objects.exists()


def test_files_are_read_in_pieces(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "_AT_ONCE", 2)
    for number in range(5):
        entry(f"Destination {number}")
    found = json.loads(content(signed_in.get(f"{JSON}?kind=destination")))
    assert len({each["reference"] for each in found}) == 5


def test_only_the_newest_are_listed_and_the_page_says_so(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "MOST_LISTED", 2)
    for hours in range(3):
        entry(f"{hours} hours ago", at=factories.NOON - timedelta(hours=hours))
    assert shown(signed_in) == ["0 hours ago", "1 hours ago"]
    assert shown(signed_in, "?sort=time") == ["1 hours ago", "0 hours ago"]
    assert "The newest 2 are listed." in signed_in.get(LOG).content.decode()


def test_many_entries_of_many_kinds_take_few_queries(
    signed_in: Client, count_queries: CountQueries
) -> None:
    entry("one")
    one = count_queries(LOG)
    for number in range(30):
        entry(f"Object {number}", kind=list(Kind)[number % len(Kind)], reference=str(number))
    assert count_queries(LOG) == one
    with CaptureQueriesContext(connection) as captured:
        signed_in.get(f"{LOG}?sort=object&kind=role&kind=person&q=Object")
    assert max(one, len(captured)) <= 15


def test_a_link_to_it_is_there_for_whom_it_is(client: Client, db: None) -> None:
    client.force_login(factories.member(Permission.VIEW_AUDIT_LOG))
    page = client.get("/settings/").content.decode()
    assert f'href="{LOG}"' in page
    client.force_login(factories.member(Permission.MANAGE_PEOPLE))
    assert f'href="{LOG}"' not in client.get("/settings/").content.decode()
    assert client.get(LOG).status_code == 403
