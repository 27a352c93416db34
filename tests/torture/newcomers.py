"""People whom the old release takes in while the schema is the new one: it makes their rows."""

from tests.torture.people import Change, People, email
from tests.torture.setting import VIP
from tests.torture.trial import Trial

# Far from everybody else's numbers.
FIRST = 600_000_000


class Newcomers:
    """They arrive several times, each time others."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._count = trial.size(200, quick=20)
        self._planned = self._profiles = self._deliveries = 0

    def arrive(self) -> None:
        """Through the web process there is. What it stored of them is counted at once."""
        first = FIRST + self._planned
        self._planned += self._count
        people = People(seed=self._trial.seed, first=first)
        self._trial.feed().send(map(_member, people.changes(count=self._count)))
        emails = [email(number) for number in range(first, first + self._count)]
        self._profiles += self._stored("activations_profile p", emails)
        self._deliveries += self._stored(
            "activations_delivery d JOIN activations_profile p ON p.id = d.profile_id", emails
        )

    def judge(self) -> None:
        for rows, seen in (("profiles", self._profiles), ("deliveries", self._deliveries)):
            name = f"{rows} made by the old release, new schema"
            self._trial.seen(name, planned=self._planned, seen=seen)

    def _stored(self, rows: str, emails: list[str]) -> int:
        ask = f"SELECT count(*) FROM {rows} WHERE p.email = ANY(%s)"
        return int(self._trial.ground.sql(ask, [emails])[0][0])


def _member(change: Change) -> Change:
    """Somebody for whom a delivery must be made."""
    change.document["person"]["name"]["lastName"] = f"Ek{change.number}"
    change.document["segmentMembership"]["ups"][VIP]["status"] = "realized"
    return change
