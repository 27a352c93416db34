"""JSON text to values, without what JSON forbids and Python allows."""

import json
from typing import Any, NoReturn

from activations.profiles.problems import Rejected


def _refuse_constant(name: str) -> NoReturn:
    raise Rejected(code="invalid-json", message=f"{name} is not a JSON value")


# Built once: `json.loads` with an option builds a decoder for every call.
_decoder = json.JSONDecoder(parse_constant=_refuse_constant)


def decode(*, data: bytes) -> Any:
    """The value of one JSON text in UTF-8. Raises `Rejected`."""
    try:
        return _decoder.decode(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        place = f"byte {error.start + 1}"
        raise Rejected(code="not-utf8", message=f"not UTF-8 at {place}") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Rejected(code="invalid-json", message=f"{error.msg} at {place}") from error
    except RecursionError as error:
        raise Rejected(code="too-deep", message="nested too deeply") from error
    except ValueError as error:
        # Python refuses to read integers of more than 4,300 digits.
        raise Rejected(code="number-too-large", message="a number is too long") from error
