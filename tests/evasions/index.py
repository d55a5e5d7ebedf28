"""The index: a state of its own between the commit and the disk, with bits and forms that hide things."""

from contextlib import suppress
from subprocess import CalledProcessError

from tests.evasions.harness import (
    APP,
    FRONTEND,
    HIDDEN,
    HONEST,
    MARKER,
    SCOPE,
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

FAMILY = "index"
STAGED = "What is staged is a state of its own, held to base like the end of the run."
NEW = "apps/web/New.tsx"
EXPORT = "export {}\n"


def _cleaned(stage: Stage, path: str, content: str) -> None:
    """Stage a content, and put back on the disk what was there."""
    file = stage.root / path
    before = file.read_bytes() if file.exists() else None
    stage.write(path, content)
    stage.git("add", path)
    if before is None:
        file.unlink()
    else:
        stage.write(path, before)


@attack(family=FAMILY, kind="staged then cleaned", also_hides_from=("git diff", "git status"), defeated=STAGED)
def staged_then_cleaned(stage: Stage) -> Expected:
    """A marker is staged, and the disk has base's content again: the next commit will have it."""
    _cleaned(stage, APP, (stage.root / APP).read_text() + TODO)
    return Must(HIDDEN, APP)


@attack(family=FAMILY, kind="staged then cleaned", also_hides_from=("git diff", "git status"), defeated=STAGED)
def new_file_staged_then_removed(stage: Stage) -> Expected:
    """A new file of the frontend is staged, and removed from the disk."""
    _cleaned(stage, NEW, EXPORT)
    return Must(HIDDEN, NEW)


@attack(
    family=FAMILY, kind="staged then cleaned", also_hides_from=("git diff",), defeated=STAGED,
)  # fmt: skip
def deletion_staged(stage: Stage) -> Expected:
    """The deletion of a file is staged; the file is still there."""
    stage.git("rm", "--quiet", "--cached", WEB)
    return Must(HIDDEN, WEB)


@attack(family=FAMILY, kind="staged then cleaned", also_hides_from=("git diff", "git status"), defeated=STAGED)
def mode_staged(stage: Stage) -> Expected:
    """The executable bit of a file outside of the scope is staged, and not on the disk."""
    stage.git("update-index", "--chmod=+x", "README.md")
    return Must(HIDDEN, "README.md")


@attack(family=FAMILY, kind="staged then cleaned", also_hides_from=("git diff",), defeated=STAGED)
def staged_then_cleaned_and_skipped(stage: Stage) -> Expected:
    """What is staged is not on the disk, and a skip-worktree bit says that this is right."""
    _cleaned(stage, NEW, EXPORT)
    stage.git("update-index", "--skip-worktree", NEW)
    return Must(HIDDEN, NEW) | Must(FRONTEND, NEW)


@attack(
    family=FAMILY, kind="wt intent to add", also_hides_from=("git diff",),
    defeated="A file on the disk is read whether git was told of it or not.",
)  # fmt: skip
def intent_to_add(stage: Stage) -> Expected:
    """The file is in the index by name only: neither untracked nor staged."""
    stage.write(NEW, EXPORT)
    stage.git("add", "--intent-to-add", NEW)
    return Must(FRONTEND, NEW)


@attack(family=FAMILY, kind="split index", also_hides_from=("git diff", "git status"), defeated=STAGED)
def split_index(stage: Stage) -> Expected:
    """The index is split: what is staged lies in a shared part beside it."""
    _cleaned(stage, WEB, EXPORT)
    stage.git("update-index", "--split-index")
    return Must(HIDDEN, WEB)


@attack(
    family=FAMILY, kind="split index", also_hides_from=("git diff", "git status"),
    defeated="An index that cannot be read is named, and the audit does not pass.",
)  # fmt: skip
def split_index_without_its_half(stage: Stage) -> Expected:
    """The shared part of a split index is gone."""
    _cleaned(stage, WEB, EXPORT)
    stage.git("update-index", "--split-index")
    for shared in (stage.root / ".git").glob("sharedindex.*"):
        shared.unlink()
    return Unread(".git/index") | Refused(3, "index") | Must(HIDDEN, WEB)


@attack(
    family=FAMILY, kind="index broken", also_hides_from=("git status",),
    defeated="An index that cannot be read is named, and the audit does not pass.",
)  # fmt: skip
def index_that_is_none(stage: Stage) -> Expected:
    """.git/index is garbage, over a staged breach."""
    _cleaned(stage, WEB, EXPORT)
    stage.write(".git/index", b"DIRC\0\0\0\2\0\0\0\xffnothing of the kind")
    return Unread(".git/index") | Refused(3, "index")


@attack(
    family=FAMILY, kind="conflict stages", also_hides_from=("git diff",),
    defeated="The disk is read whatever the index says of a path.",
)  # fmt: skip
def conflict_stages(stage: Stage) -> Expected:
    """The index has the file in conflict with itself, with base's content for both sides; the disk has a marker."""
    old = stage.git("rev-parse", f"HEAD:{APP}")
    stage.append(APP, TODO)
    lines = f"0 {'0' * 40}\t{APP}\n" + "".join(f"100644 {old} {number}\t{APP}\n" for number in (1, 2, 3))
    stage.git("update-index", "--index-info", given=lines.encode())
    return Must(MARKER, APP)


@attack(
    family=FAMILY, kind="conflict stages", also_hides_from=("git ls-files -o --exclude-standard",),
    defeated="The disk is read whatever the index says of a path.",
)  # fmt: skip
def conflict_over_a_new_file(stage: Stage) -> Expected:
    """A new file is in the index as one side of a conflict only."""
    stage.write(NEW, EXPORT)
    stage.git("update-index", "--index-info", given=f"100644 {stage.blob(EXPORT.encode())} 3\t{NEW}\n".encode())
    return Must(FRONTEND, NEW)


@attack(
    family=FAMILY, kind="gitlink in the index", also_hides_from=("git diff",),
    defeated="A folder that is a submodule in the index alone is a submodule that was added, or files like others.",
)  # fmt: skip
def folder_that_the_index_calls_a_submodule(stage: Stage) -> Expected:
    """The index has a submodule where a folder with new files lies, of which nothing is shown but a commit's id."""
    folder = "packages/backend/vendor"
    stage.write(f"{folder}/more.ts", TODO)
    stage.git("update-index", "--add", "--cacheinfo", f"160000,{stage.base},{folder}")
    return Must(HIDDEN, folder) | Must(MARKER, f"{folder}/more.ts")


@attack(
    family=FAMILY, kind="gitlink in the index", also_hides_from=("git status --short",),
    defeated="A folder that is a submodule in the index alone is a submodule that was added, or files like others.",
)  # fmt: skip
def tracked_folder_that_the_index_calls_a_submodule(stage: Stage) -> Expected:
    """The index has a submodule in the place of the backend's sources, one of which changed."""
    folder = "packages/backend/src"
    stage.append(APP, TODO)
    stage.git("rm", "-r", "--quiet", "--cached", folder)
    stage.git("update-index", "--add", "--cacheinfo", f"160000,{stage.base},{folder}")
    return Must(HIDDEN, folder) | Must(MARKER, APP)


@attack(
    family=FAMILY, kind="wt assume unchanged", also_hides_from=("git diff", "git status"),
    defeated="No bit of the index decides what is read.",
)  # fmt: skip
def fsmonitor_valid(stage: Stage) -> Expected:
    """The index believes a monitor, which says that nothing changed."""
    quiet = stage.beside / "monitor"
    quiet.write_text("#!/bin/sh\nprintf 'token\\0'\n")
    quiet.chmod(0o755)
    stage.git("config", "core.fsmonitor", str(quiet))
    stage.git("update-index", "--fsmonitor")
    stage.git("status")
    stage.git("update-index", "--fsmonitor-valid", APP)
    stage.append(APP, TODO)
    return Must(MARKER, APP)


@attack(
    family=FAMILY, kind="index version", also_hides_from=("a reader of index version 2",),
    defeated="git itself reads the index, with our environment and none of its bits obeyed.",
)  # fmt: skip
def index_of_version_four(stage: Stage) -> Expected:
    """The index is of version 4, with shortened names, and holds what the disk has not."""
    _cleaned(stage, WEB, EXPORT)
    stage.git("update-index", "--index-version", "4")
    return Must(HIDDEN, WEB)


@attack(family=FAMILY, kind="staged then cleaned", also_hides_from=("git diff", "git status"), defeated=STAGED)
def staged_link_out_of_the_tree(stage: Stage) -> Expected:
    """A link out of the tree is staged in a folder that may change, and is not on the disk."""
    path = "packages/backend/outside"
    stage.git("update-index", "--add", "--cacheinfo", f"120000,{stage.blob(b'/etc/passwd')},{path}")
    return Must(HIDDEN, path) | Must(SCOPE, path)


# Honest indexes


@control("staged_then_cleaned")
def an_index_between_two_honest_states(stage: Stage) -> None:
    """Something is staged, and the disk has gone on; no rule minds either."""
    stage.append(APP, HONEST)
    stage.git("add", APP)
    stage.append(APP, HONEST.replace("thrice", "fourfold"))


@control("split_index")
def an_honest_split_index(stage: Stage) -> None:
    stage.git("update-index", "--split-index")
    stage.append(APP, HONEST)
    stage.git("add", APP)


@control("index_that_is_none")
def no_index_at_all(stage: Stage) -> None:
    """As after a clone without a checkout, the files of which were unpacked by something else."""
    stage.append(APP, HONEST)
    stage.commit("work")
    (stage.root / ".git/index").unlink()


@control("intent_to_add")
def honest_intent_to_add(stage: Stage) -> None:
    stage.write("packages/backend/src/new.ts", HONEST)
    stage.git("add", "--intent-to-add", "packages/backend/src/new.ts")


@control("conflict_stages")
def a_merge_that_is_under_way(stage: Stage) -> None:
    """Both sides of a conflict are honest, and so is what the disk has."""
    stage.append("packages/backend/src/core.ts", HONEST)
    stage.commit("work")
    stage.git("checkout", "--quiet", "-b", "side", "main")
    stage.append("packages/backend/src/core.ts", HONEST.replace("thrice", "fourfold"))
    stage.commit("work")
    stage.git("checkout", "--quiet", "agent")
    with suppress(CalledProcessError):  # the conflict that is wanted
        stage.git("merge", "--quiet", "side")
    stage.write("packages/backend/src/core.ts", HONEST * 2)
    stage.git("branch", "--quiet", "-D", "side")


@control("wt_assume_unchanged")
def a_bit_on_a_file_that_did_not_change(stage: Stage) -> None:
    stage.git("update-index", "--assume-unchanged", WEB)
    stage.git("update-index", "--skip-worktree", "README.md")
    stage.append(APP, HONEST)
