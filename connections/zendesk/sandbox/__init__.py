"""A simulator of Zendesk Sell (Core API v2) for tests, demos and development.

`Sandbox` holds the state, `serve_in_thread(sandbox)` answers over HTTP from a daemon thread, the
`sandbox` command from a process of its own. How a fault is written: `faults`.
"""

from .clock import Clock
from .definitions import FieldDefinition, InvalidDefinitions
from .demo import DEMO_FIELDS, DEMO_TOKEN
from .faults import Fault, InvalidFault
from .journal import UnreadableJournal
from .requests_log import RequestRecord
from .server import PortInUse, RunningSandbox, serve_in_thread
from .state import Sandbox
from .switches import InvalidSwitch, Switches
from .tokens import InvalidToken

__all__ = [
    "DEMO_FIELDS",
    "DEMO_TOKEN",
    "Clock",
    "Fault",
    "FieldDefinition",
    "InvalidDefinitions",
    "InvalidFault",
    "InvalidSwitch",
    "InvalidToken",
    "PortInUse",
    "RequestRecord",
    "RunningSandbox",
    "Sandbox",
    "Switches",
    "UnreadableJournal",
    "serve_in_thread",
]
