"""A mail server for tests: SMTP over a real socket, well or badly behaved."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any


@dataclass
class MailServer:
    """What came in, as (recipient, mail). `refuse` is the answer to a recipient it names."""

    port: int = 0
    received: list[tuple[str, Message]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, Any]:
        """Django's settings that lead here."""
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": self.port,
            "EMAIL_HOST_USER": "",
            "EMAIL_HOST_PASSWORD": "",
            "EMAIL_IS_ON": True,
        }


@contextmanager
def serve() -> Iterator[MailServer]:
    """Until the block ends, on a free port of loopback."""
    mail = MailServer()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            _talk(self, mail)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Talk) as server:
        mail.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield mail
        server.shutdown()
        thread.join()


def _talk(line: socketserver.StreamRequestHandler, mail: MailServer) -> None:
    def say(text: str) -> None:
        line.wfile.write(f"{text}\r\n".encode())

    say("220 mail.example.org ready")
    recipient = ""
    while raw := line.rfile.readline():
        verb, _, rest = raw.decode().strip().partition(" ")
        match verb.upper():
            case "EHLO" | "HELO":
                say("250 mail.example.org")
            case "RCPT":
                recipient = rest.partition("<")[2].partition(">")[0]
                say(mail.refuse.get(recipient, "250 fine"))
            case "DATA":
                say("354 go on")
                mail.received.append((recipient, _mail(line)))
                say("250 taken")
            case "QUIT":
                say("221 bye")
                return
            case _:
                say("250 fine")


def _mail(line: socketserver.StreamRequestHandler) -> Message:
    data = b""
    while (raw := line.rfile.readline()) not in (b".\r\n", b""):
        data += raw.removeprefix(b".")
    return message_from_bytes(data, policy=default)
