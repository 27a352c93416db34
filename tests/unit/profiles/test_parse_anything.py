"""Whatever JSON comes in, parsing gives a record or says why not; nothing else."""

import contextlib
import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from activations.profiles.files import read_rows
from activations.profiles.record import Record, Rejected, parse
from activations.profiles.sources import UnreadableFile

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEYS = st.text(max_size=5) | st.sampled_from(
    ["identityMap", "xdm:identityMap", "segmentMembership", "Email", "id", "status", "xdm:"]
)
TEXTS = st.text(st.characters(), max_size=8) | st.sampled_from(["realized", "2026-03-01", "\0"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
IDENTITY_MAPS = JSON | st.dictionaries(
    KEYS, JSON | st.lists(JSON | st.fixed_dictionaries({"id": JSON}, optional={"primary": JSON}))
)
ENTRIES = JSON | st.fixed_dictionaries(
    {},
    optional={
        "status": JSON,
        "lastQualificationTime": JSON | st.datetimes().map(str),
        "validUntil": JSON | st.datetimes().map(str),
    },
)
MEMBERSHIPS = JSON | st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, ENTRIES, max_size=3))
DOCUMENTS = JSON | st.fixed_dictionaries(
    {}, optional={"identityMap": IDENTITY_MAPS, "segmentMembership": MEMBERSHIPS, "person": JSON}
)


@given(DOCUMENTS)
def test_parsing_raises_nothing_but_a_refusal(document: Any) -> None:
    with contextlib.suppress(Rejected):
        record = parse(document=document, received_at=NOON)
        assert isinstance(record, Record)
        assert 0 < len(record.identity) <= 512
        assert len(record.email) <= 320
        json.dumps([record.attributes, record.identities], allow_nan=False).encode()


@given(
    st.dictionaries(
        st.sampled_from(["person", "loyalty", "a"]),
        st.dictionaries(st.sampled_from(["x", "y"]), st.integers() | st.text("ab"), max_size=2),
    )
)
def test_the_key_style_does_not_matter(attributes: dict[str, dict[str, Any]]) -> None:
    identity_map = {"Email": [{"id": "ann@example.org"}]}
    prefixed = {
        f"xdm:{key}": {f"xdm:{name}": value for name, value in inner.items()}
        for key, inner in attributes.items()
    }
    one = parse(document={"identityMap": identity_map, **attributes}, received_at=NOON)
    two = parse(document={"xdm:identityMap": identity_map, **prefixed}, received_at=NOON)
    assert one == two


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_refused_rows(data: bytes) -> None:
    list(read_rows(stream=BytesIO(data), format="jsonl"))
    with contextlib.suppress(UnreadableFile):
        list(read_rows(stream=BytesIO(data), format="csv"))
