"""Public keys as a policy spells them: ed25519, as ``openssl pkey -pubout`` prints them."""

import base64
import binascii
import hashlib
import re

HOW = "write the public key as 'openssl pkey -in FILE -pubout' prints it, below 'NAME: |'"
# What stands before the 32 bytes of every such key, as DER (RFC 8410).
_PREFIX = bytes.fromhex("302a300506032b6570032100")
_PEM = re.compile(r"\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]{40,200})-----END PUBLIC KEY-----\s*")
# The line that every private key begins with, with a key behind it, and the beginning of an ed25519 one that has lost it.
_PRIVATE = re.compile(
    rb"-----BEGIN [A-Z0-9 ]{0,20}PRIVATE KEY-----[\s\\nr]{0,80}(?:[A-Za-z0-9+/]{16}|Proc-Type)|MC4CAQAwBQYDK2VwBCIEI"
)


def public(text: str) -> bytes:
    """The 32 bytes of a key. Raises ``ValueError``, which does not repeat what was written."""
    if private_at(text.encode("utf-8", "replace")):
        raise ValueError(f"this is a PRIVATE key; take it out and make a new pair: {HOW}")
    found = _PEM.fullmatch(text)
    if found is None:
        said = "this is a key of ssh's" if text.lstrip().startswith("ssh-") else "this is no public key"
        raise ValueError(f"{said}; {HOW}")
    try:
        der = base64.b64decode("".join(found[1].split()), validate=True)
    except binascii.Error as wrong:
        raise ValueError(f"this public key is cut or altered; {HOW}") from wrong
    if len(der) != len(_PREFIX) + 32 or not der.startswith(_PREFIX):
        raise ValueError("this is no ed25519 key; make one by 'openssl genpkey -algorithm ed25519 -out FILE'")
    return der[len(_PREFIX) :]


def private_at(data: bytes) -> int:
    """The line, counted from 1, on which something looks like a private key; 0 where nothing does."""
    found = _PRIVATE.search(data)
    return data.count(b"\n", 0, found.start()) + 1 if found else 0


def fingerprint(key: bytes) -> str:
    """How a key is called where its name does not do: the SHA-256 of its DER, as ``openssl pkey -outform DER`` has it."""
    return hashlib.sha256(_PREFIX + key).hexdigest()
