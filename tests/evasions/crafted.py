"""What several families are made with: trees that no ``git add`` writes, a profile that denies by name, the report on a screen."""

from pytest_agentcompliance import terminal
from pytest_agentcompliance.reporters import text
from tests.evasions.harness import PROFILE, Stage

Entry = tuple[str, bytes, str]  # mode, name, id

# Everything may change but what is denied: a name that only looks like a denied one is worth something here.
DENYING = """\
spec: what the stage's backend agent was told
clauses:
  G-01:
    says: "The frontend and the contracts are not touched"
    rules: {scope/allowed-paths: {allowed: ["**"], denied: ["apps/web/**", "docs/caf\u00e9/**", "**/*.lock"]}}
  G-04: {says: "No markers of unfinished work", rules: {content/todo: {}}}
"""
BACKEND = "packages/backend/src"


def denying(stage: Stage) -> None:
    """Found the stage on the profile that denies instead of allowing."""
    stage.found({PROFILE: DENYING})


def tree(stage: Stage, entries: list[Entry]) -> str:
    """A tree object with these entries as they are: no order, no name and no mode is refused."""
    data = b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(id) for mode, name, id in entries)
    return stage.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=data)


def entries(stage: Stage, folder: str) -> list[Entry]:
    """What a folder of the run's head holds; the root is an empty text."""
    listed = stage.git("ls-tree", "-z", f"{stage.head}:{folder}").encode("utf-8", "surrogateescape")
    found = []
    for line in listed.split(b"\0")[:-1]:
        said, name = line.split(b"\t", 1)
        mode, _, id = said.decode().split()
        found.append((mode.lstrip("0"), name, id))
    return found


def planted(stage: Stage, folder: str, *new: Entry) -> str:
    """Commit the head's tree with more entries in one of its folders, past index and work tree; the audit is of that commit.

    Entries stand in git's order, a new one behind an old one of its name.
    """
    below = tree(stage, sorted([*entries(stage, folder), *new], key=_order))
    while folder:
        folder, _, name = folder.rpartition("/")
        raw = name.encode()
        below = tree(stage, [(mode, one, below if one == raw else id) for mode, one, id in entries(stage, folder)])
    commit = stage.plumb(below, stage.head)
    stage.git("update-ref", "refs/heads/agent", commit)
    stage.ask(head=commit)
    return commit


def _order(entry: Entry) -> bytes:
    return entry[1] + b"/" if entry[0] == "40000" else entry[1]


def screen(stage: Stage, **asked: object) -> list[str]:
    """The lines that a person reads: none of them may hold what moves the cursor or turns text around."""
    lines = [line for _, line in text.lines(stage.audit(**asked), verbose=True)]  # type: ignore[arg-type]
    assert [line for line in lines if not line.isprintable()] == []
    return lines


def refused(stage: Stage) -> str:
    """What a person reads of an audit that is refused, held to the same."""
    said = terminal.escaped(stage.report().words)
    assert [line for line in said.split("\n") if not line.isprintable()] == []
    return said
