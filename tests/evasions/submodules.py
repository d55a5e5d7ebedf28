"""Submodules: pointers that move, settings that keep git from saying so, and work inside them that no pointer shows."""

import shutil
from pathlib import Path

from tests.conftest import GitRepo, new_repo
from tests.evasions.harness import (
    APP,
    HIDDEN,
    HONEST,
    MARKER,
    SCOPE,
    TODO,
    Expected,
    Must,
    Refused,
    Stage,
    Unread,
    attack,
    control,
)  # fmt: skip

FAMILY = "submodules"
SUB = "packages/backend/vendor/shared"  # inside of what may change: the scope alone would let it move
MODULES = f'[submodule "shared"]\n\tpath = {SUB}\n\turl = ../shared\n'
MOVED = "A submodule that moved is a finding wherever it lies; no setting says that submodules are to be passed by."
INSIDE = "The files of a submodule are held to the commit that it stands at; a difference is a finding."


def _with_submodule(stage: Stage, modules: str = MODULES) -> GitRepo:
    """A submodule that base has, checked out and clean."""
    sub = new_repo(stage.root / SUB)
    sub.commit("start", {"lib.ts": "export const one = 1\n", ".gitignore": "out/\n"})
    stage.found({".gitmodules": modules})
    return sub


def _moves(stage: Stage, sub: GitRepo) -> None:
    sub.commit("work", {"lib.ts": "export const one = 2\n"})
    stage.commit("work")


@attack(family=FAMILY, kind="sub pointer", defeated=MOVED)
def sub_pointer(stage: Stage) -> Expected:
    """The submodule points at another commit, of which the change shows nothing but an id."""
    _moves(stage, _with_submodule(stage))
    return Must(HIDDEN, SUB)


@attack(family=FAMILY, kind="sub ignore cfg", also_hides_from=("git diff", "git status"), defeated=MOVED)
def sub_ignored_by_configuration(stage: Stage) -> Expected:
    """diff.ignoreSubmodules=all."""
    _moves(stage, _with_submodule(stage))
    stage.git("config", "diff.ignoreSubmodules", "all")
    return Must(HIDDEN, SUB)


@attack(family=FAMILY, kind="sub ignore gitmodules", also_hides_from=("git diff", "git status"), defeated=MOVED)
def sub_ignored_by_gitmodules(stage: Stage) -> Expected:
    """The run's .gitmodules says ignore = all, and base's said it before."""
    _moves(stage, _with_submodule(stage, MODULES + "\tignore = all\n"))
    stage.git("add", "--all", "--force", ".")
    stage.git("update-index", "--add", "--cacheinfo", f"160000,{GitRepo(stage.root / SUB).git('rev-parse', 'HEAD')},{SUB}")
    stage.record()
    return Must(HIDDEN, SUB)


@attack(family=FAMILY, kind="sub ignore name cfg", also_hides_from=("git diff", "git status"), defeated=MOVED)
def sub_ignored_by_its_name(stage: Stage) -> Expected:
    """submodule.shared.ignore=all in .git/config, beside a .gitmodules that looks honest."""
    _moves(stage, _with_submodule(stage))
    stage.git("config", "submodule.shared.ignore", "all")
    return Must(HIDDEN, SUB)


@attack(family=FAMILY, kind="sub log format", also_hides_from=("git diff", "git status"), defeated=MOVED)
def sub_as_a_log(stage: Stage) -> Expected:
    """diff.submodule=log prints a sentence where a reader looks for a patch."""
    _moves(stage, _with_submodule(stage))
    stage.git("config", "diff.submodule", "log")
    return Must(HIDDEN, SUB)


@attack(family=FAMILY, kind="sub dirty inside", also_hides_from=("git diff", "git status"), defeated=INSIDE)
def sub_dirty_inside(stage: Stage) -> Expected:
    """A file of the submodule is changed and committed nowhere, and ignore=dirty keeps git silent."""
    _with_submodule(stage)
    stage.write(f"{SUB}/lib.ts", "export const one = 2\n")
    stage.git("config", "submodule.shared.ignore", "dirty")
    return Must(HIDDEN, SUB) | Must(HIDDEN, f"{SUB}/lib.ts")


@attack(family=FAMILY, kind="sub dirty inside", also_hides_from=("git diff", "git status"), defeated=INSIDE)
def sub_new_file_inside(stage: Stage) -> Expected:
    """A new file in the submodule, which its own info/exclude leaves out."""
    _with_submodule(stage)
    stage.write(f"{SUB}/more.ts", HONEST)
    stage.write(f"{SUB}/.git/info/exclude", "more.ts\n")
    return Must(HIDDEN, SUB) | Must(HIDDEN, f"{SUB}/more.ts")


@attack(family=FAMILY, kind="sub dirty inside", also_hides_from=("git diff", "git status"), defeated=INSIDE)
def sub_dirty_behind_an_index_bit(stage: Stage) -> Expected:
    """The submodule's own index is told not to look at the file that was changed."""
    sub = _with_submodule(stage)
    sub.git("update-index", "--assume-unchanged", "lib.ts")
    stage.write(f"{SUB}/lib.ts", "export const one = 2\n")
    return Must(HIDDEN, SUB) | Must(HIDDEN, f"{SUB}/lib.ts")


@attack(family=FAMILY, kind="sub dirty inside", also_hides_from=("git diff", "git status"), defeated=INSIDE)
def sub_with_a_decoy_git_folder(stage: Stage) -> Expected:
    """The submodule's .git is a file that leads to a git folder whose work tree is elsewhere, and clean."""
    sub = _with_submodule(stage)
    decoy = stage.beside / "decoy"
    sub.git("clone", "--quiet", ".", str(decoy))
    (sub.root / ".git").rename(stage.beside / "decoy.git")
    stage.git("config", "--file", str(stage.beside / "decoy.git/config"), "core.worktree", str(decoy))
    stage.write(f"{SUB}/.git", f"gitdir: {stage.beside / 'decoy.git'}\n")
    stage.write(f"{SUB}/lib.ts", "export const one = 2\n")
    return Must(HIDDEN, SUB) | Must(HIDDEN, f"{SUB}/lib.ts")


@attack(
    family=FAMILY, kind="sub dirty inside", also_hides_from=("git diff",),
    defeated="A submodule without a git folder is a folder: its files are no submodule's.",
)  # fmt: skip
def sub_that_lost_its_git_folder(stage: Stage) -> Expected:
    """The submodule's .git is gone, and its files are changed: git takes the pointer's word for all of them."""
    _with_submodule(stage)
    shutil.rmtree(stage.root / SUB / ".git")
    stage.write(f"{SUB}/lib.ts", "// TODO: one\n")
    return Must(HIDDEN, SUB) | Must(HIDDEN, f"{SUB}/lib.ts") | Must(MARKER, f"{SUB}/lib.ts")


@attack(
    family=FAMILY, kind="sub dirty inside", also_hides_from=("git diff",),
    defeated="Where a submodule is not checked out there is nothing; what lies there is a finding.",
)  # fmt: skip
def sub_not_checked_out_with_files_in_its_place(stage: Stage) -> Expected:
    """The submodule is not checked out, and files of the run lie in its folder."""
    _with_submodule(stage)
    shutil.rmtree(stage.root / SUB)
    stage.write(f"{SUB}/more.ts", TODO)
    return Must(HIDDEN, SUB) | Must(HIDDEN, f"{SUB}/more.ts") | Must(MARKER, f"{SUB}/more.ts")


@attack(
    family=FAMILY, kind="sub dirty inside", also_hides_from=("git diff", "git status"),
    defeated="The objects of a submodule are hashed as well: a tree that is not what its id says is believed by nobody.",
)  # fmt: skip
def sub_with_forged_objects(stage: Stage) -> Expected:
    """The submodule's own tree is overwritten with one that names the changed file."""
    sub = _with_submodule(stage)
    tree = sub.git("rev-parse", "HEAD^{tree}")
    sub.write("lib.ts", "export const one = 2\n")
    sub.git("add", "lib.ts")
    other = sub.git("write-tree")
    mine, its = (sub.root / ".git/objects" / oid[:2] / oid[2:] for oid in (tree, other))
    mine.unlink()
    mine.write_bytes(its.read_bytes())
    return Must(HIDDEN, SUB) | Must(HIDDEN, f"{SUB}/lib.ts") | Unread(SUB) | Unread(f"{SUB}/lib.ts") | Refused(3, "")


@attack(
    family=FAMILY, kind="sub dirty inside", also_hides_from=("git diff",),
    defeated="A submodule that cannot be read is a finding, or named as unread.",
)  # fmt: skip
def sub_without_its_objects(stage: Stage) -> Expected:
    """The submodule's objects are gone, so that nobody can tell whether its files are those of its commit."""
    sub = _with_submodule(stage)
    shutil.rmtree(sub.root / ".git/objects")
    (sub.root / ".git/objects").mkdir()
    stage.write(f"{SUB}/lib.ts", "export const one = 2\n")
    return Must(HIDDEN, SUB) | Must(HIDDEN, f"{SUB}/lib.ts") | Unread(SUB) | Unread(f"{SUB}/lib.ts")


@attack(family=FAMILY, kind="sub dirty inside", also_hides_from=("git diff", "git status"), defeated=INSIDE)
def sub_new_folder_that_ignores_itself(stage: Stage) -> Expected:
    """A new folder in the submodule has an ignore file with nothing but a star."""
    _with_submodule(stage)
    stage.write(f"{SUB}/next/.gitignore", "*\n")
    stage.write(f"{SUB}/next/more.ts", HONEST)
    return Must(HIDDEN, SUB) | Must(HIDDEN, f"{SUB}/next/more.ts")


@attack(family=FAMILY, kind="sub dirty inside", also_hides_from=("git diff", "git status"), defeated=INSIDE)
def sub_of_a_submodule(stage: Stage) -> Expected:
    """The submodule has a submodule, in which a file is changed; both are ignored by configuration."""
    inner = new_repo(stage.root / SUB / "inner")
    inner.commit("start", {"deep.ts": "export const deep = 1\n"})
    sub = _with_submodule(stage)
    sub.git("config", "diff.ignoreSubmodules", "all")
    stage.git("config", "submodule.shared.ignore", "dirty")
    inner.write("deep.ts", "export const deep = 2\n")
    return Must(HIDDEN, SUB) | Must(HIDDEN, f"{SUB}/inner") | Must(HIDDEN, f"{SUB}/inner/deep.ts")


@attack(family=FAMILY, kind="sub pointer", also_hides_from=("git diff", "git status"), defeated=MOVED)
def sub_moved_and_not_committed(stage: Stage) -> Expected:
    """The submodule is checked out at another commit; the pointer that is committed is still base's."""
    sub = _with_submodule(stage)
    sub.commit("work", {"lib.ts": "export const one = 2\n"})
    stage.git("config", "diff.ignoreSubmodules", "all")
    return Must(HIDDEN, SUB)


@attack(
    family=FAMILY, kind="sub pointer", also_hides_from=("git diff",),
    defeated="What is staged is a state of its own, held to base like the end of the run.",
)  # fmt: skip
def sub_moved_in_the_index_alone(stage: Stage) -> Expected:
    """The moved pointer is staged; the submodule is checked out where base has it."""
    sub = _with_submodule(stage)
    start = sub.git("rev-parse", "HEAD")
    sub.commit("work", {"lib.ts": "export const one = 2\n"})
    stage.git("add", SUB)
    sub.git("checkout", "--quiet", start)
    return Must(HIDDEN, SUB)


@attack(
    family=FAMILY, kind="sub pointer", also_hides_from=("git diff", "git status"),
    defeated="A submodule that appears is a finding: what it brings is read by nobody.",
)  # fmt: skip
def sub_in_the_place_of_a_folder(stage: Stage) -> Expected:
    """A folder of the backend becomes a submodule without a .gitmodules, so that its files leave the change."""
    folder = "packages/backend/src"
    stage.git("rm", "-r", "--quiet", "--cached", folder)
    sub = new_repo(stage.root / folder)
    sub.commit("start", {"app.ts": "// TODO: all of it\n"})
    stage.commit("work")
    stage.git("config", "diff.ignoreSubmodules", "all")
    return Must(HIDDEN, folder)


@attack(
    family=FAMILY, kind="sub commands", also_hides_from=("git diff", "git status"),
    defeated="No command of a submodule's configuration is run; its files are read by ourselves.",
)  # fmt: skip
def sub_whose_configuration_runs_commands(stage: Stage) -> Expected:
    """The submodule's monitor, hooks and filters, and the update command of its parent, each leave a trace."""
    sub = _with_submodule(stage)
    for name in ("core.fsmonitor", "filter.x.clean", "filter.x.process", "core.alternateRefsCommand"):
        sub.git("config", name, stage.canary(name.replace(".", "-")))
    sub.write(".git/info/attributes", "* filter=x\n")
    stage.git("config", "submodule.shared.update", f"!{stage.canary('update')}")
    stage.git("config", "submodule.recurse", "true")
    stage.git("config", "submodule.shared.ignore", "all")
    stage.write(f"{SUB}/lib.ts", "export const one = 2\n")
    return Must(HIDDEN, SUB) | Must(HIDDEN, f"{SUB}/lib.ts")


@attack(family=FAMILY, kind="sub url", defeated=".gitmodules is a file like any other.")
def sub_from_another_place(stage: Stage) -> Expected:
    """The pointer stays; the place that it is fetched from is another."""
    _with_submodule(stage)
    stage.commit("work", {".gitmodules": MODULES.replace("../shared", "https://example.org/shared")})
    return Must(SCOPE, ".gitmodules")


# Honest submodules


@control("sub_pointer")
def a_submodule_that_did_not_move(stage: Stage) -> None:
    _with_submodule(stage)
    stage.append(APP, HONEST)
    stage.commit("work")


@control("sub_moved_and_not_committed")
def a_submodule_that_is_not_checked_out(stage: Stage) -> None:
    _with_submodule(stage)
    shutil.rmtree(stage.root / SUB)
    (stage.root / SUB).mkdir()
    stage.append(APP, HONEST)


@control("sub_new_file_inside")
def a_submodule_with_what_its_builds_leave(stage: Stage) -> None:
    _with_submodule(stage)
    stage.write(f"{SUB}/out/lib.js", "exports.one = 1\n")
    stage.write(f"{SUB}/out/.cache", "1\n")


@control("sub_with_a_decoy_git_folder")
def a_submodule_as_git_lays_it_out(stage: Stage) -> None:
    """With its git folder below the parent's, where ``git submodule update`` puts it."""
    sub = _with_submodule(stage)
    home = stage.root / ".git/modules/shared"
    home.parent.mkdir()
    Path(sub.root / ".git").rename(home)
    up = "../" * (SUB.count("/") + 1)
    stage.write(f"{SUB}/.git", f"gitdir: {up}.git/modules/shared\n")
    stage.git("config", "--file", str(home / "config"), "core.worktree", f"../../../{SUB}")
    assert sub.git("status", "--short") == ""
    stage.append(APP, HONEST)


@control("sub_ignored_by_gitmodules")
def a_submodule_that_base_ignores(stage: Stage) -> None:
    _with_submodule(stage, MODULES + "\tignore = dirty\n")
    stage.git("config", "submodule.shared.ignore", "dirty")
    stage.append(APP, HONEST)
    stage.commit("work")


@control("sub_of_a_submodule")
def a_submodule_of_a_submodule(stage: Stage) -> None:
    inner = new_repo(stage.root / SUB / "inner")
    inner.commit("start", {"deep.ts": "export const deep = 1\n"})
    _with_submodule(stage)
    stage.append(APP, HONEST)
