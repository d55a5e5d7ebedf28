"""The audited repository: its revisions, the change of a run, its trees. Ids only, once the ends of the run are known."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from pytest_agentcompliance.errors import EvidenceError, UsageError
from pytest_agentcompliance.evidence import ChangeSet, Content, Ledger, Tree
from pytest_agentcompliance.evidence.changes import FOLDER, SUBMODULE
from pytest_agentcompliance.evidence.tree import Side
from pytest_agentcompliance.sources import diff
from pytest_agentcompliance.sources.ancestry import Ancestry
from pytest_agentcompliance.sources.blobs import Blobs, is_id, made_at, object_id
from pytest_agentcompliance.sources.descent import Descent
from pytest_agentcompliance.sources.location import locate
from pytest_agentcompliance.sources.shadow import Shadow
from pytest_agentcompliance.sources.words import Words

# evasions: what porcelain configuration could change is said, what plumbing ignores is said all the same.
DIFF_TREE = (
    "diff-tree", "-r", "--raw", "-z", "-p", "-U0", "-D", "--no-renames", "--no-ext-diff", "--no-textconv", "--text",
    "--no-color", "--no-relative", "--ignore-submodules=none", "--submodule=short", "--full-index", "--no-abbrev",
    "--diff-algorithm=myers", "--inter-hunk-context=0", "--no-indent-heuristic", "--src-prefix=a/", "--dst-prefix=b/",
    "-O/dev/null",
)
RAW_ONLY = ("diff-tree", "-r", "--raw", "-z", "--no-renames", "--ignore-submodules=none", "--no-abbrev")
# Changed blobs, which are all held against their ids. Of more than that only loose files are, before rules read one: a
# pack has an index that only a pack's writer could forge, and to unpack all of it twice would double what a diff costs.
PACKED = 1000
FOLDERS = 32  # that were looked into last and are kept
SWEPT = 250  # blobs that are held against their ids at once
KEPT = 16 * 1024 * 1024  # bytes of contents that are kept by their ids: a file that moved has one at two paths
SMALL = 1 << 17  # bytes of a content that is kept when it is held against its id, since rules may ask for it
SUFFIX = re.compile(r"[~^:]|@\{")
SHORT = re.compile(r"[0-9a-fA-F]{4,63}")
HEAD_REF = re.compile(rb"\Aref: (refs/heads/([^\n]+))\n*\Z")


class Repository:
    """Opened over the folder of an audited repository, or of one inside it. A context manager: it owns a shadow."""

    def __init__(self, path: Path) -> None:
        self.location = locate(path)
        self.shadow = Shadow(self.location)
        self.blobs = Blobs(self.shadow)
        self._ancestry, self._descent = Ancestry(self.blobs, self.shadow), Descent(self.blobs)
        self._listings: dict[str, Mapping[bytes, tuple[str, str]]] = {}
        self._folders: dict[str, dict[bytes, tuple[str, str]]] = {}  # those that were looked into last
        self._words = Words(self.blobs, self.shadow, self.listing)
        self._contents: dict[str, bytes] = {}
        self._room = KEPT
        self._width = 64 if self.location.object_format == "sha256" else 40
        head = (self.shadow.dir / "HEAD").read_bytes()
        named = HEAD_REF.match(head)
        self._detached = is_id(head.decode("ascii", "replace").strip())
        self.branch = named[2].decode("utf-8", "surrogateescape") if named else None  # None: detached

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End git's process and remove the shadow; evidence that was not read yet cannot be read any more."""
        self.blobs.close()
        self.shadow.close()

    @property
    def root(self) -> Path | None:
        return self.location.root

    # Names into ids

    def commit(self, revision: str) -> str:
        """The full id of the commit that a person's revision names. Raises ``UsageError``.

        A name that is a branch and a tag of different commits is not guessed at.
        """
        if revision.startswith("-") or not revision:
            raise UsageError(f"{revision!r} is no revision")
        stem, suffix = revision, ""
        if cut := SUFFIX.search(revision):
            stem, suffix = revision[: cut.start()], revision[cut.start() :]
        if not stem or stem in ("HEAD", "@") or stem.startswith("refs/") or is_id(stem):
            names = [stem]
        else:
            names = [f"refs/heads/{stem}", f"refs/tags/{stem}", f"refs/remotes/{stem}", f"refs/remotes/{stem}/HEAD"]
        found = self.blobs.commits(f"{name}{suffix}" for name in names)
        if not found or SHORT.fullmatch(stem):
            # Of a name that could be a short id, a branch of that name is no better guess than the commit.
            found |= self.blobs.commits(f"{one}{suffix}" for one in self._abbreviated(stem)) or self.blobs.commits([revision])
        if len(set(found.values())) > 1:
            raise UsageError(f"{revision!r} is ambiguous: pass one of {', '.join(found)}")
        if not found:
            raise UsageError(self._unknown(revision, stem))
        return next(iter(found.values()))

    def _abbreviated(self, stem: str) -> list[str]:
        """The ids that begin with these digits, where there is one alone."""
        if not SHORT.fullmatch(stem):
            return []
        status, out, _ = self.shadow.run("rev-parse", f"--disambiguate={stem.lower()}")
        ids = out.decode().split() if status == 0 else []
        return ids if len(ids) == 1 else []

    def first(self, names: list[str]) -> tuple[str, str] | None:
        """The first of these full names that is there, with its commit's id."""
        found = self.blobs.commits(names)
        return next(iter(found.items()), None)

    def points_at(self, name: str) -> str:
        """The name that a symbolic reference stands for; empty where it is none."""
        try:
            text = (self.location.common_dir / name).read_text("utf-8", "surrogateescape")
        except (OSError, ValueError):
            return ""
        return text.removeprefix("ref: ").strip() if text.startswith("ref: ") else ""

    def refs(self) -> dict[str, str]:
        """All branches and tags, local and remote, with what they point at."""
        out = self.shadow.output("for-each-ref", "--format=%(objectname) %(refname)").decode("utf-8", "surrogateescape")
        return {name: id for id, _, name in (line.partition(" ") for line in out.splitlines())}

    def _unknown(self, revision: str, stem: str) -> str:
        refs = self.refs()
        if revision == "HEAD" or (stem in ("HEAD", "@") and not self.blobs.commits(["HEAD"])):
            if (self.location.common_dir / "reftable").is_dir():
                return "the repository keeps its references in a reftable, which is not read; pass --base and --head as full ids"
            if self._detached or f"refs/heads/{self.branch}" in refs:
                return "the commit that HEAD points at is missing or broken; fetch it, or pass --head with a revision"
            return "HEAD has no commit yet; commit something first, or pass --head with a revision"
        short = {name.split("/", 2)[2] for name in refs if name.count("/") >= 2}
        if stem in short and stem == revision:
            return f"{revision!r} in {self.location.root or self.location.git_dir} is no commit, or one that is missing or broken"
        from difflib import get_close_matches

        near = get_close_matches(stem, short, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"unknown revision {revision!r} in {self.location.root or self.location.git_dir}{hint}"

    def between(self, base: str, head: str) -> tuple[list[str], list[str]]:
        """The best common ancestors of two commits, none when they have none; and the ids of the commits that head
        has and base has not, parents before children."""
        return self._ancestry.between(base, head)

    def upstream(self) -> tuple[str, str] | None:
        """The remote and the branch that the current branch follows, as the repository's configuration has it."""
        if self.branch is None:
            return None
        found = self.setting(f"branch.{self.branch}.remote"), self.setting(f"branch.{self.branch}.merge")
        return (found[0], found[1].removeprefix("refs/heads/")) if found[0] and found[1] else None

    @property
    def is_clone(self) -> bool:
        """Whether it has a remote that could have more than is here."""
        return bool(self.setting(f"remote.{(self.upstream() or ('origin', ''))[0]}.url"))

    def setting(self, name: str) -> str:
        """A setting of the repository's own configuration file, which is read and not obeyed; empty where it has none."""
        section, _, key = name.rpartition(".")
        kind, dot, which = section.partition(".")
        wanted = f"{kind.lower()}{dot}{which}.{key.lower()}"
        return next((one[wanted].strip() for one in self._settings if wanted in one), "")

    @cached_property
    def _settings(self) -> list[dict[str, str]]:
        """The settings of each of its own configuration files, the nearer one first; of one that is set twice the last."""
        found = []
        for file in (self.location.git_dir / "config.worktree", self.location.common_dir / "config"):
            if file.is_file():
                status, out, _ = self.shadow.run("config", "--no-includes", "--file", str(file), "--list", "-z")
                entries = out.decode("utf-8", "surrogateescape").split("\0")[:-1] if status == 0 else []
                found.append({name: value for name, _, value in (one.partition("\n") for one in entries)})
        return found

    # Trees, contents, changes

    def tree_of(self, commit: str) -> str:
        """The id of a commit's tree. Raises ``EvidenceError``."""
        return self._ancestry.node(commit).tree

    def parents(self, commit: str) -> tuple[str, ...]:
        """The ids of a commit's parents. Raises ``EvidenceError``."""
        return self._ancestry.node(commit).parents

    def committed_at(self, commit: str) -> datetime:
        """When a commit was made, in UTC; 1970 where it does not say."""
        try:
            return datetime.fromtimestamp(made_at(self.blobs.read(commit, "commit")), UTC)
        except (ValueError, OverflowError, OSError):  # a date that an adversary made up
            return datetime.fromtimestamp(0, UTC)

    def entry(self, tree: str, path: str) -> tuple[str, str] | None:
        """Mode and id of what lies at a path of a tree, None where nothing does. Raises ``Unreadable``."""
        mode, oid = FOLDER, tree
        for part in path.encode("utf-8", "surrogateescape").split(b"/"):
            if mode != FOLDER:
                return None
            found = self._folder(oid).get(part)
            if found is None:
                return None
            mode, oid = found
        return mode, oid

    def _folder(self, oid: str) -> dict[bytes, tuple[str, str]]:
        """What lies in a folder. Whoever asks for one path mostly asks for those beside it too."""
        found = self._folders.pop(oid, None)
        if found is None:
            listed = list(self.blobs.tree(oid))
            found = {name: (mode, one) for mode, name, one in reversed(listed)}  # of a name that is there twice the first counts
            while len(self._folders) >= FOLDERS:
                del self._folders[next(iter(self._folders))]
        self._folders[oid] = found
        return found

    def changes(self, old_tree: str, new_tree: str, ledger: Ledger, as_of: datetime) -> ChangeSet:
        """What differs between two trees. Blobs that are missing cost their own files alone."""
        raw, patches = self.patched(old_tree, new_tree, ledger)
        return diff.change_set(raw, patches, ledger, as_of=as_of)

    def patched(self, old_tree: str, new_tree: str, ledger: Ledger) -> tuple[list[diff.Record], diff.Patches]:
        """The records and the patches of what differs between two trees. Raises ``EvidenceError``."""
        words = (*DIFF_TREE, old_tree, new_tree)
        tally = diff.Tally()
        # git compares while the same objects are held against their ids.
        with self.shadow.streaming(*words, each=tally.feed) as answer:
            blobs = self._descent.met([(old_tree, new_tree)])
            checked = self.shadow.loose(blobs) if len(blobs) > PACKED else blobs
            self._stand_in_for_what_is_wrong(checked)
        if answer.status and len(checked) < len(blobs):  # something is wrong with one of those that were taken on trust
            self._stand_in_for_what_is_wrong(blobs)
        if not self.blobs.missing.keys() & blobs:
            if answer.status:
                raise EvidenceError("git diff-tree failed, though all that it compares can be read")
            raw, start = diff.records(answer.out)
            return raw, diff.Patches(answer.out, start, raw, self.content, tally=tally)
        return self._patched_without(old_tree, new_tree, ledger)

    def patched_each(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], diff.Patches]:
        """The patches of each pair of trees, all from one process; none where a blob of any of them cannot be read."""
        asked = list(dict.fromkeys(pairs))
        given = "".join(f"{old} {new}\n" for old, new in asked).encode()
        blobs = self._descent.met(asked)
        self._stand_in_for_what_is_wrong(self.shadow.loose(blobs) if len(blobs) > PACKED else blobs)
        status, stream, _ = self.shadow.run(*DIFF_TREE, "--stdin", given=given)
        if status or self.blobs.missing.keys() & blobs:
            return {}
        found, at = {}, 0
        for (old, new), following in zip(asked, [*asked[1:], None], strict=True):
            start = at + len(f"{old} {new}\n")
            raw, at = diff.run_of_records(stream, start)
            if following is None:
                at = len(stream)
            elif not stream.startswith(head := f"{following[0]} {following[1]}\n".encode(), at):
                # Behind a patch. No line of one begins with an id: git puts a sign or a word of its own before each.
                at = stream.find(b"\n" + head, at) + 1
                if not at:
                    raise EvidenceError("git's diffs of several commits could not be told apart")
            part = stream[start:at]
            found[old, new] = diff.Patches(part, diff.records(part)[1], raw, self.content)
        return found

    def _stand_in_for_what_is_wrong(self, blobs: Iterable[str]) -> None:
        asked, wrong = list(blobs), {}
        for at in range(0, len(asked), SWEPT):
            for one in self.blobs.sweep(asked[at : at + SWEPT], keep=self._room > 0, most=SMALL):
                self._keep(one.id, one.kind if not one.problem else "", one.data)
                if one.problem and one.id not in self.blobs.missing:
                    wrong[one.id] = one.problem
        for oid, problem in wrong.items():
            self.stand_in(oid, problem)

    def _keep(self, oid: str, kind: str, data: bytes) -> None:
        if kind == "blob" and data and self._room > 0 and oid not in self._contents:
            self._contents[oid] = data
            self._room -= len(data)

    def content(self, oid: str) -> bytes:
        """The bytes of a blob, read once where there is room. Raises ``Unreadable`` (its path is the id)."""
        data = self._contents.get(oid)
        if data is None or oid in self.blobs.missing:
            data = self.blobs.read(oid)
            self._keep(oid, "blob", data)
        return data

    def _patched_without(self, old_tree: str, new_tree: str, ledger: Ledger) -> tuple[list[diff.Record], diff.Patches]:
        """The same where blobs cannot be read, or are forged: git compares the trees as they are without those files."""
        from pytest_agentcompliance.sources import trees

        raw, _ = diff.records(self.shadow.output(*RAW_ONLY, old_tree, new_tree))
        missing = {k: self.blobs.missing[oid] for k, oid in _sides(raw) if oid in self.blobs.missing}
        left_out = {raw[position].path: trees.GONE for position in missing}
        for position, why in missing.items():
            ledger.unread[raw[position].path.decode("utf-8", "surrogateescape")] = why
        old, new = (trees.written(self, tree, left_out) for tree in (old_tree, new_tree))
        stream = self.shadow.output(*DIFF_TREE, old, new)
        return raw, diff.Patches(stream, diff.records(stream)[1], raw, self.content, missing)

    def differences(self, pairs: Sequence[tuple[str, str]]) -> list[list[diff.Record]]:
        """What differs between the trees of each pair, all from one process."""
        if not pairs:
            return []
        self._descent.met(pairs)
        given = "".join(f"{old} {new}\n" for old, new in pairs).encode()
        stream = self.shadow.output(*RAW_ONLY, "--stdin", given=given)
        found, at = [], 0
        for old, new in pairs:
            head = f"{old} {new}\n".encode()
            if not stream.startswith(head, at):
                raise EvidenceError(f"git's raw diff could not be read at byte {at}: {stream[at : at + 60]!r}")
            raw, at = diff.run_of_records(stream, at + len(head))
            found.append(raw)
        return found

    def stand_in(self, oid: str, why: str) -> None:
        """Put a loose object in the place of a blob that cannot be read, in the shadow alone, so that a search goes on.

        git does not hold a loose object against its id when it reads it; the blob stays known as unreadable.
        """
        self._write(oid, oid.encode(), "blob")
        self.blobs.missing[oid] = why

    def object_id(self, data: bytes, kind: str = "blob") -> str:
        """The id that this repository's git would give an object."""
        return object_id(data, kind, self._width)

    def put(self, data: bytes, kind: str = "blob") -> str:
        """Write an object into the shadow; its id."""
        oid = self.object_id(data, kind)
        self._write(oid, data, kind)
        return oid

    def _write(self, oid: str, data: bytes, kind: str) -> None:
        import zlib

        file = self.shadow.dir / "objects" / oid[:2] / oid[2:]
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(b"%s %d\0" % (kind.encode(), len(data)) + data, 1))

    def listing(self, tree: str) -> Mapping[bytes, tuple[str, str]]:
        """Every path of a tree with its mode and id; each tree is listed once."""
        if tree not in self._listings:
            self._listings[tree] = self._descent.listing(tree)
        return self._listings[tree]

    def tree(self, base_tree: str, head_tree: str, reader: ChangeSet, ledger: Ledger) -> Tree:
        def side(tree: str) -> Side:
            def read() -> Mapping[str, Content]:
                return {
                    name: Content(name, mode, oid, reader.reader, ledger)
                    for path, (mode, oid) in self.listing(tree).items()
                    for name in [path.decode("utf-8", "surrogateescape")]
                }

            def look(path: str) -> Content | None:
                entry = self.entry(tree, path)
                return Content(path, *entry, reader.reader, ledger) if entry and entry[0] != FOLDER else None

            return Side(read, lambda names, endings: self._words.where(tree, names, endings), look)

        return Tree(side(base_tree), side(head_tree))


def _sides(raw: Iterable[diff.Record]) -> Iterator[tuple[int, str]]:
    """The blobs that the records name, each with its record's position."""
    for position, one in enumerate(raw):
        for mode, oid in ((one.old_mode, one.old), (one.new_mode, one.new)):
            if mode not in ("000000", SUBMODULE):
                yield position, oid
