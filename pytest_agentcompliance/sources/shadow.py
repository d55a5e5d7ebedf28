"""A shadow git directory of our own, and the one way in which git is called: through GitPython, hardened.

The audited repository gives objects (as alternates) and, until ``seal``, the names of commits. No configuration,
attributes, hooks, index, replace refs, grafts or environment of its own are consulted, and none of its commands run.
"""

import os
import re
import shutil
import stat
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_agentcompliance.errors import EvidenceError, UsageError
from pytest_agentcompliance.sources.location import Location

if TYPE_CHECKING:
    from git import Git

# What plumbing still reads; everything else has its default, since no other configuration file is read.
CONFIG = """\
[core]
	repositoryformatversion = {version}
	bare = true
	fsmonitor = false
	hooksPath = {null}
	attributesFile = {null}
	excludesFile = {null}
	quotePath = false
	commitGraph = false
	bigFileThreshold = 2g
	fileMode = true
	symlinks = true
	ignoreCase = false
	precomposeUnicode = false
	protectNTFS = false
	protectHFS = false
	sshCommand = false
	alternateRefsCommand =
[protocol]
	allow = never
[diff]
	ignoreSubmodules = none
	suppressBlankEmpty = false
[log]
	showSignature = false
[gc]
	auto = 0
{extensions}"""
HEAD = re.compile(rb"\A(?:ref: refs/heads/[^\x00-\x20\x7f]+|[0-9a-f]{40}|[0-9a-f]{64})\s*\Z")
KEPT = ("TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "SystemRoot", "LD_LIBRARY_PATH")
ESCAPES = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
PIPE = 1 << 20  # bytes
_ENVIRON = threading.Lock()


@dataclass(slots=True)
class Answer:
    """What a git command printed, and its exit code."""

    out: bytes = b""
    status: int = 0


class Shadow:
    """A temporary bare repository over the audited one's objects. Closed, and removed, with ``close``."""

    def __init__(self, location: Location) -> None:
        self.location = location
        self.executable = find_git(*_places(location))
        try:
            self.dir = Path(tempfile.mkdtemp(prefix="agent-compliance-")).resolve()
        except OSError as wrong:
            raise EvidenceError(f"no folder for temporary files can be written ({wrong.strerror}); set TMPDIR to one") from wrong
        self._remove = weakref.finalize(self, shutil.rmtree, self.dir, ignore_errors=True)
        self._environment = _environment(self.executable)
        self._lay()
        self._git = self._open()

    def _lay(self) -> None:
        """What ``git init`` would make, without a process; names come in through links that ``seal`` takes away."""
        at = self.location
        sha256 = at.object_format == "sha256"
        extensions = "[extensions]\n\tobjectFormat = sha256\n" if sha256 else ""
        (self.dir / "config").write_text(CONFIG.format(version=int(sha256), null=os.devnull, extensions=extensions), "utf-8")
        (self.dir / "objects" / "info").mkdir(parents=True)
        for name in ("refs", "packed-refs", "objects/info/alternates"):
            if pipe := next((one for one in _below(at.common_dir / name) if _waits(one)), None):
                raise EvidenceError(f"{pipe} is no regular file: git would wait for it; take it away")
        (self.dir / "objects" / "info" / "alternates").write_bytes(_quoted(at.common_dir / "objects") + b"\n")
        _link(at.common_dir / "refs", self.dir / "refs")
        if (at.common_dir / "packed-refs").is_file():
            _link(at.common_dir / "packed-refs", self.dir / "packed-refs")
        if (at.common_dir / "shallow").is_file():
            shutil.copyfile(at.common_dir / "shallow", self.dir / "shallow")
        head = at.git_dir / "HEAD"
        text = head.read_bytes() if head.is_file() else b""
        (self.dir / "HEAD").write_bytes(text if HEAD.match(text) else b"ref: refs/heads/\n")

    def seal(self) -> None:
        """Forget all names. From here on only full ids mean anything, and no HEAD offers its attributes."""
        for name in ("refs", "packed-refs"):
            link = self.dir / name
            if link.is_symlink() or link.is_file():
                link.unlink()
            elif link.is_dir():
                shutil.rmtree(link)
        (self.dir / "refs").mkdir()
        (self.dir / "HEAD").write_bytes(b"ref: refs/heads/nothing\n")

    @cached_property
    def boundary(self) -> frozenset[str]:
        """The commits whose parents a shallow clone has not, as it says itself."""
        return frozenset((self.dir / "shallow").read_text("ascii", "replace").split()) if self.shallow else frozenset()

    @property
    def shallow(self) -> bool:
        return (self.dir / "shallow").is_file()

    def _open(self) -> "Git":
        with self._environ():
            # GitPython runs `git version` when it is imported: it must be this git, in this environment.
            from git import Git, Repo

            repo = Repo(self.dir, expand_vars=False)
            git: Git = repo.git
        return git

    @contextmanager
    def _environ(self, extra: Mapping[str, str] | None = None) -> Iterator[None]:
        """GitPython hands on the process's environment and can only add to it: give it ours while it starts git."""
        with _ENVIRON:
            kept = os.environ
            os.environ = {**self._environment, **(extra or {})}  # type: ignore[assignment]  # noqa: B003
            try:
                yield
            finally:
                os.environ = kept  # noqa: B003

    def _command(self, words: Sequence[str]) -> list[str]:
        # Pathspecs are literal by the environment, so that one command may say otherwise.
        return [
            self.executable, "--no-pager", "--no-replace-objects", "--no-optional-locks",
            f"--git-dir={self.dir}", *words,
        ]

    def run(self, *words: str, given: bytes | None = None, env: Mapping[str, str] | None = None) -> tuple[int, bytes, str]:
        """One git command: its exit code, its output, and what it said on stderr. Raises ``EvidenceError``."""
        options: dict[str, Any] = {"with_extended_output": True, "with_exceptions": False, "stdout_as_string": False}
        with tempfile.TemporaryFile() as stdin:
            if given is not None:
                stdin.write(given)
                stdin.seek(0)
                options["istream"] = stdin
            with self._environ(env):
                try:
                    status, out, err = self._git.execute(self._command(words), strip_newline_in_stdout=False, **options)
                except OSError as wrong:
                    raise EvidenceError(f"git could not be run: {wrong}") from wrong
        return int(status), bytes(out), str(err)

    def output(self, *words: str, given: bytes | None = None, env: Mapping[str, str] | None = None) -> bytes:
        """The output of a command that must succeed. Raises ``EvidenceError`` with git's own words."""
        status, out, err = self.run(*words, given=given, env=env)
        if status:
            raise EvidenceError(f"git {words[0]} failed: {err.strip()[:500] or f'exit code {status}'}")
        return out

    def start(self, *words: str) -> Any:
        """A git process to talk with (``stdin``, ``stdout``, ``wait``); it ends with the object."""
        import subprocess

        with self._environ():
            process: Any = self._git.execute(self._command(words), as_process=True, istream=subprocess.PIPE)
        # git would wait for a reader of its complaints, of which a broken repository gives more than a pipe holds.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        _widen(process.stdout)
        return process

    @contextmanager
    def streaming(self, *words: str, each: Callable[[bytes], None]) -> Iterator[Answer]:
        """A git command that runs beside the block; its answer is whole where the block ends, and ``each`` part handed on."""
        process, answer = self.start(*words), Answer()

        def collect() -> None:
            parts = []
            while part := os.read(process.stdout.fileno(), PIPE):
                parts.append(part)
                each(part)
            answer.out = b"".join(parts)

        process.stdin.close()
        reader = threading.Thread(target=collect, daemon=True)
        reader.start()
        try:
            yield answer
        except BaseException:
            process.proc.kill()  # it may never end: a tree of trees of trees can have any number of files
            raise
        finally:
            reader.join()
            answer.status = process.proc.wait()

    def loose(self, oids: Iterable[str]) -> list[str]:
        """Those of the objects that have a file of their own, which anybody can write."""
        return [oid for oid in oids if any(os.path.lexists(f"{folder}/{oid[:2]}/{oid[2:]}") for folder in self._stores)]

    @cached_property
    def _stores(self) -> list[str]:
        """The object folders of the audited repository: its own, and those that it borrows from, as git follows them."""
        own = self.location.common_dir / "objects"
        if not (own / "info" / "alternates").exists():
            return [str(own)]
        said = self.output("count-objects", "-v").split(b"\n")
        return [str(own), *(os.fsdecode(_unquoted(line[11:])) for line in said if line.startswith(b"alternate: "))]

    def close(self) -> None:
        self._remove()


def _widen(pipe: Any) -> None:
    """Let a pipe hold a large part of an answer, where the system can: fewer turns between the two processes."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE)


def _places(location: Location) -> list[Path]:
    """Where the audited repository's own files lie: its work tree, its git directory, and what a linked one belongs to."""
    main = [location.common_dir.parent] if location.common_dir.name == ".git" else []
    return [one for one in (location.root, location.git_dir, location.common_dir, *main) if one is not None]


def find_git(*avoid: Path) -> str:
    """git's absolute path, never one inside the audited tree. Raises ``UsageError`` when there is none."""
    names = ["git.exe", "git.cmd"] if sys.platform == "win32" else ["git"]
    avoided = tuple(os.path.normcase(os.path.realpath(one)).rstrip(os.sep) + os.sep for one in avoid)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if not os.path.isabs(folder):  # an empty entry is the current folder
            continue
        for name in names:
            found = os.path.join(folder, name)
            # Neither what is run nor the link to it may lie where the judged writes.
            ways = [os.path.normcase(one) for one in (os.path.realpath(found), os.path.join(os.path.realpath(folder), name))]
            if os.path.isfile(found) and os.access(found, os.X_OK) and not any(one.startswith(avoided) for one in ways):
                return found
    raise UsageError("git was not found on PATH outside the audited repository; install git 2.34 or newer")


def _environment(executable: str) -> dict[str, str]:
    """Built from nothing: a short list is kept, every GIT_* of the caller is dropped."""
    null = os.devnull
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {
        "PATH": os.pathsep.join([os.path.dirname(executable), *os.defpath.split(os.pathsep)]),
        "HOME": null, "XDG_CONFIG_HOME": null, "LC_ALL": "C", "LANGUAGE": "C",
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_SYSTEM": null, "GIT_CONFIG_GLOBAL": null, "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": null, "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "1", "GIT_PAGER": "cat",
        "GIT_PYTHON_GIT_EXECUTABLE": executable, "GIT_PYTHON_REFRESH": "quiet",
    }


def _below(path: Path) -> Iterator[str]:
    if not path.is_dir():
        yield os.fspath(path)
    for folder, _, names in os.walk(path):
        yield from (os.path.join(folder, name) for name in names)


def _waits(path: str) -> bool:
    """Whether reading a file may never end: a named pipe, a device, a socket."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _link(target: Path, link: Path) -> None:
    try:
        link.symlink_to(target)
    except (OSError, NotImplementedError):  # no right to make links: Windows without developer mode
        (shutil.copytree if target.is_dir() else shutil.copyfile)(target, link)


def _unquoted(path: bytes) -> bytes:
    """A path as git prints it: in C quotes where it has to."""
    if not path.startswith(b'"'):
        return path

    def meant(one: re.Match[bytes]) -> bytes:
        return bytes([int(one[1], 8)]) if len(one[1]) == 3 else ESCAPES.get(one[1], one[1])

    return re.sub(rb"\\([0-7]{3}|.)", meant, path[1:-1])


def _quoted(path: Path) -> bytes:
    """A line of ``objects/info/alternates``; git reads C quotes there (git-repository-layout)."""
    raw = os.fsencode(path)
    if not any(byte < 32 or byte in b'"\\#' for byte in raw):
        return raw
    return b'"' + b"".join(b"\\%03o" % byte if byte < 32 or byte in b'"\\' else bytes([byte]) for byte in raw) + b'"'
