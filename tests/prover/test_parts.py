"""The parts of ``prove`` that need no process: what is kept of an output, and how the folder of proofs is written."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.prover import folder, output, plain, tools
from pytest_agentcompliance.prover.child import Ended
from pytest_agentcompliance.prover.output import kept
from pytest_agentcompliance.prover.output import plain as text_of
from pytest_agentcompliance.prover.tape import HEAD, MARGIN, TAIL, Tape

SAID = st.sampled_from([b"a", b"bb\n", b"\n", b"c\nd", b"e" * 200, b"f\n" * 90])
PARTS = st.lists(st.tuples(st.sampled_from([1, 2]), SAID), max_size=40)


@given(PARTS)
def test_a_short_tape_holds_all_of_each_stream_in_its_order(parts: list[tuple[int, bytes]]) -> None:
    tape = Tape()
    for stream, part in parts:
        tape.feed(stream, part)
    head, tail = tape.kept()
    assert tail == b""
    assert sorted(head) == sorted(b"".join(part for _, part in parts))
    for stream in (1, 2):
        alone = Tape()
        for one, part in parts:
            if one == stream:
                alone.feed(one, part)
        assert alone.kept()[0] == b"".join(part for one, part in parts if one == stream)


@pytest.mark.parametrize("size", [1, 1000, 70_000, 300_000])
@pytest.mark.parametrize("total", [HEAD + TAIL, HEAD + TAIL + 1, 3_000_000])
def test_a_long_tape_holds_both_ends(size: int, total: int) -> None:
    whole = b"".join(b"%07d\n" % k for k in range(total // 8 + 1))[:total]
    tape = Tape()
    for at in range(0, total, size if size > 1 else 4096):
        tape.feed(1, whole[at : at + (size if size > 1 else 4096)])
    head, tail = tape.kept()
    if total <= HEAD + TAIL:
        assert (head, tail) == (whole, b"")
    else:
        assert head == whole[: HEAD + MARGIN]
        assert len(tail) >= min(TAIL, total - len(head))
        assert whole.endswith(tail)


def test_a_line_that_does_not_end_takes_no_more_than_what_is_kept() -> None:
    tape = Tape()
    for _ in range(200):
        tape.feed(1, b"x" * 50_000)
    head, tail = tape.kept()
    assert (len(head), len(tail), tape.total) == (HEAD + MARGIN, TAIL + MARGIN, 10_000_000)


@pytest.mark.parametrize(("data", "wanted"), [
    (b"\x1b[1;32mok\x1b[0m\x1b[K", "ok"), (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"), (b"\x1b(Bx\x1b=", "x"),
    (b"a\r\nb\rc\r\r\nd\n\r", "a\nb\nc\nd\n"), (b"\x1b[", "\\x1b["), (b"\0\x07\xff\xc3\xa9\t", "\\x00\\x07\\xffé\t"),
    ("\u2028\x85".encode(), "\\u2028\\x85"), (b"\x1b[2J" * 3 + b"\x1b[31", "\\x1b[31"),
])  # fmt: skip
def test_what_is_kept_is_plain_text(data: bytes, wanted: str) -> None:
    assert text_of(data) == wanted


@given(st.binary(max_size=300))
def test_any_bytes_become_text_on_lines(data: bytes) -> None:
    found = text_of(data)
    assert all(one.isprintable() or one in "\n\t" or not one.isascii() for one in found)
    assert found.encode().decode() == found
    assert text_of(found.encode()) == found


def fed(*parts: bytes) -> output.Kept:
    tape = Tape()
    for part in parts:
        tape.feed(1, part)
    return kept(tape, {})


@pytest.mark.walk
def test_what_grows_by_its_escapes_is_cut_too() -> None:
    found = fed(b"\0" * 900_000)
    assert len(found.text) <= HEAD + TAIL + 100
    assert "bytes left out]\n" in found.text


SECRET = b"ghp_" + b"aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"


@pytest.mark.parametrize("at", [HEAD - 20, HEAD + TAIL + 1_000_000 - TAIL - 20])
def test_a_secret_on_the_cut_is_masked_or_left_out(at: int) -> None:
    total = HEAD + TAIL + 1_000_000
    whole = bytearray(b"x y " * (total // 4))
    whole[at : at + len(SECRET)] = SECRET
    whole[at - 1 : at] = whole[at + len(SECRET) : at + len(SECRET) + 1] = b" "
    found = fed(bytes(whole))
    assert not any(SECRET[k : k + 8].decode() in found.text for k in range(4, len(SECRET) - 8))


def made(last: folder.Last, beside: str) -> tuple[bytes, bytes]:
    chain = b'{"sequence": %d, "previous": "%b"}' % (last.sequence + 1, last.digest.encode())
    whole = b'{"predicate": {"environment": {"chain": %b}}}' % chain
    return whole, whole


def test_the_folder_is_written_as_a_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = folder.written(tmp_path / "a" / "proofs", "it", b"said\n", made)
    assert sorted(one.suffix for one in first.parent.iterdir()) == [".json", ".txt"]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(folder.Unwritten, match="No space left"):
        folder.written(first.parent, "it", b"more\n", made)
    assert len(list(first.parent.iterdir())) == 2


def test_a_lock_of_a_file_is_waited_for_and_one_that_was_left_behind_is_not(tmp_path: Path) -> None:
    lock = tmp_path / folder.LOCK
    release = folder._locked_by_file(lock)
    with pytest.raises(FileExistsError):
        folder._locked_by_file(lock)
    release()
    assert not lock.exists()
    lock.touch()
    os.utime(lock, (1, 1))
    folder._locked_by_file(lock)()
    assert not lock.exists()


def test_who_waits_too_long_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "PATIENCE", 0.05)
    folder.written(tmp_path / "proofs", "it", None, made)
    with folder._alone(tmp_path / "proofs"), pytest.raises(folder.Unwritten, match="another one writes"):
        folder.written(tmp_path / "proofs", "it", None, made)


@given(st.text(max_size=80))
def test_a_name_is_fit_for_a_file(name: str) -> None:
    found = folder.sanitised(name)
    assert found.isascii()
    assert 0 < len(found) <= 60
    assert not set(found) & set("/\\ \0:*?")
    assert not found.startswith(".")


def test_lockfiles_are_those_of_the_root_and_of_the_folder(tmp_path: Path) -> None:
    for name in ("uv.lock", "app/package-lock.json", "app/requirements-dev.txt", "other/yarn.lock", "app/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    os.symlink(tmp_path / "uv.lock", tmp_path / "poetry.lock")
    assert list(tools.lockfiles(tmp_path, "app")) == ["uv.lock", "app/package-lock.json", "app/requirements-dev.txt"]


def tool(file: Path, says: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\ntouch {file.parent}/ran; echo {says}\n")
    file.chmod(0o755)
    return file


def test_versions_are_read_and_nothing_of_the_tree_runs(tmp_path: Path) -> None:
    root, outside = tmp_path / "tree", tmp_path / "bin"
    (root / "app" / "node_modules" / "typescript").mkdir(parents=True)
    (root / "app" / "node_modules" / "typescript" / "package.json").write_text('{"name": "typescript", "version": "5.4.2"}')
    tool(outside / "node", "v20.1.0")
    at = {"PATH": f"{root}/bin:{outside}:{root}"}
    assert tools.versions(("tsc", "--noEmit"), root, "app", at) == {"typescript": "5.4.2", "node": "20.1.0"}
    for name in ("node", "go", "python3"):
        tool(root / "bin" / name, "9.9.9")
    assert tools.versions(("go", "test", "./..."), root, "", at) == {}
    assert tools.versions(("node", "x.js"), root, "", at) == {}
    assert tools.versions(("python3", "-m", "pytest"), root, "", at) == {}
    assert not (root / "bin" / "ran").exists()


def test_a_package_manager_is_not_asked(tmp_path: Path) -> None:
    manager = tool(tmp_path / "lib" / "pnpm" / "bin" / "pnpm.cjs", "1.0.0")
    (manager.parent.parent / "package.json").write_text('{"name": "pnpm", "version": "9.1.0"}')
    (tmp_path / "bin").mkdir()
    os.symlink(manager, tmp_path / "bin" / "pnpm")
    assert tools.versions(("pnpm", "test"), tmp_path / "tree", "", {"PATH": f"{tmp_path}/bin"}) == {"pnpm": "9.1.0"}
    assert not (manager.parent / "ran").exists()


def test_an_environment_of_pythons_says_what_is_in_it(tmp_path: Path) -> None:
    environment = tmp_path / "tree" / ".venv"
    for name in ("pytest", "python"):
        tool(environment / "bin" / name, "0")
    (environment / "pyvenv.cfg").write_text("home = /usr\nversion = 3.12.4\n")
    (environment / "lib" / "python3.12" / "site-packages" / "pytest-8.2.0.dist-info").mkdir(parents=True)
    at = {"PATH": str(environment / "bin")}
    assert tools.versions((".venv/bin/pytest",), tmp_path / "tree", "", at) == {"pytest": "8.2.0", "python": "3.12.4"}
    assert tools.versions(("sh", "-c", "pytest -q"), tmp_path / "tree", "", at) == {"pytest": "8.2.0", "python": "3.12.4"}
    assert not (environment / "bin" / "ran").exists()


def test_the_plain_way_is_as_good_without_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    tape = Tape()
    environ = dict(os.environ)
    assert plain.run(("sh", "-c", "echo out; echo err >&2; exit 3"), environ, tape.feed, None, lambda: None) == Ended(3)
    assert capfd.readouterr() == ("out\n", "err\n")
    assert sorted(tape.kept()[0].split()) == [b"err", b"out"]
    assert plain.run(("no-such-command",), environ, tape.feed, None, lambda: None).status == 127
    assert plain.run(("/",), environ, tape.feed, None, lambda: None).status == 126
    late = plain.run(("sleep", "100"), environ, tape.feed, 0.2, lambda: None)
    assert (late.how, late.status) == ("timeout", 124)
