"""Runs the Zendesk Sell simulator in this process, until SIGTERM or SIGINT."""

import argparse
import socket
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser, DjangoHelpFormatter

from connections.management.command import Problem, ProductCommand, UsageProblem
from connections.zendesk.sandbox import (
    DEMO_FIELDS,
    DEMO_TOKEN,
    FieldDefinition,
    InvalidDefinitions,
    InvalidFault,
    InvalidSwitch,
    InvalidToken,
    Sandbox,
    Switches,
    UnreadableJournal,
    faults,
    server,
    switches,
)
from connections.zendesk.sandbox.definitions import read_file


class _Formatter(argparse.RawDescriptionHelpFormatter, DjangoHelpFormatter):
    """Keeps the lines of the table of faults."""


class Command(ProductCommand):
    help = "Runs a simulator of Zendesk Sell (Core API v2): for tests, demos and development."
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=_Formatter, epilog=faults.__doc__, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="listen here (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8090, help="and here (8090; 0: any)")
        parser.add_argument(
            "--token", action="append", metavar="T", help="accept this token; repeatable (demo)"
        )
        parser.add_argument(
            "--fields", type=Path, metavar="FILE", help="custom-field definitions, JSON (demo's)"
        )
        parser.add_argument(
            "--fault", action="append", default=[], metavar="SPEC", help="see below; repeatable"
        )
        parser.add_argument(
            "--journal", type=Path, metavar="FILE", help="keep records over restarts in this file"
        )
        parser.add_argument(
            "--ledger", type=Path, metavar="FILE", help="append one JSON line per request"
        )
        for switch in fields(Switches):
            _add_switch(parser, switch.name, switch.default)

    def handle(self, *args: Any, **options: Any) -> None:
        tokens = options["token"] or [DEMO_TOKEN]
        listener = _listener(options["host"], options["port"])
        try:
            sandbox = _sandbox(tokens, options)
        except (UsageProblem, OSError):
            listener.close()
            raise
        url = server.address(host=options["host"], port=listener.getsockname()[1])
        server.serve_until_signal(
            sandbox=sandbox, listener=listener, is_ready=lambda: self._announce(url, tokens)
        )
        self.warn("The sandbox has ended.")

    def _announce(self, url: str, tokens: Sequence[str]) -> None:
        self.emit({"url": url, "tokens": list(tokens)})
        self.say(f"Zendesk Sell sandbox (a simulator) at {url}")
        for token in tokens:
            self.say(f"  token {token}")
        self.stdout.flush()


def _add_switch(parser: CommandParser, name: str, default: Any) -> None:
    meaning = switches.MEANINGS[name]
    shown = str(default).lower() if isinstance(default, bool) else str(default)
    choices = switches.CHOICES.get(name)
    listed = "" if choices is None else ": " + ", ".join(str(item).lower() for item in choices)
    parser.add_argument(
        f"--{name.replace('_', '-')}",
        dest=name,
        default=shown,
        metavar="SETTING" if choices else "MS",
        help=f"{meaning}{listed} ({shown})",
    )


def _listener(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise _usage("--port", f"{port} is no port: 0 to 65535.")
    try:
        return server.bind(host=host, port=port)
    except OSError as error:
        raise _usage("--port", f"Cannot listen there: {error.strerror}") from error


def _sandbox(tokens: Sequence[str], options: dict[str, Any]) -> Sandbox:
    try:
        sandbox = Sandbox(
            tokens=tokens,
            fields=_fields(options["fields"]),
            switches=_switches(options),
            journal=options["journal"],
            ledger=options["ledger"],
        )
        for spec in options["fault"]:
            sandbox.add_fault(spec)
    except InvalidDefinitions as error:
        raise _usage("--fields", str(error)) from error
    except InvalidToken as error:
        raise _usage("--token", str(error)) from error
    except InvalidFault as error:
        raise _usage("--fault", str(error)) from error
    except UnreadableJournal as error:
        raise _usage("--journal", str(error)) from error
    except OSError as error:
        raise _usage(str(error.filename), str(error.strerror)) from error
    return sandbox


def _fields(path: Path | None) -> tuple[FieldDefinition, ...]:
    return DEMO_FIELDS if path is None else read_file(path=path)


def _switches(options: dict[str, Any]) -> Switches:
    settings = {switch.name: options[switch.name] for switch in fields(Switches)}
    try:
        return switches.parse(settings=settings)
    except InvalidSwitch as error:
        place, _, _ = str(error).partition(" ")
        raise _usage(f"--{place.replace('_', '-')}", str(error)) from error


def _usage(place: str, message: str) -> UsageProblem:
    return UsageProblem(problems=[Problem(place, message)])
