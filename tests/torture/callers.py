"""Who sent a request? Each worker is known by the ports its connections to Zendesk leave from."""

from collections.abc import Iterable, Mapping, Sequence

from tests.torture.beside import Onlooker
from tests.torture.crew import Crew
from tests.torture.ledger import Request

EVERY_SECONDS = 0.05


class Callers(Onlooker):
    """Notes whose each port is. A connection lives for many requests; what came over one that
    nobody saw is nobody's."""

    def __init__(self, *, crew: Crew, port: int) -> None:
        super().__init__(name="callers", every_seconds=EVERY_SECONDS)
        self._crew, self._port = crew, port
        # By port, the name of the worker.
        self.names: dict[int, str] = {}

    def look(self) -> None:
        for member in list(self._crew.members):
            for port in member.ports_to(port=self._port):
                self.names[port] = member.name


def writes(requests: Iterable[Request], *, names: Mapping[int, str]) -> dict[str, list[float]]:
    """By worker, the wall seconds at which Zendesk took its writes, in order."""
    found: dict[str, list[float]] = {name: [] for name in names.values()}
    for request in requests:
        if request.is_write and request.client_port in names:
            found[names[request.client_port]].append(request.accepted_at)
    return {name: sorted(times) for name, times in found.items()}


def slowest_return(
    sent: Mapping[str, Sequence[float]], *, workers: Iterable[str], since: Iterable[float]
) -> float:
    """The longest time that any of these workers took from one of these instants to its next
    write; infinite when one never wrote again."""
    instants = list(since)
    return max(
        next((time for time in sent.get(name, ()) if time >= at), float("inf")) - at
        for name in workers
        for at in instants
    )
