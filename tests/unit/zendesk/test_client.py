"""What the client asks Sell for, and what it makes of sound and odd answers to reads."""

import math

import pytest

from connections.zendesk.contact import Contact, CustomField
from connections.zendesk.credential import Credential
from connections.zendesk.errors import (
    Missing,
    Throttled,
    Unauthorised,
    Unknown,
    Written,
    ZendeskError,
)
from tests.unit.zendesk.cast import ADA, ADA_IN_SELL, client_of, errors_body
from tests.unit.zendesk.servers import answering, http

USER = http(200, {"data": {"id": 7, "name": "Ada Byron", "email": "ada@example.org"}})
ACCOUNT = http(200, {"data": {"id": 3, "name": "Acme", "subdomain": None}})
FORBIDDEN = http(403, errors_body({"code": "insufficient_scope"}))


def page(*ids, **meta):
    items = [{"data": {"id": number}, "meta": {"type": "contact"}} for number in ids]
    return http(200, {"items": items, "meta": {"type": "collection", **meta}})


NEXT = {"links": {"next_page": "https://elsewhere.example.com/v2/contacts?page=9"}}


def test_an_upsert_filters_by_the_encoded_email_and_repeats_it_in_the_body():
    with answering(http(200, ADA_IN_SELL)) as server:
        outcome = client_of(server.url).upsert(contact=ADA)
    (request,) = server.requests
    assert request.method == "POST"
    assert request.target == "/v2/contacts/upsert?email=ada%2B1%40example.org&is_organization=false"
    assert request.json() == {"data": ADA.data()}
    assert outcome == Written(contact_id=1001, status=200, request_id=None)


def test_an_update_puts_to_the_id():
    with answering(http(200, ADA_IN_SELL, {"X-Request-Id": "a-b-c-d"})) as server:
        outcome = client_of(server.url).update(contact_id=1001, contact=ADA)
    (request,) = server.requests
    assert (request.method, request.target) == ("PUT", "/v2/contacts/1001")
    assert request.json() == {"data": ADA.data()}
    assert outcome == Written(contact_id=1001, status=200, request_id="a-b-c-d")


def test_an_update_of_a_contact_that_is_gone_is_missing():
    with answering(http(404, errors_body({"code": "not_found"}))) as server:
        outcome = client_of(server.url).update(contact_id=1001, contact=ADA)
    assert isinstance(outcome, Missing)


@pytest.mark.parametrize("email", ["", "  ", "\ud800@example.org"])
def test_an_upsert_without_a_usable_email_is_refused_before_it_is_sent(email):
    contact = Contact(email=email, attributes={"last_name": "B"}, custom_fields={})
    with (
        answering(http(200, ADA_IN_SELL)) as server,
        pytest.raises(ValueError, match="e-mail") as refusal,
    ):
        client_of(server.url).upsert(contact=contact)
    assert "example" not in str(refusal.value)
    assert server.requests == []


@pytest.mark.parametrize("contact_id", [0, -1, True, None, "1/../2"])
def test_an_update_needs_a_positive_id(contact_id):
    with pytest.raises(ValueError, match="positive"):
        client_of("https://api.example.org").update(contact_id=contact_id, contact=ADA)


def test_values_beyond_ascii_arrive_as_they_are():
    contact = Contact(
        email="zoë@example.org", attributes={"last_name": "Ζωή 𝔸"}, custom_fields={"Größe": None}
    )
    with answering(http(200, {"data": {"id": 5, "email": "zoë@example.org"}})) as server:
        assert isinstance(client_of(server.url).upsert(contact=contact), Written)
    assert server.requests[0].json() == {"data": contact.data()}
    assert "email=zo%C3%AB%40example.org" in server.requests[0].target


def test_the_hook_runs_before_every_request_and_page():
    calls = []

    def note() -> float:
        calls.append(len(server.requests))
        return math.inf

    answers = (USER, ACCOUNT, page(1, 2), page(3), http(200, ADA_IN_SELL))
    with answering(*answers) as server:
        client = client_of(server.url, before_request=note)
        client.check_credential()
        list(client.iter_contacts(per_page=2))
        client.upsert(contact=ADA)
    assert calls == [0, 1, 2, 3, 4]


def test_a_credential_names_its_user_and_account():
    with answering(USER, ACCOUNT) as server:
        credential = client_of(server.url).check_credential()
    assert [request.target for request in server.requests] == [
        "/v2/users/self",
        "/v2/accounts/self",
    ]
    assert credential == Credential(
        user_id=7,
        user_name="Ada Byron",
        user_email="ada@example.org",
        account_id=3,
        account_name="Acme",
        subdomain=None,
    )


def test_a_credential_without_the_scope_for_the_account_is_good_all_the_same():
    with answering(USER, FORBIDDEN) as server:
        credential = client_of(server.url).check_credential()
    assert (credential.user_id, credential.account_id, credential.account_name) == (7, None, None)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_raises_and_says_so(status):
    with (
        answering(http(status, errors_body({"code": "unauthorized"}))) as server,
        pytest.raises(ZendeskError, match="refused the credential") as failure,
    ):
        client_of(server.url).check_credential()
    assert isinstance(failure.value.outcome, Unauthorised)
    assert not failure.value.is_temporary


@pytest.mark.parametrize(
    "body", [b"<html>log in</html>", {}, {"data": {"id": 0}}, {"data": {"id": None}}, []]
)
def test_an_answer_that_names_no_user_is_no_proof_of_a_credential(body):
    with answering(http(200, body)) as server, pytest.raises(ZendeskError) as failure:
        client_of(server.url).check_credential()
    assert isinstance(failure.value.outcome, Unknown)


def test_custom_fields_are_listed_in_the_order_of_sell():
    items = [
        {
            "data": {
                "id": 2,
                "name": "VIP",
                "type": "list",
                "choices": [{"id": 1, "name": "realized"}],
            }
        },
        {"data": {"id": 1, "name": "New", "type": "boolean", "for_contact": False}},
    ]
    with answering(http(200, {"items": items})) as server:
        fields = client_of(server.url).list_custom_fields()
    assert server.requests[0].target == "/v2/contact/custom_fields"
    assert fields == (
        CustomField(2, "VIP", "list", ("realized",), for_contact=True, for_organisation=False),
        CustomField(1, "New", "boolean", (), for_contact=False, for_organisation=False),
    )


@pytest.mark.parametrize(
    "body", [{}, {"items": None}, {"items": [None]}, {"items": [{"data": {"id": 1}}]}, b"x"]
)
def test_a_list_that_cannot_be_read_raises(body):
    with answering(http(200, body)) as server, pytest.raises(ZendeskError) as failure:
        client_of(server.url).list_custom_fields()
    assert isinstance(failure.value.outcome, Unknown)


@pytest.mark.parametrize("meta", [{}, NEXT])
def test_pages_end_with_a_short_one_and_links_are_not_followed(meta):
    with answering(page(1, 2, **meta), page(3, 4, **meta), page(5, **meta)) as server:
        pages = list(client_of(server.url).iter_contacts(per_page=2))
    assert [[contact["id"] for contact in contacts] for contacts in pages] == [[1, 2], [3, 4], [5]]
    assert [request.target for request in server.requests] == [
        f"/v2/contacts?page={number}&per_page=2&sort_by=id" for number in (1, 2, 3)
    ]


def test_a_full_page_without_a_next_link_is_the_last():
    with answering(page(1, 2, links={"self": "x"})) as server:
        pages = list(client_of(server.url).iter_contacts(per_page=2))
    assert len(pages) == len(server.requests) == 1


def test_an_empty_account_yields_no_page():
    with answering(page()) as server:
        assert list(client_of(server.url).iter_contacts()) == []


def test_a_server_that_repeats_a_page_does_not_loop_for_ever():
    with answering(page(1, 2)) as server, pytest.raises(ZendeskError, match="twice"):
        list(client_of(server.url).iter_contacts(per_page=2))


def test_a_page_that_fails_raises_after_the_good_ones():
    with answering(page(1, 2), http(503)) as server:
        pages = client_of(server.url).iter_contacts(per_page=2)
        assert len(next(pages)) == 2
        with pytest.raises(ZendeskError) as failure:
            next(pages)
    assert failure.value.is_temporary


def test_a_throttled_write_says_how_long_to_wait():
    with answering(http(429, b"", {"Retry-After": "3"})) as server:
        outcome = client_of(server.url).upsert(contact=ADA)
    assert outcome == Throttled(status=429, retry_after_seconds=3.0)


@pytest.mark.parametrize("seconds", [0, -1.0])
def test_a_deadline_of_no_time_is_refused(seconds):
    with pytest.raises(ValueError, match="deadline"):
        client_of("https://api.example.org", deadline_seconds=seconds)
