"""What must not, or need not, stand in the log."""

import logging


class WithoutSignInSecrets(logging.Filter):
    """Leaves the secret of a sign-in link out of what Django says of a refused request.

    Also of one that never worked: of a link that was mistyped most is right.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        secret = match.kwargs.get("secret") if match is not None else None
        if secret and isinstance(record.args, tuple):
            record.args = tuple(
                argument.replace(secret, "***") if isinstance(argument, str) else argument
                for argument in record.args
            )
        return True


class RefusalsInALine(logging.Filter):
    """Leaves out where in the code a request was refused (4xx): nothing failed there."""

    def filter(self, record: logging.LogRecord) -> bool:
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = record.exc_text = None
        return True
