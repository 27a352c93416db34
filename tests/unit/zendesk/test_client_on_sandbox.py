"""The client and the simulator, each written from the same facts, agree with each other."""

import pytest

from connections.zendesk.contact import Contact
from connections.zendesk.errors import (
    Missing,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
    Written,
    ZendeskError,
)
from connections.zendesk.sandbox import DEMO_FIELDS, DEMO_TOKEN, Sandbox, serve_in_thread
from tests.unit.zendesk.cast import ADA, client_of


@pytest.fixture
def sandbox():
    sandbox = Sandbox()
    sandbox.switch(throttle_style="off")
    return sandbox


@pytest.fixture
def client(sandbox):
    with serve_in_thread(sandbox) as running:
        client = client_of(running.url, token=DEMO_TOKEN, deadline_seconds=0.4)
        yield client
        client.close()


def contact(email="ada@example.org", custom_fields=None, **attributes):
    return Contact(
        email=email,
        attributes={"last_name": "Byron", **attributes},
        custom_fields=custom_fields or {},
    )


def stored(client):
    return [person for page in client.iter_contacts() for person in page]


@pytest.mark.parametrize("status", [200, 201])
def test_an_upsert_creates_and_the_next_one_updates_the_same_person(client, sandbox, status):
    sandbox.switch(upsert_create_status=status)
    created = client.upsert(contact=ADA)
    updated = client.upsert(contact=contact(email=ADA.email, title="Countess"))
    assert isinstance(created, Written)
    assert isinstance(updated, Written)
    assert created.status == status
    assert created.contact_id == updated.contact_id
    assert created.request_id
    (person,) = stored(client)
    assert person["first_name"] == "Ada"
    assert person["title"] == "Countess"
    assert person["custom_fields"] == {"VIP audience": "realized"}


def test_an_update_by_id_may_change_the_email(client):
    created = client.upsert(contact=contact())
    outcome = client.update(contact_id=created.contact_id, contact=contact(email="b@example.org"))
    assert isinstance(outcome, Written)
    assert [person["email"] for person in stored(client)] == ["b@example.org"]


def test_an_update_of_nobody_is_missing(client):
    assert isinstance(client.update(contact_id=999_999, contact=ADA), Missing)


def test_an_upsert_of_an_email_that_two_contacts_have_is_a_409(client):
    first = client.upsert(contact=contact(email="a@example.org"))
    client.upsert(contact=contact(email="b@example.org"))
    client.update(contact_id=first.contact_id, contact=contact(email="b@example.org"))
    outcome = client.upsert(contact=contact(email="b@example.org"))
    assert isinstance(outcome, Rejected)
    assert outcome.failure_code == "zendesk-409"


def test_an_unknown_custom_field_is_rejected_by_name(client):
    outcome = client.upsert(contact=contact(custom_fields={"No such": "x"}))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.pointer) == ("unknown", "/custom_fields/No such")
    assert outcome.failure_code == "zendesk-422-unknown"


def test_every_refused_attribute_is_reported(client):
    outcome = client.upsert(
        contact=contact(last_name=" ", title=5, custom_fields={"VIP audience": "maybe"})
    )
    found = {(error.code, error.pointer) for error in outcome.details}
    assert found == {
        ("blank", "/last_name"),
        ("invalid_type", "/title"),
        ("incorrect_value", "/custom_fields/VIP audience"),
    }


@pytest.mark.parametrize("style", ["empty429", "json429", "404-429json"])
def test_every_style_of_throttling_is_throttled(client, sandbox, style):
    sandbox.add_fault(f"throttle={style}")
    assert isinstance(client.upsert(contact=ADA), Throttled)
    assert isinstance(client.update(contact_id=1, contact=ADA), Throttled)


@pytest.mark.parametrize(
    "fault",
    [
        *(f"status={status},body={body}" for status in (500, 503) for body in ("json", "html")),
        "status=502,body=empty",
        "reset",
        "hang",
        "truncate",
        "drip",
        "wrong-contact",
        "invalid-json",
        "html-login",
        "huge=2",
        "gzip-bomb=5",
        "endless",
        "redirect=https://elsewhere.example.com/",
        "delay=0.6",
    ],
)
def test_every_doubtful_answer_is_unknown_and_sent_once(client, sandbox, fault):
    sandbox.add_fault(fault)
    assert isinstance(client.upsert(contact=ADA), Unknown)
    assert len(sandbox.requests.all()) == 1


def test_a_revoked_token_is_unauthorised_for_writes_and_reads(client, sandbox):
    sandbox.add_fault("revoke-token,count=1")
    client.upsert(contact=ADA)
    assert isinstance(client.upsert(contact=ADA), Unauthorised)
    with pytest.raises(ZendeskError) as failure:
        client.check_credential()
    assert isinstance(failure.value.outcome, Unauthorised)


@pytest.mark.parametrize(
    ("sunset", "kinds"),
    [
        ("401", Unauthorised),
        ("404", Rejected),
        ("410", Rejected),
        ("refuse", Unknown | NotSent),
    ],
)
def test_after_the_end_of_sell_no_write_seems_to_succeed(client, sandbox, sunset, kinds):
    sandbox.switch(sunset=sunset)
    assert isinstance(client.upsert(contact=ADA), kinds)
    assert not isinstance(client.update(contact_id=1, contact=ADA), Written)


def test_the_credential_and_the_custom_fields_are_read(client):
    credential = client.check_credential()
    assert (credential.user_id, credential.subdomain) == (7, "sandbox")
    fields = {field.name: field for field in client.list_custom_fields()}
    assert set(fields) == {definition.name for definition in DEMO_FIELDS}
    assert fields["VIP audience"].choices == ("realized", "existing", "exited")
    assert (fields["Reg No"].for_contact, fields["Reg No"].for_organisation) == (False, True)


def test_contacts_are_paged_by_id(client):
    ids = [client.upsert(contact=contact(email=f"p{n}@example.org")).contact_id for n in range(5)]
    pages = list(client.iter_contacts(per_page=2))
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [person["id"] for page in pages for person in page] == sorted(ids)
