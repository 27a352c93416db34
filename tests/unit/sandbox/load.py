"""How many upserts a second does the sandbox answer? `python -m tests.unit.sandbox.load`.

A few keep-alive connections, one request in flight on each; the server runs in a process of its
own, bound to one core. On a busy machine the second figure tells more: upserts for each second
that core really worked for the sandbox.
"""

import asyncio
import json
import multiprocessing
import os
import socket
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

from connections.zendesk.sandbox import DEMO_TOKEN, Sandbox, Switches
from connections.zendesk.sandbox.server import bind, serve


def _request(number: int) -> bytes:
    email = f"person.{number}@example.org"
    fields = {"VIP audience": "realized", "Loyalty tier": "gold"}
    data = {"first_name": "Ann", "last_name": "Ek", "email": email, "custom_fields": fields}
    body = json.dumps({"data": data}).encode()
    head = (
        f"POST /v2/contacts/upsert?email={email}&is_organization=false HTTP/1.1\r\n"
        "Host: localhost\r\nUser-Agent: load/1.0\r\nAccept: application/json\r\n"
        f"Authorization: Bearer {DEMO_TOKEN}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _serve(channel: Connection) -> None:
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    sandbox = Sandbox(switches=Switches(throttle_style="off"))
    listener = bind(host="127.0.0.1", port=0)
    channel.send(listener.getsockname()[1])
    asyncio.run(_serve_and_report(sandbox, listener, channel))


async def _serve_and_report(sandbox: Sandbox, listener: socket.socket, channel: Connection) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(channel.fileno(), ended.set)
    before = time.process_time()
    await serve(sandbox=sandbox, listener=listener, ended=ended)
    channel.send(time.process_time() - before)


async def _talk(port: int, requests: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
    writer.close()


async def _run(port: int, requests: list[bytes], connections: int) -> float:
    started = time.perf_counter()
    shares = [requests[place::connections] for place in range(connections)]
    await asyncio.gather(*(_talk(port, share) for share in shares))
    return time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class Measurement:
    upserts: int
    wall_seconds: float
    cpu_seconds: float

    def __str__(self) -> str:
        per_second = self.upserts / self.wall_seconds
        per_cpu_second = self.upserts / self.cpu_seconds
        return f"{per_second:,.0f} upserts per second, {per_cpu_second:,.0f} per CPU second"


def measure(*, upserts: int = 12_000, connections: int = 4) -> Measurement:
    """Two of three upserts create a contact, the others update one."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("fork").Process(target=_serve, args=(theirs,))
    server.start()
    try:
        requests = [_request(number * 2 // 3) for number in range(upserts)]
        wall_seconds = asyncio.run(_run(ours.recv(), requests, connections))
        ours.send("end")
        return Measurement(upserts, wall_seconds, ours.recv())
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    sys.stdout.write(f"{measure()}\n")
