import json
from datetime import UTC, datetime
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connections.zendesk import answers
from connections.zendesk.answers import Answer
from connections.zendesk.contact import Contact
from connections.zendesk.errors import (
    FieldError,
    Missing,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
    Written,
    ZendeskError,
)
from tests.unit.zendesk.cast import ADA, ADA_IN_SELL, errors_body

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def answer(status, body=b"", **values):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"request_id": None, "retry_after": None, "received_at": NOW, **values}
    return Answer(status=status, body=raw, **fields)


def upserted(status, body=b"", **values):
    return answers.written(answer=answer(status, body, **values), contact=ADA, contact_id=None)


def updated(status, body=b"", **values):
    return answers.written(answer=answer(status, body, **values), contact=ADA, contact_id=1001)


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("write", [upserted, updated])
def test_a_success_with_the_right_contact_is_written(write, status):
    outcome = write(status, ADA_IN_SELL, request_id="aaaaa-bbbbb")
    assert outcome == Written(contact_id=1001, status=status, request_id="aaaaa-bbbbb")


def test_the_case_of_an_email_does_not_make_it_another_contact():
    body = {"data": {"id": 5, "email": "ADA+1@Example.ORG"}}
    assert isinstance(upserted(200, body), Written)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Please log in</html>",
        json.dumps(ADA_IN_SELL).encode()[:-9],
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"data":{"id":' + b"9" * 5000 + b"}}",
        [],
        {},
        {"data": None},
        {"data": {"email": ADA.email}},
        {"data": {"id": "1001", "email": ADA.email}},
        {"data": {"id": True, "email": ADA.email}},
        {"data": {"id": 0, "email": ADA.email}},
        {"data": {"id": 1001}},
        {"data": {"id": 1001, "email": "other@example.org"}},
    ],
)
@pytest.mark.parametrize("write", [upserted, updated])
def test_a_success_that_does_not_prove_itself_is_unknown(write, body):
    outcome = write(200, body)
    assert isinstance(outcome, Unknown)
    assert outcome.status == 200


def test_an_update_that_answers_with_another_id_is_unknown():
    outcome = updated(200, {"data": {"id": 1002, "email": ADA.email}})
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("body", [b"", b"<html>", errors_body({"code": "rate_limit_exceeded"})])
def test_429_is_throttled_whatever_its_body(body):
    assert upserted(429, body) == Throttled(status=429, retry_after_seconds=None)


@pytest.mark.parametrize("write", [upserted, updated])
def test_a_404_that_names_429_json_is_throttled_and_not_missing(write):
    body = errors_body(
        {
            "code": "incorrect_path",
            "details": "Requested path at '/429.json' was not found using the HTTP method 'GET'.",
        }
    )
    outcome = write(404, body)
    assert outcome == Throttled(status=404, retry_after_seconds=None)
    assert outcome.failure_code == "zendesk-429"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("900", 900.0),
        ("Sun, 01 Mar 2026 09:00:30 GMT", 30.0),
        ("0", None),
        ("901", None),
        ("1e9", None),
        ("1000000000", None),
        ("Sun, 01 Mar 2026 08:00:00 GMT", None),
        ("Mon, 02 Mar 2026 09:00:00 -0000", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("", None),
        (None, None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("nan", None),
        ("٣", None),
        ("9" * 30, None),
        ("Sun, 99 Mar 2026 99:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_believed_within_reason(text, seconds):
    assert answers.retry_after_seconds(text, at=NOW) == seconds


def test_401_stands_alone_and_blames_the_credential():
    outcome = upserted(401, errors_body({"code": "unauthorized"}))
    assert isinstance(outcome, Unauthorised)
    assert outcome.failure_code == "zendesk-401"


def test_403_names_the_missing_scope():
    outcome = upserted(403, errors_body({"code": "insufficient_scope"}))
    assert outcome.failure_code == "zendesk-403-insufficient_scope"
    assert "permission" in outcome.summary


def test_an_html_400_is_a_rejection_without_a_code():
    outcome = upserted(400, b"<html><h1>400 Bad Request</h1></html>")
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.failure_code) == (None, "zendesk-400")
    assert "400" in outcome.summary


def test_409_stands_alone_and_says_what_it_means():
    outcome = upserted(409, errors_body({"code": "conflict"}))
    assert outcome.failure_code == "zendesk-409"
    assert "More than one contact" in outcome.summary


def test_422_lists_every_refused_attribute():
    outcome = upserted(
        422,
        errors_body(
            {"code": "unknown", "field": "/custom_fields/VIP"},
            {"code": "missing", "field": "/data/last_name"},
        ),
    )
    assert isinstance(outcome, Rejected)
    assert outcome.failure_code == "zendesk-422-unknown"
    assert outcome.pointer == "/custom_fields/VIP"
    assert outcome.details == (
        FieldError(code="unknown", pointer="/custom_fields/VIP"),
        FieldError(code="missing", pointer="/last_name"),
    )
    assert "422 unknown at /custom_fields/VIP (1 more)" in outcome.summary


def test_404_not_found_means_missing_on_an_update_only():
    body = errors_body({"code": "not_found"})
    assert updated(404, body) == Missing(status=404, request_id=None)
    assert isinstance(upserted(404, body), Rejected)


NAMELESS = Contact(email=ADA.email, attributes={}, custom_fields={"VIP": "exited"})
LACKS_NAME = {"code": "missing", "field": "/data/last_name"}
NO_CHOICE = {"code": "incorrect_value", "field": "/custom_fields/VIP"}


@pytest.mark.parametrize(
    ("contact", "contact_id", "errors", "is_missing"),
    [
        (NAMELESS, None, (LACKS_NAME,), True),
        (NAMELESS, None, (NO_CHOICE, LACKS_NAME), True),
        (NAMELESS, None, (NO_CHOICE,), False),
        (NAMELESS, 1001, (LACKS_NAME,), False),
        (ADA, None, (LACKS_NAME,), False),
    ],
)
def test_an_upsert_without_a_last_name_that_lacks_one_found_no_contact(
    contact, contact_id, errors, is_missing
):
    refusal = answer(422, errors_body(*errors))
    outcome = answers.written(answer=refusal, contact=contact, contact_id=contact_id)
    assert isinstance(outcome, Missing if is_missing else Rejected)
    if is_missing:
        assert outcome.failure_code == "zendesk-422-missing"


@pytest.mark.parametrize("body", [b"", b"<html>", errors_body({"code": "incorrect_path"})])
def test_another_404_on_an_update_does_not_mean_that_the_contact_is_gone(body):
    assert isinstance(updated(404, body), Rejected)


@pytest.mark.parametrize("status", [402, 405, 410, 413, 415, 418, 451, 499])
def test_every_other_4xx_is_a_rejection(status):
    outcome = upserted(status, b"<html>")
    assert isinstance(outcome, Rejected)
    assert outcome.failure_code == f"zendesk-{status}"


@pytest.mark.parametrize("status", [101, 304, 408, 425, 500, 502, 503, 504, 599, 799])
@pytest.mark.parametrize("body", [b"", b"<html>", {"errors": "down"}])
def test_what_says_nothing_about_the_contact_is_unknown(status, body):
    outcome = upserted(status, body)
    assert isinstance(outcome, Unknown)
    assert outcome.failure_code == f"zendesk-{status}"


def test_a_server_error_keeps_its_code():
    outcome = upserted(503, errors_body({"code": "temporarily_unavailable"}))
    assert outcome.failure_code == "zendesk-503-temporarily_unavailable"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_unknown_for_a_write_and_permanent_for_a_read(status):
    assert isinstance(upserted(status), Unknown)
    with pytest.raises(ZendeskError, match="redirects") as failure:
        answers.document(answer=answer(status))
    assert failure.value.is_temporary is False


@pytest.mark.parametrize("status", [200, 400, 404, 409, 422, 500])
def test_a_body_that_cannot_be_relied_on_makes_the_outcome_unknown(status):
    outcome = upserted(status, flaw="the body was cut short")
    assert isinstance(outcome, Unknown)
    assert "cut short" in outcome.summary


def test_the_status_alone_is_enough_to_slow_down_or_to_stop():
    assert isinstance(upserted(429, flaw="cut"), Throttled)
    assert isinstance(upserted(401, flaw="cut"), Unauthorised)


def test_without_a_status_the_failure_is_the_network():
    assert NotSent(reason="refused").failure_code == "network"
    assert Unknown(reason="reset", status=None).failure_code == "network"


@pytest.mark.parametrize(
    "errors",
    [
        None,
        7,
        {},
        "text",
        [None],
        [[]],
        ["text"],
        [{"error": None}],
        [{"error": []}],
        [{"error": {"code": ["x"], "field": {"a": 1}}}],
        [{"code": 5}],
    ],
)
def test_odd_error_envelopes_are_rejections_without_a_code(errors):
    outcome = upserted(422, {"errors": errors})
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.pointer) == (None, None)


@pytest.mark.parametrize("code", ["UPPER", "a b", "a" * 41, "", "a-b", "naïve", "<b>", None, 5])
def test_a_code_that_is_no_code_is_dropped(code):
    assert upserted(422, errors_body({"code": code})).failure_code == "zendesk-422"


def test_a_pointer_is_cut_cleaned_and_stripped_of_addresses():
    pointer = "/custom_fields/\x1b[31m" + "ada@example.org " + "x" * 500
    outcome = upserted(422, errors_body({"code": "unknown", "field": pointer}))
    assert len(outcome.pointer) == answers.MAX_POINTER_LENGTH
    assert "\x1b" not in outcome.pointer
    assert "@" not in outcome.pointer


def test_a_pointer_of_a_megabyte_is_read_at_once():
    begun = monotonic()
    outcome = upserted(422, errors_body({"code": "unknown", "field": "/" + "x" * 1_000_000}))
    assert len(outcome.pointer) == answers.MAX_POINTER_LENGTH
    assert monotonic() - begun < 5


def test_the_summary_never_repeats_what_the_server_says_in_prose():
    secret = "ada+1@example.org Byron"
    body = errors_body(
        {"code": "incorrect_value", "field": "/email", "message": secret, "details": secret}
    )
    for status in (400, 401, 403, 404, 409, 422, 500):
        outcome = upserted(status, body, request_id=secret)
        assert "Byron" not in f"{outcome!r} {outcome.summary} {outcome.failure_code}"


def test_a_read_error_carries_its_outcome_and_says_whether_waiting_helps():
    for status, is_temporary in ((401, False), (422, False), (429, True), (503, True)):
        with pytest.raises(ZendeskError) as failure:
            answers.document(answer=answer(status))
        assert failure.value.is_temporary is is_temporary
        assert str(failure.value) == failure.value.outcome.summary


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["errors", "error", "code", "field", "meta", "data", "id", "email"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=60, deadline=None)
@given(
    status=st.integers(100, 999),
    body=st.binary(max_size=100) | json_values.map(lambda value: json.dumps(value).encode()),
    retry_after=st.none() | st.text(max_size=30),
    contact_id=st.none() | st.just(1001),
)
def test_any_body_gives_an_outcome_and_never_an_exception(status, body, retry_after, contact_id):
    outcome = answers.written(
        answer=answer(status, body, retry_after=retry_after),
        contact=ADA,
        contact_id=contact_id,
    )
    assert isinstance(outcome, Written | Missing | Rejected | Unauthorised | Throttled | Unknown)
    assert outcome.summary.endswith(".")
    assert outcome.failure_code.isascii()


@settings(max_examples=60, deadline=None)
@given(entries=st.lists(json_values, max_size=5))
def test_any_list_of_errors_gives_a_rejection(entries):
    assert isinstance(upserted(422, {"errors": entries}), Rejected)
