"""A bundle that somebody broke, or made to break us: a clear word and an exit code, and nothing on the disk."""

import gzip
import io
import json
import os
import random
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pytest_agentcompliance import bundle, engine
from pytest_agentcompliance.bundle import archive, codec, seal
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.errors import AgentComplianceError, EvidenceError
from pytest_agentcompliance.reporters import formats
from tests.conftest import new_repo

PROFILE = """\
spec: what an agent was told
clauses:
  G-01: {says: "Only the backend changes", rules: {scope/allowed-paths: {allowed: ["src/**"]}}}
  G-02: {says: "No markers", rules: {content/todo: {}, security/secrets: {}}}
  G-03: {says: "Once", rules: {architecture/duplicate-symbol: {}, log/chunk-size: {}}}
evidence: {log: LOG.md}
"""
Members = dict[str, bytes]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A bundle of a small run, as a plain tar."""
    folder = tmp_path_factory.mktemp("sound")
    repo = new_repo(folder / "repo")
    repo.commit("start", {
        "agent-compliance.yaml": "profiles: [{name: gate}]\n", ".agent-compliance/profiles/gate.yaml": PROFILE,
        "src/b.ts": "export function load(a: string) { return a }\n",
    })  # fmt: skip
    repo.branch("agent")
    repo.commit("feat: there", {"web/x.ts": "1\n", "src/a.ts": "export function load(b: number) { return b } // TODO: x\n"})
    repo.commit("feat: and back", {"web/x.ts": None, "LOG.md": "## Chunk 1 - a\n- Objective: b\n"})
    bundle.write(engine.Options(repo.root, "main", "HEAD", environ={}), folder / "run.tar")
    return (folder / "run.tar").read_bytes()


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], bundle.Replay]:
    """A function that reads a bundle of these bytes, in an empty folder that stays empty."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    file = tmp_path / "run.tar"

    def reading(data: bytes) -> bundle.Replay:
        file.write_bytes(data)
        try:
            return bundle.read(file)
        finally:
            assert [one.name for one in tmp_path.rglob("*") if one != file] == ["empty"]

    return reading


Read = Callable[[bytes], bundle.Replay]


def sealed(members: Members) -> bytes:
    """Members with a manifest that says their digests: what only somebody who means it makes."""
    manifest = json.loads(members["manifest.json"])
    manifest["members"] = {name: seal.digest(data) for name, data in members.items() if name not in ("manifest.json", "digest")}
    return stamped({**members, "manifest.json": json.dumps(manifest).encode()})


def stamped(members: Members) -> bytes:
    """Members with the digest of their manifest beside it."""
    return archive.packed({**members, "digest": seal.digest(members["manifest.json"]).encode()}, "x.tar")


def test_sound_one_is_read(sound: bytes, read: Read) -> None:
    assert sealed(archive.members(sound))
    assert read(sealed(archive.members(sound))) == read(sound)


def test_cut_off_or_altered_anywhere_is_refused(sound: bytes, read: Read) -> None:
    for end in range(0, len(sound), len(sound) // 60):
        with pytest.raises(EvidenceError):
            read(sound[:end])
    dice = random.Random(7)
    for at in (dice.randrange(len(sound)) for _ in range(120)):
        altered = bytearray(sound)
        altered[at] ^= 1 << dice.randrange(8)
        with pytest.raises(EvidenceError):
            read(bytes(altered))
    zipped = gzip.compress(sound, mtime=0)
    for at in range(0, len(zipped), len(zipped) // 60):
        with pytest.raises(EvidenceError):
            read(zipped[:at])
    for more in (b"x", b"\0" * 512, sound):
        with pytest.raises(EvidenceError, match="stands behind"):
            read(sound + more)
        with pytest.raises(EvidenceError, match="something stands behind its end"):
            read(zipped + more)


def foreign(**head: Any) -> bytes:
    """A tar that another program made, with one member of these properties beside ours."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=head.pop("format", tarfile.USTAR_FORMAT)) as tar:
        one = tarfile.TarInfo(head.pop("name", "manifest.json"))
        data = head.pop("data", b"{}")
        one.size = len(data)
        for name, value in head.items():
            setattr(one, name, value)
        tar.addfile(one, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize(
    "head",
    [
        {"name": "../../evil.json"}, {"name": "/etc/evil"}, {"name": "blobs/../../evil"},
        {"name": "a" * 200, "format": tarfile.GNU_FORMAT}, {"name": "a" * 200, "format": tarfile.PAX_FORMAT},
        {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
        {"type": tarfile.LNKTYPE, "linkname": "manifest.json"}, {"type": tarfile.DIRTYPE, "name": "blobs"},
        {"type": tarfile.FIFOTYPE}, {"type": tarfile.CHRTYPE}, {"type": tarfile.GNUTYPE_SPARSE}, {"mode": 0o4755}, {"uid": 1000},
        {"uname": "root"}, {"mtime": 1}, {"name": "manifest.json\n"}, {"name": "MANIFEST.JSON"}, {"name": ""},
    ],
    ids=str,
)  # fmt: skip
def test_member_that_is_not_as_we_write_it_is_refused(read: Read, head: dict[str, Any]) -> None:
    with pytest.raises(EvidenceError, match="no bundle of ours, or a damaged one"):
        read(foreign(**head))


@pytest.mark.parametrize("data", [b"", b"{}", b"PK\3\4" + b"\0" * 2000, b"\0" * 511, b"\x1f\x8b", b"\x1f\x8b\x08" + b"x" * 600])
def test_file_that_is_no_tar_is_refused(read: Read, data: bytes) -> None:
    with pytest.raises(EvidenceError):
        read(data)


def test_empty_tar_is_no_bundle(read: Read) -> None:
    with pytest.raises(EvidenceError, match=r"it has no manifest\.json"):
        read(archive.packed({}, "x.tar"))


def test_bombs_end_at_their_limits(sound: bytes, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    members = archive.members(sound)
    monkeypatch.setattr(archive, "LARGEST", 1 << 20)
    for depth in (1, 2):
        data = b"\0" * (1 << 26)
        for _ in range(depth):
            data = gzip.compress(data, mtime=0)
        with pytest.raises(EvidenceError):
            read(data)
    with pytest.raises(EvidenceError, match="a bundle holds 1,048,576 bytes in 500,000 parts; these are "):
        archive.packed({**members, "zz": b"\0" * (1 << 20)}, "x.tar")
    monkeypatch.setattr(archive, "LARGEST", 1 << 30)
    large = archive.packed({**members, "zz": b"\0" * (1 << 20)}, "x.tar")
    monkeypatch.setattr(archive, "LARGEST", 1 << 20)
    with pytest.raises(EvidenceError, match="more than 1,048,576 bytes"):
        read(large)
    monkeypatch.setattr(archive, "LARGEST", 1 << 30)
    monkeypatch.setattr(archive, "MOST", 3)
    with pytest.raises(EvidenceError, match="more than 3 members"):
        read(sound)
    monkeypatch.setattr(archive, "MOST", 1000)
    monkeypatch.setattr(codec, "MOST_MARKS", 5000)
    deep = (b"[" * 900_000, b'{"a":' * 4000, b"[" * 4000 + b"]" * 4000)
    for bomb in (*deep, b"[" + b"[]," * 3000 + b"[]]", b"1" * 10_000, b"\xff", b""):
        for name in ("law.json", "asked.json", "outcome.json"):
            with pytest.raises(EvidenceError, match=name):
                read(sealed({**members, name: bomb}))
        with pytest.raises(EvidenceError, match="manifest"):
            read(stamped({**members, "manifest.json": bomb}))


def test_member_that_lies_twice_or_out_of_order_is_refused(sound: bytes, read: Read) -> None:
    parts = {name: archive.packed({name: data}, "x.tar")[:-1024] for name, data in archive.members(sound).items()}
    first, second = list(parts)[:2]
    for order in ([first, first, second], [second, first]):
        with pytest.raises(EvidenceError, match="not in its place, or there twice"):
            read(b"".join(parts[name] for name in order) + b"\0" * 1024)


def test_members_are_those_that_the_manifest_names(sound: bytes, read: Read) -> None:
    members = archive.members(sound)
    with pytest.raises(EvidenceError, match=r"zz\.json is not in its manifest"):
        read(archive.packed({**members, "zz.json": b"{}"}, "x.tar"))
    for name in members.keys() - {"manifest.json", "digest"}:
        with pytest.raises(EvidenceError, match="is missing"):
            read(archive.packed({other: data for other, data in members.items() if other != name}, "x.tar"))
        with pytest.raises(EvidenceError, match="digest"):
            read(archive.packed({**members, name: members[name] + b" "}, "x.tar"))


def test_evidence_that_was_altered_and_sealed_again_bears_nothing_out(sound: bytes, read: Read) -> None:
    members = archive.members(sound)
    patches = [name for name in members if name.startswith("patches/") and b"TODO" in members[name]]
    with pytest.raises(EvidenceError, match=r"does not bear out the audit that it holds \(gate::G-02\[content/todo\]"):
        read(sealed({**members, **{name: members[name].replace(b"TODO", b"DONE") for name in patches}}))
    blob = next(name for name in members if name.startswith("blobs/") and b"TODO" in members[name])
    with pytest.raises(EvidenceError, match="has not the content that its id says"):
        read(sealed({**members, blob: members[blob].replace(b"TODO", b"DONE")}))
    with pytest.raises(EvidenceError, match="does not bear out"):
        read(sealed({**members, "audit.json": members["audit.json"].replace(b'"broken"', b'"kept"')}))
    kept = json.loads(members["outcome.json"])
    verdict = {"profile": "gate", "clause": "G-01", "says": "", "rule": "log/x", "severity": "error", "outcome": "kept"}
    for carried in ([{"number": number, "verdict": verdict}] for number in (0, 99, -1)):
        with pytest.raises(EvidenceError, match="does not carry the verdicts that its manifest names"):
            read(sealed({**members, "outcome.json": json.dumps({**kept, "carried": carried}).encode()}))


def test_parts_of_the_bundle_that_name_nothing_are_refused(sound: bytes, read: Read) -> None:
    members = archive.members(sound)
    for drop in [name for name in members if name.startswith(("changes/", "patches/", "kept/", "blobs/"))]:
        rest = {name: data for name, data in members.items() if name != drop}
        with pytest.raises(EvidenceError):
            read(sealed(rest))


@pytest.mark.parametrize(
    "at",
    ["account.commit", "account.tree", "account.audit.head", "account.audit.merge_base", "account.audit.policy.digest",
     "account.exhibits.commits.0.id", "account.exhibits.files.0.kind"],
)  # fmt: skip
def test_word_that_no_agent_writes_has_its_form(sound: bytes, read: Read, at: str) -> None:
    """No format escapes an id: none but ours has ever stood there."""
    members = archive.members(sound)
    path = tuple(int(part) if part.isdigit() else part for part in at.split("."))
    for word in ("<script>alert(1)</script>", "a" * 41, "\n::error::x"):
        data = json.dumps(put(json.loads(members["outcome.json"]), path, word)).encode()
        with pytest.raises(EvidenceError, match=r"stands where an id|nothing that evidence can be"):
            read(sealed({**members, "outcome.json": data}))


def test_rules_speak_for_themselves(sound: bytes, read: Read) -> None:
    members = archive.members(sound)
    made = json.loads(members["outcome.json"])
    made["account"] |= {"rules": {"content/todo": {"name": "x", "title": "<script>"}}, "version": "<script>"}
    again = read(sealed({**members, "outcome.json": json.dumps(made).encode()}))
    assert again == read(sound)
    assert again.account.rules["content/todo"].title.startswith("No ")


def spots(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in JSON."""
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from spots(one, (*at, key))


def put(value: Any, at: tuple[Any, ...], new: Any) -> Any:
    if not at:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = new if len(at) == 1 else put(value[at[0]], at[1:], new)
    return copy


ODD: tuple[Any, ...] = (
    None, True, -1, 10**30, 1.5, "", "\ud800", "../../etc/passwd", [], {}, [[[]]], {"a": 1}, "9999-99-99", "x" * 3000, ["a", "b"],
)  # fmt: skip


@pytest.mark.parametrize("name", ["law.json", "asked.json", "outcome.json", "manifest.json", "changes/0.json", "kept/log0.json"])
def test_whatever_stands_in_the_place_of_a_value_ends_in_a_clear_word(sound: bytes, read: Read, name: str) -> None:
    """Or changes nothing that is shown; no other error, and no other verdict."""
    members = archive.members(sound)
    value, verdicts = json.loads(members[name]), read(sound).account.audit.verdicts
    dice, places, refused = random.Random(name), sorted(spots(value), key=str), 0
    for at in dice.sample(places, min(len(places), 30)):
        new = json.dumps(put(value, at, dice.choice(ODD))).encode()
        try:
            data = (stamped if name == "manifest.json" else sealed)({**members, name: new})
            if at == () and name == "manifest.json":
                continue
            again = read(data).account
            assert again.audit.verdicts == verdicts
            assert all(formats.dumps(one, again).encode() for one in formats.RICH if name == "outcome.json")
        except AgentComplianceError:
            refused += 1
    assert refused > 10


# Another version, and what the command says


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("format", 2, "the bundle has format 2; this version of agent-compliance reads format 1"),
        ("made_by.version", "9.9", "the bundle was made by version 9.9 of agent-compliance and this is "),
        ("made_by.rules", "0" * 64, "the bundle was made with other rules: those of version "),
        ("made_by.plugins", {"house/rule": "0"}, "the bundle needs a rule of a plugin: there is no rule 'house/rule'"),
    ],
)
def test_bundle_of_another_version_is_a_usage_error(sound: bytes, tmp_path: Path, key: str, value: Any, says: str) -> None:
    members = archive.members(sound)
    manifest = put(json.loads(members["manifest.json"]), tuple(key.split(".")), value)
    (tmp_path / "x.tar").write_bytes(stamped({**members, "manifest.json": json.dumps(manifest).encode()}))
    done = CliRunner().invoke(main, ["audit", "--from-bundle", str(tmp_path / "x.tar")])
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr


def test_exit_codes_of_the_command(sound: bytes, tmp_path: Path) -> None:
    (tmp_path / "cut.tar").write_bytes(sound[:700])
    os.mkfifo(tmp_path / "pipe")
    for name, code, says in (
        ("cut.tar", 3, "the bundle is damaged: it ends within its member"), ("none.tar", 2, "No such file"),
        (".", 2, "no regular file"), ("pipe", 2, "no regular file"),
    ):  # fmt: skip
        done = CliRunner().invoke(main, ["audit", "--from-bundle", str(tmp_path / name), "--output", "json"])
        assert (done.exit_code, done.stdout) == (code, ""), name
        assert says in done.stderr
        assert done.stderr.count("\n") == 1
