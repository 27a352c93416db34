"""The notation of sources and targets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activations.mapping import paths
from activations.mapping.paths import PathProblem, Source, Target
from activations.terms import SourceKind, TargetKind

KEYS = st.text(min_size=1, max_size=12).filter(
    lambda key: key == key.strip() and "." not in key and "\x00" not in key and ":" not in key
)
SOURCES = st.one_of(
    st.builds(
        Source,
        st.just(SourceKind.ATTRIBUTE),
        st.lists(KEYS, min_size=1, max_size=5)
        .filter(lambda keys: keys[0].lower() not in ("identitymap", "segmentmembership"))
        .map(".".join),
    ),
    st.builds(Source, st.just(SourceKind.IDENTITY), KEYS),
    st.builds(
        Source,
        st.just(SourceKind.CONSTANT),
        st.text(min_size=1, max_size=512).filter(
            lambda text: (
                "\x00" not in text
                and any(sign.isprintable() and not sign.isspace() for sign in text)
            )
        ),
    ),
)
TARGETS = st.one_of(
    st.just(Target(TargetKind.IDENTITY, "email")),
    st.sampled_from([Target(TargetKind.ATTRIBUTE, name) for name in paths.WRITABLE_ATTRIBUTES]),
    st.sampled_from([Target(TargetKind.ADDRESS, key) for key in paths.ADDRESS_KEYS]),
    st.text(min_size=1, max_size=255)
    .filter(lambda name: name.strip() and "\x00" not in name)
    .map(lambda name: Target(TargetKind.CUSTOM_FIELD, name)),
)


@given(source=SOURCES)
def test_every_source_is_read_back_as_it_was_written(source: Source) -> None:
    assert paths.parse_source(paths.format_source(source)) == source


@given(target=TARGETS)
def test_every_target_is_read_back_as_it_was_written(target: Target) -> None:
    assert paths.parse_target(paths.format_target(target)) == target


@pytest.mark.parametrize(
    "text",
    [
        "xdm: person.name.lastName",
        "xdm:person.name.lastName",
        "  XDM:  person.name.lastName ",
        "xdm: xdm:person.xdm:name.xdm:lastName",
    ],
)
def test_a_source_path_is_read_with_and_without_blanks_and_prefixes(text: str) -> None:
    assert paths.parse_source(text) == Source(SourceKind.ATTRIBUTE, "person.name.lastName")


@pytest.mark.parametrize(
    "text", ["IdentityMap: Email", "identityMap:Email", "IdentityMap:  Email "]
)
def test_an_identity_source_is_its_namespace_symbol(text: str) -> None:
    assert paths.parse_source(text) == Source(SourceKind.IDENTITY, "Email")


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ("constant: Newsletter", "Newsletter"),
        ("Constant:Newsletter", "Newsletter"),
        ("constant:   two blanks before, one after ", "  two blanks before, one after "),
        ("constant: xdm: person.name", "xdm: person.name"),
        ("constant: constant: x", "constant: x"),
        ("constant: \"quoted\" 'text' # no comment", "\"quoted\" 'text' # no comment"),
        ("constant: two\nlines", "two\nlines"),
    ],
)
def test_a_constant_is_the_text_after_the_colon_and_one_blank(text: str, constant: str) -> None:
    assert paths.parse_source(text) == Source(SourceKind.CONSTANT, constant)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("constant:", "missing"),
        ("constant: \u00a0\n", "that can be seen"),
        ("constant: " + "a" * 513, "512"),
        ("constant: a\x00b", "cannot be stored"),
        ("person.name.lastName", "starts with “xdm:”"),
        ("", "starts with “xdm:”"),
        ("xdm:", "missing"),
        ("IdentityMap: ", "missing"),
        ("xdm: person..name", "empty part"),
        ("xdm: person.", "empty part"),
        ("xdm: identityMap.Email", "IdentityMap: Email"),
        ("xdm: segmentMembership.ups", "Mapping ID"),
        ("xdm: " + "a" * 513, "512"),
        ("xdm: a\x00b", "cannot be stored"),
    ],
)
def test_a_source_that_cannot_be_read_says_what_is_allowed(text: str, hint: str) -> None:
    with pytest.raises(PathProblem) as refused:
        paths.parse_source(text)
    assert hint in refused.value.message


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("Identity: email", TargetKind.IDENTITY, "email"),
        ("identity:Email", TargetKind.IDENTITY, "email"),
        ("xdm: last_name", TargetKind.ATTRIBUTE, "last_name"),
        ("xdm:tags ", TargetKind.ATTRIBUTE, "tags"),
        ("xdm: address.postal_code", TargetKind.ADDRESS, "postal_code"),
        ("xdm: custom_fields.Loyalty tier", TargetKind.CUSTOM_FIELD, "Loyalty tier"),
        ("xdm: custom_fields.Reg. No #1", TargetKind.CUSTOM_FIELD, "Reg. No #1"),
        ("xdm: custom_fields. padded ", TargetKind.CUSTOM_FIELD, " padded "),
    ],
)
def test_a_target_is_read(text: str, kind: TargetKind, name: str) -> None:
    assert paths.parse_target(text) == Target(kind, name)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("last_name", "xdm: <contact attribute>"),
        ("Identity: Phone", "only “Identity: email”"),
        ("xdm: email", "Identity: email"),
        ("xdm: name", "first_name"),
        ("xdm: is_organization", "last_name"),
        ("xdm: address", "address.line1"),
        ("xdm: billing_address", "address.line1"),
        ("xdm: address.street", "postal_code"),
        ("xdm: custom_fields.", "name after the dot"),
        ("xdm: custom_fields.  ", "name after the dot"),
        ("xdm: custom_fields." + "a" * 256, "255"),
    ],
)
def test_a_target_that_cannot_be_written_says_what_is_allowed(text: str, hint: str) -> None:
    with pytest.raises(PathProblem) as refused:
        paths.parse_target(text)
    assert hint in refused.value.message
