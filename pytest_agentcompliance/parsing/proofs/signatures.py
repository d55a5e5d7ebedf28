"""Who signed a proof: the DSSE envelope around a statement, held to the keys that base trusts.

A key id is a hint that nothing protects, so each signature is tried by every key. What is signed by a key that base does not
trust says nothing: it may be anybody's, the run's own too. What claims to be by a key that base trusts, and is not, is broken.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_agentcompliance.parsing.proofs.statement import PAYLOAD_TYPE

if TYPE_CHECKING:
    from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

MOST = 8  # signatures of one envelope
SIZE = 64  # bytes of one by ed25519
INSTALL = "the signature was not checked: install pytest-agentcompliance[signing]"


@dataclass(frozen=True, slots=True)
class Signed:
    """``by`` is the name of a key that base trusts, empty where none signed; ``why`` is then what is to be said, as a clause.

    ``broken``: the envelope is wrong in a way that honest ones are not, and what it holds counts for nothing.
    """

    by: str = ""
    why: str = ""
    broken: bool = False


def verify(envelope: Mapping[str, Any], keys: Mapping[str, str]) -> Signed:
    """``keys`` are those of base: name to public key. Never raises, whatever the envelope is."""
    try:
        signed = list(_signatures(envelope))
        payload = decoded(envelope.get("payload"))
    except ValueError as wrong:
        return Signed(why=str(wrong), broken=True)
    if envelope.get("payloadType") != PAYLOAD_TYPE:
        return Signed(why="its envelope is around something else than an in-toto statement", broken=True)
    if not keys:
        return Signed(why="it is signed, and base's policy trusts no key")
    try:
        from securesystemslib.dsse import Envelope  # start-up time: where there is a signature, and a key to hold it to

        trusted = dict(_trusted(keys))
    except ImportError:
        return Signed(why=INSTALL)
    data = Envelope(payload, PAYLOAD_TYPE, {}).pae()
    by = [next((name for name, key in trusted.items() if _is_by(key, one, data)), "") for one in signed]
    for (keyid, _), found in zip(signed, by, strict=True):
        claimed = next((name for name, key in trusted.items() if keyid and keyid in (name, key.keyid)), "")
        if claimed and not found:
            return Signed(why=f"it claims to be by the key {claimed}, and is not", broken=True)
    if name := next(filter(None, by), ""):
        return Signed(by=name)
    return Signed(why="it is signed by a key that base does not trust")


def decoded(text: Any) -> bytes:
    """What base64 holds, in either of its alphabets, as DSSE allows. Raises ``ValueError`` with what is wrong, as a clause."""
    if not isinstance(text, str):
        raise ValueError("its envelope has no payload")
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise ValueError("the payload of its envelope is no base64") from wrong


def _signatures(envelope: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Each signature with the key id that it claims. Raises ``ValueError``."""
    listed = envelope.get("signatures")
    if not isinstance(listed, list) or not listed:
        raise ValueError("its envelope has no signature")
    if len(listed) > MOST:
        raise ValueError(f"its envelope has more than {MOST} signatures")
    for one in listed:
        keyid, text = (one.get("keyid", ""), one.get("sig")) if isinstance(one, dict) else (None, None)
        if not isinstance(keyid, str | None) or not isinstance(text, str):
            raise ValueError("a signature of its envelope is none")
        try:
            yield keyid or "", decoded(text)
        except ValueError as wrong:
            raise ValueError("a signature of its envelope is no base64") from wrong


def _trusted(keys: Mapping[str, str]) -> "Iterator[tuple[str, SSlibKey]]":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

    from pytest_agentcompliance.parsing.proofs.keys import public

    for name, text in keys.items():
        try:
            key = Ed25519PublicKey.from_public_bytes(public(text))
        except ValueError:
            continue  # the policy could not have been read with it
        yield name, SSlibKey.from_crypto(key)


def _is_by(key: "SSlibKey", signature: tuple[str, bytes], data: bytes) -> bool:
    from securesystemslib.exceptions import UnverifiedSignatureError
    from securesystemslib.signer import Signature  # type: ignore[attr-defined]

    if len(signature[1]) != SIZE:
        return False
    try:
        key.verify_signature(Signature(key.keyid, signature[1].hex()), data)
    except UnverifiedSignatureError:
        return False
    return True
