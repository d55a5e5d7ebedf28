"""Sign a statement with an ed25519 key that lies in a file outside of the repository; the key itself is never shown."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_agentcompliance.errors import UsageError

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]

LARGEST = 64 * 1024  # bytes of a file with a key
MAKE = "make one by 'openssl genpkey -algorithm ed25519 -out FILE'"


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that was read. ``note`` is what a person is to be told of its file; empty where all is well."""

    note: str = ""
    key: "CryptoSigner | None" = field(default=None, repr=False)

    def sign(self, statement: bytes) -> bytes:
        """The statement in a DSSE envelope, as it is written down."""
        import json

        from securesystemslib.dsse import Envelope

        from pytest_agentcompliance.parsing.proofs.statement import PAYLOAD_TYPE

        assert self.key is not None
        envelope = Envelope(statement, PAYLOAD_TYPE, {})
        envelope.sign(self.key)
        return (json.dumps(envelope.to_dict(), indent=1) + "\n").encode()


def opened(file: Path, root: Path | None = None, option: str = "--key") -> Signer:
    """The key of a file, read before the command runs. ``root`` is the work tree; ``option`` named it. Raises ``UsageError``."""
    called = f"{option} {file}"
    if root is not None and file.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"{called}: it lies in the repository, where whoever works there can sign with it; move it out")
    note, data = "", b""
    try:
        with file.open("rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UsageError(f"{called}: it is no regular file")
            data = stream.read(LARGEST)
    except OSError as wrong:
        raise UsageError(f"{called}: {wrong.strerror}") from wrong
    if os.name == "posix" and status.st_mode & 0o077:
        note = f"{called}: others on this machine can read it; chmod 600 it"
    return Signer(note, _signer(data, called))


def sign(statement: bytes, key: str) -> bytes:
    """The statement in an envelope, signed with the key that lies in this file. Raises ``UsageError``."""
    return opened(Path(key)).sign(statement)


def _signer(data: bytes, called: str) -> "CryptoSigner":
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]
    except ImportError as wrong:
        raise UsageError(f"{called}: this needs what signs: pip install 'pytest-agentcompliance[signing]'") from wrong
    # What these libraries say of a key that they cannot read is not repeated: it may hold a part of it.
    try:
        private = load_pem_private_key(data, None)
    except TypeError:
        raise UsageError(f"{called}: it is locked with a passphrase; take that off for the machine that signs, or {MAKE}") from None
    except (ValueError, UnsupportedAlgorithm):
        what = "the public key; the private one signs" if b"BEGIN PUBLIC KEY" in data else f"no private key in PEM; {MAKE}"
        raise UsageError(f"{called}: it is {what}") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise UsageError(f"{called}: it is no ed25519 key; {MAKE}")
    return CryptoSigner(private)
