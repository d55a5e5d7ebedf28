"""A record as an in-toto Statement v1, and back: what stands in a file of the folder of proofs.

A command that ran tests is a ``test-result``, every other one a ``link``. What has no place in a test result stands in its
``configuration``, under the names that a link has for it. Texts that are no UTF-8 are written with backslash escapes and with
their bytes in base64 beside.
"""

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC
from functools import lru_cache
from typing import Any

from pytest_agentcompliance.errors import AgentComplianceError
from pytest_agentcompliance.parsing.proofs.record import FileState, Record
from pytest_agentcompliance.parsing.work import Work

TYPE = "https://in-toto.io/Statement/v1"
LINK = "https://in-toto.io/attestation/link/v0.3"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
SUBJECT = "work tree"
BASE = "base"
COMMAND, BYPRODUCTS, ENVIRONMENT = "command", "byproducts", "environment"
GITLINK = "160000"
LIMIT = 16 * 1024 * 1024  # bytes of a statement
KEPT = 64 * 1024 * 1024  # bytes of statements whose reading is kept, for whoever asks again
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class Malformed(AgentComplianceError):
    """What was read is no statement of ours; the text is why, as a clause."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file of the folder of proofs holds: the record, the digest of its statement, and the envelope around it."""

    record: Record
    digest: str
    envelope: Mapping[str, Any] | None


class _Kept:
    """What was read, by the SHA-256 of its bytes: an audit asks for each proof where it lies, and again where scope is judged."""

    def __init__(self) -> None:
        self._opened: dict[bytes, Opened] = {}
        self._bytes = 0

    def opened(self, data: bytes) -> Opened:
        key = hashlib.sha256(data).digest()
        found = self._opened.get(key)
        if found is None:
            plain, envelope = payload(data)
            found = Opened(from_statement(plain), digest(plain), envelope)
            if self._bytes + len(data) <= KEPT:
                self._opened[key] = found
                self._bytes += len(data)
        return found


_KEPT = _Kept()


def opened(data: bytes) -> Opened:
    """The proof that a file holds. Raises ``Malformed``."""
    return _KEPT.opened(data)


def to_statement(record: Record) -> dict[str, Any]:
    """The statement of a record; what in-toto's own library reads without a complaint."""
    byproducts, environment, materials = _byproducts(record), _environment(record), _materials(record)
    command: dict[str, Any] = {"name": record.name, "command": [shown(word) for word in record.command]}
    kind, predicate = LINK, {**command, "materials": materials, BYPRODUCTS: byproducts, ENVIRONMENT: environment}
    if any(one.check == "tests" for one in record.work):
        said = ((COMMAND, command), (BYPRODUCTS, byproducts), (ENVIRONMENT, environment))
        configuration = [*({"name": name, "annotations": values} for name, values in said), *materials]
        kind, predicate = TEST_RESULT, {"result": result(record), "configuration": configuration}
    subject = {"name": SUBJECT, "digest": {"gitTree": record.tree}}
    return {"_type": TYPE, "subject": [subject], "predicateType": kind, "predicate": predicate}


def from_statement(data: bytes) -> Record:
    """The record that a statement holds. Raises ``Malformed``; keys that are not known are passed over."""
    from pytest_agentcompliance.parsing.proofs import spelling  # start-up time

    return spelling.record(_read(data))


def text(statement: Mapping[str, Any]) -> bytes:
    """The statement as it is written down: for people, and for their diffs."""
    return (json.dumps(statement, indent=1, ensure_ascii=False) + "\n").encode()


def digest(statement: bytes | Mapping[str, Any]) -> str:
    """The SHA-256 of a statement, whatever its line ends, its indentation and the order of its keys. Raises ``Malformed``."""
    whole = _read(statement) if isinstance(statement, bytes) else statement
    try:
        plain = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    except RecursionError as wrong:
        raise Malformed("it is no JSON") from wrong
    return hashlib.sha256(plain.encode("ascii")).hexdigest()


def document(data: bytes) -> Mapping[str, Any]:
    """The JSON object of a statement of any kind, each key in it once. Nobody changes it. Raises ``Malformed``."""
    return _read(data)


def sequence(data: bytes) -> int:
    """The number that a statement says it has in its chain, whatever else it says. Raises ``Malformed``."""
    found: Any = _read(data).get("predicate")
    listed = found.get("configuration") if isinstance(found, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("name") == ENVIRONMENT and "mode" not in (one.get("annotations") or {}):
            found = {ENVIRONMENT: one.get("annotations")}
            break
    for key in (ENVIRONMENT, "chain", "sequence"):
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise Malformed("it has no number")
    return found


def payload(data: bytes) -> tuple[bytes, dict[str, Any] | None]:
    """The statement of a file, and the DSSE envelope around it; None where it stands bare. Raises ``Malformed``."""
    whole = _read(data)
    if "_type" in whole or not {"payload", "payloadType"} & whole.keys():
        return data, None
    if whole.get("payloadType") != PAYLOAD_TYPE:
        raise Malformed("it is an envelope around something else than an in-toto statement")
    inside = whole.get("payload")
    if not isinstance(inside, str):
        raise Malformed("its envelope has no payload")
    try:
        # The specification of DSSE takes both alphabets.
        return base64.b64decode(inside.replace("-", "+").replace("_", "/"), validate=True), whole
    except (binascii.Error, ValueError) as wrong:
        raise Malformed("the payload of its envelope is no base64") from wrong


def result(record: Record) -> str:
    """What a test result says in one word: work that was none is no pass."""
    if record.exit_code != 0 or record.ended != "exit" or any(one.failing for one in record.work):
        return "FAILED"
    return "WARNED" if any(one.idle for one in record.work) else "PASSED"


def shown(word: str) -> str:
    """A text that may hold bytes which are no UTF-8, with escapes in their place."""
    return raw(word).decode("utf-8", "backslashreplace")


def raw(word: str) -> bytes:
    """The bytes of an argument or a path."""
    try:
        return word.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte
        return word.encode("utf-8", "surrogatepass")


def _byproducts(record: Record) -> dict[str, Any]:
    output = {one.name: getattr(record.output, one.name) for one in fields(record.output)}
    changed = [{"path": shown(path), **_bytes("path_bytes", path)} for path in record.changed]
    return {
        "exit_code": record.exit_code,
        **({"return-value": record.exit_code} if record.exit_code is not None else {}),  # as other tools of in-toto call it
        "ended": record.ended,
        "work": [_work(one) for one in record.work],
        "output": output,
        "changed": changed,
    }


def _work(one: Work) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in (field.name for field in fields(one))}
    return {name: value for name, value in values.items() if value is not None}


def _environment(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = {
        "started": record.started.astimezone(UTC).isoformat(),
        "seconds": record.seconds,
        "folder": shown(record.folder),
        "tools": dict(record.tools),
        "lockfiles": [
            {"path": shown(path), "sha256": sha256, **_bytes("path_bytes", path)} for path, sha256 in record.lockfiles.items()
        ],
        "patch_id": record.patch_id,
        "files": record.files is not None,  # whether the materials hold all paths that differ from base
        "chain": {"sequence": record.sequence, "previous": record.previous, "rerun_of": record.rerun_of},
        "version": record.version,
    }
    found |= _bytes("folder_bytes", record.folder)
    if any(_bytes("", word) for word in record.command):
        found["command_bytes"] = [_base64(word) for word in record.command]
    return found


def _materials(record: Record) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if record.base or record.base_tree:
        found.append({"name": BASE, "digest": {"gitCommit": record.base, "gitTree": record.base_tree}})
    return found + [_material(path, state) for path, state in (record.files or {}).items()]


def _material(path: str, state: FileState) -> dict[str, Any]:
    kind = "gitCommit" if state.mode == GITLINK else "gitBlob"
    digest = {"digest": {kind: state.oid}} if state.oid else {}
    return {
        "name": shown(path), **digest, "annotations": {"mode": state.mode, "patch": state.patch, **_bytes("path_bytes", path)}
    }  # fmt: skip


def _bytes(key: str, word: str) -> dict[str, str]:
    """The bytes of a text beside it, where it is no UTF-8."""
    return {key: _base64(word)} if shown(word) != word else {}


def _base64(word: str) -> str:
    return base64.b64encode(raw(word)).decode("ascii")


@lru_cache(maxsize=2)  # a file and what its envelope holds are asked for several things, one after the other
def _read(data: bytes) -> dict[str, Any]:
    """What nobody changes: others are given the same."""
    if len(data) > LIMIT:
        raise Malformed(f"it has more than {LIMIT >> 20} MiB")
    try:
        found = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_once, parse_float=_number, parse_constant=_number
        )  # fmt: skip
        if isinstance(found, dict):
            if _SURROGATE.search(data):
                json.dumps(found, ensure_ascii=False).encode()  # half of a pair of surrogates is no text
            return found
    except Malformed:
        raise
    except UnicodeError as wrong:
        raise Malformed("it is not UTF-8") from wrong
    except (ValueError, RecursionError) as wrong:
        raise Malformed("it is no JSON") from wrong
    raise Malformed("it is no JSON object")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):  # two readers would see two things
        names = [name for name, _ in pairs]
        raise Malformed(f"it has the key {next(name for name in names if names.count(name) > 1)[:40]!r} twice")
    return found


def _number(number: str) -> float:
    found = float(number)
    if not math.isfinite(found):
        raise Malformed("it has a number that is none")
    return found
