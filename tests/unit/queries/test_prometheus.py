"""Prometheus' text format."""

from activations.queries import prometheus
from activations.queries.prometheus import Family, Sample


def test_a_family_has_its_head_and_a_line_for_each_sample() -> None:
    family = Family("jobs", "gauge", "Jobs.", [Sample({"lane": "live"}, 3), Sample({}, 0.5)])

    assert prometheus.text(families=[family]) == (
        '# HELP jobs Jobs.\n# TYPE jobs gauge\njobs{lane="live"} 3\njobs{} 0.500\n'
    )


def test_labels_are_escaped() -> None:
    family = Family("jobs", "gauge", "Jobs.", [Sample({"name": 'a "b" \\ \n'}, 1)])

    assert list(family.lines())[-1] == 'jobs{name="a \\"b\\" \\\\ \\n"} 1'


def test_the_buckets_of_a_histogram_add_up_and_end_with_all_of_them() -> None:
    samples = prometheus.histogram(
        labels={"to": "x"}, counts={"1": 2, "+Inf": 3}, bounds=("0.5", "1", "+Inf"), total=12.5
    )

    assert [(s.suffix, s.labels.get("le"), s.value) for s in samples] == [
        ("_bucket", "0.5", 0),
        ("_bucket", "1", 2),
        ("_bucket", "+Inf", 5),
        ("_sum", None, 12.5),
        ("_count", None, 5),
    ]
