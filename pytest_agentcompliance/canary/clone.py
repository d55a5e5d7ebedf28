"""A throw-away clone: a bare repository in a temporary folder that borrows the objects of another and gets all that is written."""

import shutil
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.sources import trees
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.trees import Entry

CONFIG = "[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extensions}"
SHA256 = "[extensions]\n\tobjectFormat = sha256\n"
AGENT = "canary <canary@agent-compliance.invalid>"
STARTED, MINUTES = 1_767_225_600, 600  # when the first commit was made, and how far the next one is from it, in seconds


class Clone(Repository):
    """What is written goes into its own object folder: an audit that opens it as it opens any repository sees it."""

    def _write(self, oid: str, data: bytes, kind: str) -> None:
        file = self.location.common_dir / "objects" / oid[:2] / oid[2:]
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(zlib.compress(b"%s %d\0" % (kind.encode(), len(data)) + data, 1))

    @property
    def folder(self) -> Path:
        return self.location.git_dir

    def planted(self, tree: str, differing: Mapping[str, Entry]) -> str:
        """The id of a tree with these paths put in, or taken out."""
        raw = {path.encode("utf-8", "surrogateescape"): entry for path, entry in differing.items()}
        return trees.written(self, tree, raw) if raw else tree

    def committed(self, tree: str, parent: str = "", *, number: int = 0, message: str = "") -> str:
        """The id of a new commit."""
        when = f"{AGENT} {STARTED + number * MINUTES} +0000"
        above = f"parent {parent}\n" if parent else ""
        said = message or f"Step {number}\n"
        data = f"tree {tree}\n{above}author {when}\ncommitter {when}\n\n{said}"
        return self.put(data.encode("utf-8", "surrogateescape"), "commit")


@contextmanager
def cloned(original: Repository) -> Iterator[Clone]:
    """A clone of a repository, as long as it is needed. Nothing is written into the original."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="agent-compliance-canary-")).resolve()
    except OSError as wrong:
        raise EvidenceError(f"no folder for temporary files can be written ({wrong.strerror}); set TMPDIR to one") from wrong
    try:
        sha256 = original.location.object_format == "sha256"
        (folder / "config").write_text(CONFIG.format(version=int(sha256), extensions=SHA256 if sha256 else ""), "utf-8")
        (folder / "objects" / "info").mkdir(parents=True)
        # As the original's shadow names them: where the original keeps its objects.
        borrowed = Path("objects", "info", "alternates")
        shutil.copyfile(original.shadow.dir / borrowed, folder / borrowed)
        (folder / "refs").mkdir()
        (folder / "HEAD").write_bytes(b"ref: refs/heads/canary\n")
        with Clone(folder) as clone:
            yield clone
    finally:
        shutil.rmtree(folder, ignore_errors=True)
