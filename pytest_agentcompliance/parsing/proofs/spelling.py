"""How a statement of ours is spelled: the models that stand at the door of a file that claims to be a proof."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pytest_agentcompliance.parsing.proofs import statement
from pytest_agentcompliance.parsing.proofs.record import FileState, Output, Record
from pytest_agentcompliance.parsing.proofs.statement import Malformed
from pytest_agentcompliance.parsing.work import Check, Work

MOST = 2**53 - 1  # above it readers of JSON disagree
LONGEST = 512 * 1024  # characters of a word or a path
MODE = re.compile(r"0|[0-7]{5,6}")


def _id(text: str) -> str:
    if text and (len(text) not in (40, 64) or set(text) - set("0123456789abcdef")):
        raise ValueError("it is no object id")
    return text


def _sha256(text: str) -> str:
    if text and (len(text) != 64 or set(text) - set("0123456789abcdef")):
        raise ValueError("it is no SHA-256")
    return text


def _file(name: str) -> str:
    """The output lies beside its proof, and nowhere else."""
    if name and (set(name) & set("/\\:\0") or name.startswith(".") or not name.isprintable()):
        raise ValueError("it is no name of a file")
    return name


def _time(value: Any) -> Any:
    """pydantic would take a number for seconds since 1970."""
    if not isinstance(value, str):
        raise ValueError("it is no time")
    found = datetime.fromisoformat(value)
    try:
        found.astimezone(UTC)
    except OverflowError as wrong:  # a year that no other zone has
        raise ValueError("it is no time") from wrong
    return found


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise ValueError("it is no base64") from wrong


Id = Annotated[str, AfterValidator(_id)]
Sha256 = Annotated[str, AfterValidator(_sha256)]
Base64 = Annotated[str, Field(max_length=64 * 1024)]
Count = Annotated[int, Field(ge=0, le=MOST)]
Word = Annotated[str, Field(max_length=LONGEST)]
Short = Annotated[str, Field(max_length=500)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _Path(_Model):
    path: Word
    path_bytes: Base64 | None = None
    sha256: Sha256 = ""


class _Digest(_Model):
    git_tree: Id = Field("", alias="gitTree")
    git_commit: Id = Field("", alias="gitCommit")


class _Subject(_Model):
    digest: _Digest


class _Work(_Model):
    tool: Short
    check: Check
    passed: Count | None = None
    failed: Count | None = None
    skipped: Count | None = None
    collected: Count | None = None
    selected: Count | None = None
    errors: Count | None = None
    warnings: Count | None = None
    closed: bool = True


class _Output(_Model):
    file: Annotated[Short, AfterValidator(_file)] = ""
    sha256: Sha256 = ""
    bytes: Count = 0
    cut: Count = 0
    masked: Count = 0


class _Byproducts(_Model):
    exit_code: Annotated[int, Field(ge=-MOST, le=MOST)] | None
    ended: Literal["exit", "signal", "timeout", "not started"]
    work: list[_Work] = []
    output: _Output = _Output()
    changed: list[_Path] = []


class _Chain(_Model):
    sequence: Annotated[int, Field(ge=1, le=MOST)]
    previous: Sha256 = ""
    rerun_of: Sha256 = ""


class _Environment(_Model):
    started: Annotated[AwareDatetime, BeforeValidator(_time)]
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    folder: Word = ""
    folder_bytes: Base64 | None = None
    command_bytes: list[Base64] | None = None
    tools: dict[Short, Short] = {}
    lockfiles: list[_Path] = []
    patch_id: Id = ""
    files: bool = True
    chain: _Chain
    version: Short = ""


class _Link(_Model):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    command: Annotated[list[Word], Field(min_length=1)]
    materials: list[Any] = []  # there may be thousands, which are read by hand
    byproducts: _Byproducts
    environment: _Environment


class _Statement(_Model):
    type: str = Field(alias="_type")
    subject: Annotated[list[_Subject], Field(min_length=1, max_length=1)]
    predicate_type: str = Field(alias="predicateType")
    predicate: dict[str, Any]


def record(found: dict[str, Any]) -> Record:
    """The record that a statement holds. Raises ``Malformed``."""
    if found.get("_type") != statement.TYPE:
        raise Malformed("it is no in-toto statement")
    try:
        whole = _Statement.model_validate(found)
        if whole.predicate_type not in (statement.LINK, statement.TEST_RESULT):
            raise Malformed("it is a statement of another kind than a link or a test result")
        tests = whole.predicate_type == statement.TEST_RESULT
        link = _Link.model_validate(_as_link(whole.predicate) if tests else whole.predicate)
        made = _made(whole.subject[0].digest.git_tree, link)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Malformed(f"{place[:120]}: {first['msg']}") from wrong
    if tests != any(one.check == "tests" for one in made.work):
        raise Malformed("it is a test result without tests" if tests else "it ran tests and is no test result")
    if tests and whole.predicate.get("result") != statement.result(made):
        raise Malformed("its result is not what its exit code and its counts say")
    return made


def _as_link(predicate: dict[str, Any]) -> dict[str, Any]:
    """A test result in the words of a link."""
    listed = predicate.get("configuration")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Malformed("its test result has no configuration")
    ours = (statement.COMMAND, statement.BYPRODUCTS, statement.ENVIRONMENT)
    head, materials = listed[: len(ours)], listed[len(ours) :]
    if tuple(one.get("name") for one in head) != ours:
        raise Malformed(f"the configuration of its test result does not begin with {', '.join(ours)}")
    command, byproducts, environment = (one.get("annotations") for one in head)
    if not isinstance(command, dict):
        raise Malformed("its test result names no command")
    return {**command, "materials": materials, "byproducts": byproducts, "environment": environment}


def _made(tree: str, link: _Link) -> Record:
    by, env = link.byproducts, link.environment
    base, files = _materials(link.materials)
    if env.command_bytes is not None and len(env.command_bytes) != len(link.command):
        raise Malformed("its command and the bytes of its command have not as many words")
    given: Sequence[str | None] = env.command_bytes or [None] * len(link.command)
    return Record(
        name=link.name,
        command=tuple(_text(word, of) for word, of in zip(link.command, given, strict=True)),
        started=env.started.astimezone(UTC),
        seconds=env.seconds,
        exit_code=by.exit_code,
        ended=by.ended,
        folder=_text(env.folder, env.folder_bytes),
        tree=tree,
        base=base.git_commit,
        base_tree=base.git_tree,
        patch_id=env.patch_id,
        files=files if env.files else None,
        changed=tuple(_text(one.path, one.path_bytes) for one in by.changed),
        work=tuple(Work(**one.model_dump()) for one in by.work),
        output=Output(**by.output.model_dump()),
        tools=dict(env.tools),
        lockfiles={_text(one.path, one.path_bytes): one.sha256 for one in env.lockfiles},
        sequence=env.chain.sequence,
        previous=env.chain.previous,
        rerun_of=env.chain.rerun_of,
        version=env.version,
    )


def _materials(found: Iterable[Any]) -> tuple[_Digest, dict[str, FileState]]:
    """Base, which stands first where it is there, and each path. Raises ``Malformed``."""
    base, files = _Digest.model_validate({}), dict[str, FileState]()
    for k, one in enumerate(found):
        if not isinstance(one, dict):
            raise Malformed(f"its material {k + 1} is none")
        said, digest = one.get("annotations"), one.get("digest", {})
        if said is None:
            if k:
                raise Malformed("it has a material that is neither base nor a path with its mode")
            base = _Digest.model_validate(digest)
            continue
        name = one.get("name", "")
        if not (isinstance(name, str) and isinstance(said, dict) and isinstance(digest, dict)) or len(name) > LONGEST:
            raise Malformed(f"its material {k + 1} is no path with its mode")
        encoded = said.get("path_bytes")
        if encoded is not None and not (isinstance(encoded, str) and len(encoded) <= 2 * LONGEST):
            raise Malformed(f"{name[:80]}: the bytes beside it are no base64")
        path = _text(name, encoded)
        if path in files:
            raise Malformed("it names a path twice")
        mode = said.get("mode")
        oid = digest.get("gitCommit" if mode == statement.GITLINK else "gitBlob", "")
        try:
            files[path] = _state(mode, oid, said.get("patch", ""))
        except (TypeError, ValueError) as wrong:  # the type: what cannot be asked for again is no text either
            raise Malformed(f"{name[:80]}: its mode, its id or its digest is none") from wrong
    return base, files


@lru_cache(maxsize=1 << 14)
def _state(mode: Any, oid: Any, patch: Any) -> FileState:
    """One that most proofs of a run have in common is made once. Raises ``ValueError`` and ``TypeError``."""
    if not (isinstance(mode, str) and isinstance(oid, str) and isinstance(patch, str) and MODE.fullmatch(mode)):
        raise ValueError("it is no state of a file")
    return FileState(mode, _id(oid), _sha256(patch))


def _text(shown: str, encoded: str | None) -> str:
    """A text that may stand escaped, with its bytes beside."""
    if encoded is None:
        return shown
    try:
        found = _decoded(encoded).decode("utf-8", "surrogateescape")
    except ValueError as wrong:
        raise Malformed(f"{shown[:80]}: the bytes beside it are no base64") from wrong
    if statement.shown(found) != shown:
        raise Malformed(f"{shown[:80]}: the bytes beside it are those of another text")
    return found
