"""The token bucket: ten at once, ten a second, each token its own."""

from connections.zendesk.sandbox.limiter import TokenBuckets

from .caller import calling


def test_a_bucket_holds_ten_requests_and_refills_with_ten_a_second() -> None:
    buckets = TokenBuckets()
    assert sum(buckets.take(token="t", at=0.0) for _ in range(15)) == 10
    assert sum(buckets.take(token="t", at=0.5) for _ in range(15)) == 5
    assert sum(buckets.take(token="t", at=60.0) for _ in range(15)) == 10


def test_each_token_has_a_bucket_of_its_own() -> None:
    buckets = TokenBuckets()
    assert sum(buckets.take(token="a", at=0.0) for _ in range(11)) == 10
    assert buckets.take(token="b", at=0.0)


def test_a_throttled_request_changes_nothing() -> None:
    with calling(switches={"throttle_style": "empty429"}) as caller:
        for _ in range(12):
            caller.create(last_name="Ek")
        assert len(caller.sandbox.contacts) == 10
        caller.hands.now += 0.15
        assert caller.create(last_name="Ek").status == 200


def test_an_unauthorised_request_takes_nothing_from_the_bucket() -> None:
    with calling(switches={"throttle_style": "empty429"}) as caller:
        for _ in range(20):
            caller.call("GET", "/v2/users/self", headers={"Authorization": None})
        assert caller.get("/v2/users/self").status == 200
