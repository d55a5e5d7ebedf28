"""The object store and the names over it: replacements, boundaries, forged objects, forged indexes of them, names that mislead."""

import hashlib
import shutil
import zlib
from pathlib import Path

from tests.evasions.harness import (
    APP,
    FRONTEND,
    HIDDEN,
    HONEST,
    MARKER,
    PROFILE,
    TODO,
    WEB,
    Expected,
    Must,
    Refused,
    Stage,
    Unread,
    attack,
    control,
)  # fmt: skip

FAMILY = "objects"
REPLACED = "git is told to show no replacements, in a repository of ours that has none; their presence is a finding."
BY_ID = "Names are resolved once; base is a full id, and nothing that is called like it counts."
REHASHED = "An object is hashed when it is read: one that is not what its id says is unreadable, and the audit does not pass."
BROKEN = "git itself refuses it; what could not be read is named, and the audit does not pass."


def _breach(stage: Stage) -> Must:
    stage.append(APP, TODO)
    stage.commit("work")
    return Must(MARKER, APP)


def _loose(stage: Stage, oid: str) -> Path:
    return stage.root / ".git/objects" / oid[:2] / oid[2:]


def _forge(stage: Stage, oid: str, kind: str, data: bytes) -> None:
    """Put another content in an object's place."""
    file = _loose(stage, oid)
    file.unlink()
    file.write_bytes(zlib.compress(b"%s %d\0" % (kind.encode(), len(data)) + data))


def _raw(stage: Stage, kind: str, oid: str) -> bytes:
    return zlib.decompress(_loose(stage, oid).read_bytes()).partition(b"\0")[2]


def _id(stage: Stage, revision: str) -> str:
    return stage.git("rev-parse", revision)


def _literal(stage: Stage, entries: list[str]) -> str:
    """A tree of the lines that ls-tree prints, in their order and unchecked; its id."""
    raw = b""
    for line in entries:
        about, _, name = line.partition("\t")
        mode, _, oid = about.split()
        raw += b"%s %s\0" % (mode.lstrip("0").encode(), name.encode()) + bytes.fromhex(oid)
    return stage.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=raw)


def _unseen(path: str, found: Must) -> Expected:
    """Not believed: seen all the same, or named as unread, or no audit at all."""
    return found | Unread(path) | Refused(3, "") | Refused(2, "broken")


# Replacements and boundaries


@attack(family=FAMILY, kind="replace commit", also_hides_from=("git diff",), defeated=REPLACED)
def replaced_commit(stage: Stage) -> Expected:
    """git shows base where head is named."""
    found = _breach(stage)
    stage.git("update-ref", f"refs/replace/{stage.head}", stage.base)
    return found, Must(HIDDEN, None, says="replace")


@attack(family=FAMILY, kind="replace commit", also_hides_from=("git diff", "git status"), defeated=REPLACED)
def replaced_tree_from_packed_references(stage: Stage) -> Expected:
    """git shows head's tree where base's is named, and the reference that says so lies in packed-refs."""
    stage.commit("work", {WEB: "export {}\n"})
    stage.git("update-ref", f"refs/replace/{_id(stage, 'main^{tree}')}", _id(stage, "HEAD^{tree}"))
    stage.git("pack-refs", "--all")
    stage.ask(head="HEAD")
    return Must(FRONTEND, WEB), Must(HIDDEN, None, says="replace")


@attack(family=FAMILY, kind="replace blob", also_hides_from=("git diff",), defeated=REPLACED)
def replaced_blob(stage: Stage) -> Expected:
    """git shows the old content where the new one is named."""
    found = _breach(stage)
    stage.git("update-ref", f"refs/replace/{_id(stage, f'HEAD:{APP}')}", _id(stage, f"main:{APP}"))
    return found, Must(HIDDEN, None, says="replace")


@attack(family=FAMILY, kind="replace base tree", also_hides_from=("git diff",), defeated=REPLACED)
def replaced_base(stage: Stage) -> Expected:
    """git shows a commit with head's tree where base is named."""
    found = _breach(stage)
    stage.git("update-ref", f"refs/replace/{stage.base}", stage.plumb(_id(stage, "HEAD^{tree}")))
    return found, Must(HIDDEN, None, says="replace")


@attack(
    family=FAMILY, kind="grafts", also_hides_from=("git diff",),
    defeated="Grafts are switched off; their presence is a finding.",
)  # fmt: skip
def grafted(stage: Stage) -> Expected:
    """A graft makes base a child of head, so that their merge base is head."""
    found = _breach(stage)
    stage.write(".git/info/grafts", f"{stage.base} {stage.head}\n")
    return found, Must(HIDDEN, None, says="graft")


@attack(
    family=FAMILY, kind="shallow no mergebase", also_hides_from=("git diff",),
    defeated="Without a merge base there is no audit: exit 3, with the command that brings the missing history.",
)  # fmt: skip
def clone_without_the_base(stage: Stage) -> Expected:
    """A clone so shallow that base and head share nothing that is there."""
    _breach(stage)
    stage.commit("more")
    clone = stage.beside / "clone"
    stage.git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{stage.root}", str(clone))
    stage.ask(repo=clone)
    return Refused(3, "shallow")


@attack(
    family=FAMILY, kind="shallow file forged", also_hides_from=("git diff",),
    defeated="A boundary that no clone made is a finding, or leaves no merge base, which is no pass.",
)  # fmt: skip
def shallow_file_forged(stage: Stage) -> Expected:
    """.git/shallow says that the history ends at head."""
    found = _breach(stage)
    stage.write(".git/shallow", f"{stage.head}\n")
    return Refused(3, "shallow") | found


@attack(
    family=FAMILY, kind="shallow file forged", also_hides_from=("git diff", "git log"),
    defeated="A boundary that no clone made is a finding, or leaves what came before it to be seen.",
)  # fmt: skip
def shallow_file_over_what_was_taken_back(stage: Stage) -> Expected:
    """The boundary cuts off the commit in which the breach was made; the next one took it back."""
    stage.commit("breach", {WEB: "export {}\n"})
    stage.git("checkout", "--quiet", "main", "--", WEB)
    stage.commit("back")
    tip = stage.commit("work", {APP: HONEST})
    stage.write(".git/shallow", f"{tip}\n")
    return Refused(3, "shallow") | Must(HIDDEN, WEB)


# Forged objects


@attack(family=FAMILY, kind="loose tree forged", also_hides_from=("git diff",), defeated=REHASHED)
def loose_tree_forged(stage: Stage) -> Expected:
    """The file of head's tree holds base's tree."""
    found = _breach(stage)
    _forge(stage, _id(stage, "HEAD^{tree}"), "tree", _raw(stage, "tree", _id(stage, "main^{tree}")))
    stage.ask(head="HEAD")
    return _unseen(APP, found)


@attack(family=FAMILY, kind="loose blob forged", also_hides_from=("git diff",), defeated=REHASHED)
def loose_blob_forged(stage: Stage) -> Expected:
    """The file of the new content holds the old one."""
    found = _breach(stage)
    _forge(stage, _id(stage, f"HEAD:{APP}"), "blob", _raw(stage, "blob", _id(stage, f"main:{APP}")))
    stage.ask(head="HEAD")
    return _unseen(APP, found)


@attack(family=FAMILY, kind="loose base tree forged", also_hides_from=("git diff",), defeated=REHASHED)
def loose_base_tree_forged(stage: Stage) -> Expected:
    """The file of a folder's tree at base holds head's."""
    found = _breach(stage)
    folder = APP.rpartition("/")[0]
    _forge(stage, _id(stage, f"main:{folder}"), "tree", _raw(stage, "tree", _id(stage, f"HEAD:{folder}")))
    stage.ask(head="HEAD")
    return _unseen(APP, found)


@attack(family=FAMILY, kind="loose commit forged", also_hides_from=("git diff",), defeated=REHASHED)
def loose_commit_forged(stage: Stage) -> Expected:
    """The file of head's commit names base's tree."""
    found = _breach(stage)
    said = _raw(stage, "commit", stage.head).replace(_id(stage, "HEAD^{tree}").encode(), _id(stage, "main^{tree}").encode())
    _forge(stage, stage.head, "commit", said)
    stage.ask(head="agent")
    return _unseen(APP, found)


@attack(family=FAMILY, kind="loose commit forged", also_hides_from=("git diff",), defeated=REHASHED)
def loose_base_commit_forged(stage: Stage) -> Expected:
    """The file of base's commit names head's tree, in which the law is another too."""
    found = _breach(stage)
    said = _raw(stage, "commit", stage.base).replace(_id(stage, "main^{tree}").encode(), _id(stage, "HEAD^{tree}").encode())
    _forge(stage, stage.base, "commit", said)
    return _unseen(APP, found)


@attack(family=FAMILY, kind="loose blob forged", also_hides_from=("git show base:policy",), defeated=REHASHED)
def law_forged_in_the_object_store(stage: Stage) -> Expected:
    """The file of the policy's content at base holds a policy without the clause that the run breaks."""
    stage.append(APP, TODO)
    stage.commit("work")
    oid = _id(stage, f"main:{PROFILE}")
    lines = [line for line in _raw(stage, "blob", oid).splitlines(keepends=True) if b"G-04" not in line]
    _forge(stage, oid, "blob", b"".join(lines))
    return Must(MARKER, APP) | Refused(3, "") | Refused(2, "could not be read")


@attack(family=FAMILY, kind="loose object broken", also_hides_from=("git diff",), defeated=BROKEN)
def loose_object_cut_off(stage: Stage) -> Expected:
    """The file of the new content ends in its middle."""
    found = _breach(stage)
    file = _loose(stage, _id(stage, f"HEAD:{APP}"))
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data[: len(data) // 2])
    stage.ask(head="HEAD")
    return _unseen(APP, found)


@attack(family=FAMILY, kind="loose object broken", also_hides_from=("git diff",), defeated=BROKEN)
def object_missing(stage: Stage) -> Expected:
    """The new content is in no store, and the disk has the old one again."""
    found = _breach(stage)
    _loose(stage, _id(stage, f"HEAD:{APP}")).unlink()
    stage.ask(head="HEAD")
    return _unseen(APP, found)


@attack(
    family=FAMILY, kind="lazy fetch", also_hides_from=("git diff",),
    defeated="Missing objects are fetched from nowhere: they are named, and the audit does not pass.",
)  # fmt: skip
def object_that_a_promisor_would_send(stage: Stage) -> Expected:
    """The new content is missing, and the remote that promised it is a command of the repository's."""
    found = _breach(stage)
    _loose(stage, _id(stage, f"HEAD:{APP}")).unlink()
    for name, value in {
        "remote.origin.url": str(stage.root), "remote.origin.promisor": "true", "remote.origin.partialclonefilter": "blob:none",
        "remote.origin.uploadpack": stage.canary("promisor"), "extensions.partialClone": "origin",
        "core.repositoryformatversion": "1",
    }.items():  # fmt: skip
        stage.git("config", name, value)
    stage.ask(head="HEAD")
    return _unseen(APP, found)


@attack(family=FAMILY, kind="loose blob forged", also_hides_from=("git diff",), defeated=REHASHED)
def alternate_store_forged(stage: Stage) -> Expected:
    """All objects lie in a store that objects/info/alternates names, the forged one among them."""
    found = _breach(stage)
    _forge(stage, _id(stage, f"HEAD:{APP}"), "blob", _raw(stage, "blob", _id(stage, f"main:{APP}")))
    store = stage.beside / "store"
    shutil.copytree(stage.root / ".git/objects", store)
    for folder in (stage.root / ".git/objects").iterdir():
        if len(folder.name) == 2:
            shutil.rmtree(folder)
    stage.write(".git/objects/info/alternates", f"{store}\n")
    stage.ask(head="HEAD")
    return _unseen(APP, found)


def _packed(stage: Stage) -> Path:
    """Put all objects into one pack; the pack's index."""
    stage.git("repack", "-a", "-d", "-q")
    (index,) = (stage.root / ".git/objects/pack").glob("*.idx")
    return index


def _misled(index: Path, oid: str, other: str) -> None:
    """Let a pack's index say that an object lies where another one does (gitformat-pack, version 2)."""
    data = bytearray(index.read_bytes())
    count = int.from_bytes(data[8 + 255 * 4 : 8 + 256 * 4], "big")
    names = 8 + 256 * 4
    at = {bytes(data[names + 20 * k : names + 20 * k + 20]).hex(): k for k in range(count)}
    crcs, offsets = names + 20 * count, names + 24 * count
    for table in (crcs, offsets):
        mine, its = table + 4 * at[oid], table + 4 * at[other]
        data[mine : mine + 4] = data[its : its + 4]
    data[-20:] = hashlib.sha1(data[:-20], usedforsecurity=False).digest()
    index.chmod(0o644)
    index.write_bytes(data)


PACKED = "An object is hashed when it is read, whatever store it comes from."


@attack(family=FAMILY, kind="pack index forged", also_hides_from=("git diff",), defeated=PACKED)
def pack_index_that_misleads_to_the_old_content(stage: Stage) -> Expected:
    """The index of a pack, its own checksum right, finds the old content under the new one's id."""
    found = _breach(stage)
    _misled(_packed(stage), _id(stage, f"HEAD:{APP}"), _id(stage, f"main:{APP}"))
    stage.ask(head="HEAD")
    return _unseen(APP, found)


@attack(family=FAMILY, kind="pack index forged", also_hides_from=("git diff",), defeated=PACKED)
def pack_index_that_misleads_to_the_old_tree(stage: Stage) -> Expected:
    """The index of a pack, its own checksum right, finds base's tree under the id of head's."""
    found = _breach(stage)
    _misled(_packed(stage), _id(stage, "HEAD^{tree}"), _id(stage, "main^{tree}"))
    stage.ask(head="HEAD")
    return _unseen(APP, found)


@attack(family=FAMILY, kind="pack index forged", also_hides_from=("git diff",), defeated=PACKED)
def multi_pack_index_that_misleads(stage: Stage) -> Expected:
    """The index over all packs, which git prefers to each pack's own, finds base's tree under the id of head's."""
    found = _breach(stage)
    _packed(stage)
    stage.git("multi-pack-index", "write")
    file = stage.root / ".git/objects/pack/multi-pack-index"
    data = bytearray(file.read_bytes())
    table = range(12, 12 + 12 * data[6], 12)
    chunks = {bytes(data[at : at + 4]): int.from_bytes(data[at + 4 : at + 12], "big") for at in table}
    names, offsets = chunks[b"OIDL"], chunks[b"OOFF"]
    count = int.from_bytes(data[chunks[b"OIDF"] + 255 * 4 : chunks[b"OIDF"] + 256 * 4], "big")
    at = {bytes(data[names + 20 * k : names + 20 * k + 20]).hex(): offsets + 8 * k for k in range(count)}
    mine, its = at[_id(stage, "HEAD^{tree}")], at[_id(stage, "main^{tree}")]
    data[mine : mine + 8] = data[its : its + 8]
    data[-20:] = hashlib.sha1(data[:-20], usedforsecurity=False).digest()
    file.chmod(0o644)
    file.write_bytes(data)
    stage.ask(head="HEAD")
    return _unseen(APP, found)


@attack(
    family=FAMILY, kind="commit graph forged", also_hides_from=("git merge-base",),
    defeated="Commit graphs are not read, neither here nor in an alternate store.",
)  # fmt: skip
def commit_graph_forged(stage: Stage) -> Expected:
    """The commit graph, its checksum right, says that head has no parent."""
    found = _breach(stage)
    stage.git("commit-graph", "write", "--reachable")
    file = stage.root / ".git/objects/info/commit-graph"
    data = bytearray(file.read_bytes())
    chunks = {bytes(data[8 + 12 * k : 12 + 12 * k]): int.from_bytes(data[12 + 12 * k : 20 + 12 * k], "big") for k in range(data[6])}
    ids = [stage.base, stage.head]
    at = chunks[b"CDAT"] + 36 * sorted(ids).index(stage.head) + 20
    data[at : at + 4] = (0x70000000).to_bytes(4, "big")
    data[-20:] = hashlib.sha1(data[:-20], usedforsecurity=False).digest()
    file.chmod(0o644)
    file.write_bytes(data)
    return found


@attack(
    family=FAMILY, kind="tree out of order", also_hides_from=("a reader that pairs sorted lists",),
    defeated="A tree that git would not have written is refused: no audit is made of it.",
)  # fmt: skip
def tree_out_of_order(stage: Stage) -> Expected:
    """The entries of head's tree are not sorted, which two sorted lists side by side do not survive."""
    stage.append(APP, TODO)
    stage.commit("work", {WEB: "export {}\n"})
    entries = stage.git("ls-tree", "HEAD").splitlines()
    tree = _literal(stage, entries[::-1])
    stage.git("update-ref", "refs/heads/agent", stage.plumb(tree, stage.base))
    stage.ask(head="HEAD")
    return Must(MARKER, APP) | Refused(3, "in no order")


@attack(
    family=FAMILY, kind="mode that is not git's", also_hides_from=("a reader that knows six modes",),
    defeated="Modes are read as git reads them: by their kind.",
)  # fmt: skip
def modes_that_git_would_not_write(stage: Stage) -> Expected:
    """Folders of head's tree have the modes of a disk, 40755 and 40700, and files 100600."""
    stage.append(APP, TODO)
    stage.commit("work", {WEB: "export {}\n"})
    inner = below = ""
    for folder, mode in (("apps/web", ""), ("apps", "40755"), ("", "40700")):
        entries = stage.git("ls-tree", f"HEAD:{folder}").replace("100644", "100600").splitlines()
        inner = _literal(stage, [f"{mode} tree {inner}\t{below}" if one.endswith(f"\t{below}") else one for one in entries])
        below = folder.rpartition("/")[2]
    stage.git("update-ref", "refs/heads/agent", stage.plumb(inner, stage.base))
    stage.write("apps/web/New.tsx", "export {}\n")
    return Must(MARKER, APP), Must(FRONTEND, WEB), Must(FRONTEND, "apps/web/New.tsx")


@attack(
    family=FAMILY, kind="object of another kind", also_hides_from=("git diff",),
    defeated="An entry that names an object of another kind is unreadable, and the audit does not pass.",
)  # fmt: skip
def file_that_is_no_blob(stage: Stage) -> Expected:
    """The tree says that the file is a blob; the id is that of a tree."""
    tree = _id(stage, "main:apps")
    changed = "packages/backend/src"
    entries = stage.git("ls-tree", f"main:{changed}").replace(_id(stage, f"main:{APP}"), tree).replace(" tree ", " blob ")
    inner = _literal(stage, entries.splitlines())
    for folder in ("packages/backend", "packages", ""):
        outer = stage.git("ls-tree", f"main:{folder}").replace(stage.git("rev-parse", f"main:{changed}"), inner)
        inner, changed = _literal(stage, outer.splitlines()), folder
    stage.git("update-ref", "refs/heads/agent", stage.plumb(inner, stage.base))
    stage.ask(head="HEAD")
    return Unread(APP) | Refused(3, "")


# Names


@attack(
    family=FAMILY, kind="moved base tag", also_hides_from=("git diff start...HEAD",), defeated=BY_ID,
    reach="A base that is passed by a name which the run can move is where the run put it: CI passes the id.",
)  # fmt: skip
def base_tag_moved(stage: Stage) -> Expected:
    """The tag and the branch by which base was known stand at head now."""
    stage.git("tag", "start")
    found = _breach(stage)
    stage.git("tag", "--force", "start")
    stage.git("branch", "--force", "main")
    return found


@attack(family=FAMILY, kind="base ref shadow", also_hides_from=("git diff main...HEAD",), defeated=BY_ID)
def base_id_as_a_branch(stage: Stage) -> Expected:
    """A branch and a tag are called like base's full id, and stand at head."""
    found = _breach(stage)
    for kind in ("heads", "tags", "remotes"):
        stage.git("update-ref", f"refs/{kind}/{stage.base}", stage.head)
    stage.write(f".git/{stage.base}", f"{stage.head}\n")
    stage.git("update-ref", "refs/heads/main", stage.head)
    return found


@attack(
    family=FAMILY, kind="base ref shadow", also_hides_from=("git diff start",),
    defeated="A name is looked for among branches, tags and remotes alone, never as a file of .git.",
)  # fmt: skip
def base_tag_shadowed_by_a_file(stage: Stage) -> Expected:
    """The tag is untouched; a file .git/start, which git prefers, holds head's id."""
    stage.git("tag", "start")
    found = _breach(stage)
    stage.write(".git/start", f"{stage.head}\n")
    stage.ask(base="start")
    return found


@attack(
    family=FAMILY, kind="base ref shadow", also_hides_from=("git diff start",),
    defeated="A name that is a branch and a tag of different commits is refused, not guessed at.",
)  # fmt: skip
def base_tag_beside_a_branch(stage: Stage) -> Expected:
    """A branch with the name of the tag that base is known by stands at head."""
    stage.git("branch", "start")
    found = _breach(stage)
    stage.git("tag", "start")
    stage.ask(base="start")
    return Refused(2, "ambiguous") | found


@attack(
    family=FAMILY, kind="head that is elsewhere", also_hides_from=("git diff",),
    defeated="The work tree is held to base whatever HEAD says of itself.",
)  # fmt: skip
def head_set_back_to_base(stage: Stage) -> Expected:
    """HEAD is detached at base; the work lies in the work tree, committed on a branch that HEAD does not name."""
    found = _breach(stage)
    stage.git("update-ref", "--no-deref", "HEAD", stage.base)
    stage.write(".git/HEAD", f"{stage.base}\n")
    return found


@attack(
    family=FAMILY, kind="head that is elsewhere", also_hides_from=("git diff",),
    defeated="A HEAD that names nothing is refused; none is made up.",
)  # fmt: skip
def head_that_names_nothing(stage: Stage) -> Expected:
    """HEAD names a branch that does not exist, so that git takes all for new."""
    found = _breach(stage)
    stage.write(".git/HEAD", "ref: refs/heads/nowhere\n")
    return Refused(2, "") | Refused(3, "") | found


# Honest stores


@control("clone_without_the_base")
def a_shallow_clone_with_enough_history(stage: Stage) -> None:
    stage.found({"packages/backend/src/more.ts": HONEST})
    stage.append(APP, HONEST)
    stage.commit("work")
    stage.git("clone", "--quiet", "--depth=2", f"file://{stage.root}", str(stage.beside / "clone"))
    stage.ask(repo=stage.beside / "clone")


@control("pack_index_that_misleads_to_the_old_tree")
def a_repository_after_gc(stage: Stage) -> None:
    for k in range(3):
        stage.append(APP, f"export const n{k} = {k}\n")
        stage.commit(f"work {k}")
    stage.git("-c", "gc.writeCommitGraph=true", "gc", "--quiet")
    stage.git("pack-refs", "--all")
    stage.git("multi-pack-index", "write")


@control("alternate_store_forged")
def a_clone_that_borrows_objects(stage: Stage) -> None:
    stage.append(APP, HONEST)
    stage.commit("work")
    stage.git("clone", "--quiet", "--shared", ".", str(stage.beside / "clone"))
    stage.ask(repo=stage.beside / "clone")


@control("object_that_a_promisor_would_send")
def a_partial_clone_that_has_what_it_needs(stage: Stage) -> None:
    stage.append(APP, HONEST)
    stage.commit("work")
    stage.git("config", "uploadpack.allowFilter", "true")
    stage.git("clone", "--quiet", "--filter=blob:limit=1m", f"file://{stage.root}", str(stage.beside / "clone"))
    stage.ask(repo=stage.beside / "clone")


@control("replaced_commit")
def references_of_other_kinds(stage: Stage) -> None:
    stage.append(APP, HONEST)
    stage.commit("work")
    stage.git("notes", "add", "-m", "seen", "main")
    for name in ("refs/pull/1/head", "refs/bisect/good", "refs/remotes/origin/main", "refs/tags/v1"):
        stage.git("update-ref", name, "main")
