"""How an address of ours speaks of a person: neither by e-mail address nor by row number."""

from typing import Final

from django.core.signing import BadSignature, Signer

_signer: Final = Signer(salt="activations.person", sep="~")


def to(*, profile_id: int) -> str:
    """What stands in the address."""
    return _signer.sign(str(profile_id))


def read(*, reference: str) -> int | None:
    """The profile's id; None for a reference that is not ours."""
    try:
        return int(_signer.unsign(reference))
    except (BadSignature, ValueError):
        return None
