"""What a record may look like, and what each mistake in it is called."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activations.profiles.record import Record, Rejected, parse
from activations.terms import MembershipStatus

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EMAIL = {"identityMap": {"Email": [{"id": "ann@example.org"}]}}


def parsed(document: object) -> Record:
    return parse(document=document, received_at=NOON)


def refusal(document: object) -> str:
    with pytest.raises(Rejected) as caught:
        parsed(document)
    return caught.value.code


def with_identities(**namespaces: Any) -> Record:
    return parsed({"identityMap": namespaces})


def with_membership(**entry: Any) -> Record:
    return parsed(EMAIL | {"segmentMembership": {"ups": {"vip": entry}}})


def test_the_email_is_trimmed_and_lower_cased() -> None:
    record = with_identities(Email=[{"id": "  Ann@Example.ORG "}])
    assert record.identity == "email:ann@example.org"
    assert record.email == "ann@example.org"


def test_the_primary_email_wins_over_the_first() -> None:
    entries = [{"id": "a@example.org"}, {"id": "b@example.org", "primary": True}]
    assert with_identities(Email=entries).email == "b@example.org"


def test_an_email_wins_over_the_primary_of_another_namespace() -> None:
    record = with_identities(ECID=[{"id": "1", "primary": True}], EMAIL=[{"id": "a@example.org"}])
    assert record.identity == "email:a@example.org"


def test_without_an_email_the_primary_then_the_first_identity_counts() -> None:
    first = with_identities(ECID=[{"id": "1"}], CRM=[{"id": "Abc"}])
    assert (first.identity, first.email) == ("ecid:1", "")
    primary = with_identities(ECID=[{"id": "1"}], CRM=[{"id": "Abc", "primary": True}])
    assert primary.identity == "crm:Abc"


def test_a_blank_email_is_no_identity() -> None:
    record = with_identities(Email=[{"id": "  "}, {"id": None}], ECID=[{"id": "1"}])
    assert record.identity == "ecid:1"
    assert refusal({"identityMap": {"Email": [{"id": ""}]}}) == "no-identity"


def test_an_id_that_is_no_address_still_identifies() -> None:
    assert with_identities(Email=[{"id": "not an address"}]).email == "not an address"


def test_one_namespace_in_two_spellings_is_one() -> None:
    record = with_identities(EMAIL=[{"id": "a@example.org"}], Email=[{"id": "b@example.org"}])
    assert record.identities == {"EMAIL": [{"id": "a@example.org"}, {"id": "b@example.org"}]}


def test_both_key_styles_say_the_same() -> None:
    bare = {
        "identityMap": {"Email": [{"id": "ann@example.org", "primary": True}]},
        "person": {"name": {"lastName": "Ek"}},
        "segmentMembership": {"ups": {"vip": {"status": "exited"}}},
    }
    prefixed = {
        "xdm:identityMap": {"Email": [{"xdm:id": "ann@example.org", "xdm:primary": True}]},
        "xdm:person": {"xdm:name": {"xdm:lastName": "Ek"}},
        "xdm:segmentMembership": {"ups": {"vip": {"xdm:status": "exited"}}},
    }
    assert parsed(prefixed) == parsed(bare)


def test_one_key_in_both_styles_is_refused() -> None:
    assert refusal(EMAIL | {"person": {"a": 1}, "xdm:person": {"b": 2}}) == "duplicate-key"
    assert refusal(EMAIL | {"person": {"a": 1, "xdm:a": 2}}) == "duplicate-key"


def test_a_document_as_the_public_schema_repository_writes_them() -> None:
    record = parsed(
        {
            "xdm:timeSeriesEvents": [{"@id": "5f0a"}],
            "xdm:identityMap": {
                "https://example.org/namespaces/4": [{"xdm:id": "923"}, {"xdm:id": "924"}],
                "https://example.org/namespaces/10": [
                    {"xdm:id": "39-45", "xdm:authenticatedState": "authenticated"}
                ],
            },
            "xdm:segmentMembership": {
                "AAM": {
                    "one": {
                        "xdm:version": "15",
                        "xdm:timestamp": "2026-02-26T15:52:25+00:00",
                        "xdm:validUntil": "2027-04-26T15:52:25+00:00",
                        "xdm:status": "existing",
                    },
                    "two": {
                        "xdm:lastQualificationTime": "2026-02-26T16:52:25+01:00",
                        "xdm:validUntil": "2026-02-27T15:52:25+00:00",
                        "xdm:status": "realized",
                    },
                },
                "Email": {"abc@example.com": {"xdm:status": "exited"}},
            },
            "xdm:consentPolicies": {"one": {}, "two": {"Email": ["a@example.org"]}},
        }
    )
    assert record.identity == "https://example.org/namespaces/4:923"
    assert record.email == ""
    qualified = datetime(2026, 2, 26, 15, 52, 25, tzinfo=UTC)
    valid_until = datetime(2027, 4, 26, 15, 52, 25, tzinfo=UTC)
    found = {
        entry.audience_id: (entry.status.value, entry.qualified_at, entry.valid_until)
        for entry in record.memberships
    }
    assert found == {
        "one": ("existing", qualified, valid_until),
        "two": ("exited", qualified, None),
        "abc@example.com": ("exited", NOON, None),
    }
    assert record.attributes["timeSeriesEvents"] == [{"@id": "5f0a"}]
    assert record.warnings == ()


def test_a_membership_without_a_time_counts_from_receipt() -> None:
    (entry,) = with_membership(status="realized").memberships
    assert entry.qualified_at == NOON


def test_a_time_without_an_offset_is_utc() -> None:
    (entry,) = with_membership(
        status="realized", lastQualificationTime="2026-03-01T09:00:00"
    ).memberships
    assert entry.qualified_at == datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_a_time_far_ahead_is_clamped_to_five_minutes() -> None:
    (entry,) = with_membership(
        status="realized", lastQualificationTime="2999-01-01T00:00:00Z"
    ).memberships
    assert entry.qualified_at == NOON + timedelta(minutes=5)


@pytest.mark.parametrize("time", ["yesterday", "", 1772355600, "0001-01-01T00:00:00+14:00"])
def test_an_unreadable_time_is_a_warning_and_counts_from_receipt(time: object) -> None:
    record = with_membership(status="realized", lastQualificationTime=time)
    assert [warning.code for warning in record.warnings] == ["invalid-time"]
    assert record.memberships[0].qualified_at == NOON


@pytest.mark.parametrize("status", ["Realized", "entered", "", None, 1, ["realized"]])
def test_an_unknown_status_is_left_out_with_a_warning(status: object) -> None:
    record = with_membership(status=status)
    assert record.memberships == ()
    assert [warning.code for warning in record.warnings] == ["unknown-status"]


def test_a_membership_whose_validity_ended_has_exited() -> None:
    (entry,) = with_membership(status="existing", validUntil="2026-03-01T12:00:00Z").memberships
    assert (entry.status, entry.valid_until) == (MembershipStatus.EXITED, None)


def test_a_validity_ahead_is_kept() -> None:
    (entry,) = with_membership(status="existing", validUntil="2026-03-01T12:00:01Z").memberships
    assert entry.status == MembershipStatus.EXISTING
    assert entry.valid_until == NOON + timedelta(seconds=1)


@pytest.mark.parametrize("document", [None, [], "text", 5, True])
def test_what_is_no_object_is_refused(document: object) -> None:
    assert refusal(document) == "not-an-object"


@pytest.mark.parametrize(
    "identity_map",
    [
        [],
        "text",
        {"Email": "ann@example.org"},
        {"Email": {"id": "ann@example.org"}},
        {"Email": ["ann@example.org"]},
        {"Email": [{"id": 5}]},
        {"Email": [{"id": "ann@example.org", "primary": "yes"}]},
    ],
)
def test_an_identity_map_of_another_shape_is_refused(identity_map: object) -> None:
    assert refusal({"identityMap": identity_map}) == "invalid-identity-map"


@pytest.mark.parametrize(
    "membership",
    [
        [],
        "text",
        {"ups": []},
        {"ups": {"vip": "realized"}},
        {"ups": {"vip": None}},
        {"ups": {"v" * 256: {"status": "realized"}}},
        {"u" * 101: {"vip": {"status": "realized"}}},
    ],
)
def test_a_membership_of_another_shape_is_refused(membership: object) -> None:
    assert refusal(EMAIL | {"segmentMembership": membership}) == "invalid-membership"


@pytest.mark.parametrize(
    "identity_map",
    [
        {"Email": [{"id": "a" * 321}]},
        {"ECID": [{"id": "1" * 256}]},
        {"E" * 101: [{"id": "1"}]},
        # Lower case may be longer than upper case.
        {"Email": [{"id": "İ" * 320}]},
    ],
)
def test_an_identity_that_fits_no_column_is_refused(identity_map: object) -> None:
    assert refusal({"identityMap": identity_map}) == "identity-too-long"


def nested(levels: int) -> dict[str, Any]:
    return {"a": nested(levels - 1)} if levels else {}


def test_a_document_is_at_most_twenty_levels_deep() -> None:
    assert parsed(EMAIL | nested(19)).email
    assert refusal(EMAIL | nested(20)) == "too-deep"
    assert refusal(EMAIL | {"a": [[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]}) == "too-deep"


def test_a_profile_has_at_most_five_hundred_attributes() -> None:
    assert parsed(EMAIL | {f"a{n}": n for n in range(500)}).email
    assert refusal(EMAIL | {f"a{n}": n for n in range(501)}) == "too-many-attributes"


def test_audiences_are_no_attributes() -> None:
    many = {f"audience {n}": {"status": "realized"} for n in range(600)}
    assert len(parsed(EMAIL | {"segmentMembership": {"ups": many}}).memberships) == 600


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\udfff and more"])
def test_text_no_database_can_hold_is_refused(text: str) -> None:
    assert refusal(EMAIL | {"a": text}) == "invalid-text"
    assert refusal(EMAIL | {"a": [{"b": text}]}) == "invalid-text"
    assert refusal(EMAIL | {text: 1}) == "invalid-text"
    assert refusal({"identityMap": {"Email": [{"id": text}]}}) == "invalid-text"


def test_unusual_but_sound_text_is_kept() -> None:
    for text in ("line\nbreak\tand tab", "👩‍👩‍👧", "\u202e right to left", "\ufeff", "e\u0301"):
        assert parsed(EMAIL | {"a": text}).attributes == {"a": text}


def test_numbers_have_at_most_64_digits() -> None:
    assert parsed(EMAIL | {"a": 10**64 - 1}).attributes == {"a": 10**64 - 1}
    for number in (10**64, -(10**64), 1e64, float("inf"), float("nan")):
        assert refusal(EMAIL | {"a": number}) == "number-too-large"


def test_numbers_take_the_form_every_database_gives_back() -> None:
    attributes = parsed(EMAIL | {"large": 1e20, "zero": -0.0, "plain": 1.5}).attributes
    assert str(attributes) == "{'large': 100000000000000000000, 'zero': 0.0, 'plain': 1.5}"


def test_a_refusal_repeats_no_value() -> None:
    with pytest.raises(Rejected) as caught:
        parsed({"identityMap": {"Email": [{"id": "ann@example.org", "primary": "secret"}]}})
    assert "ann@" not in str(caught.value)
    assert "secret" not in str(caught.value)
