"""Symbolic links that lead where the run may not work, or that stand in the place of something else."""

from pathlib import Path

from tests.evasions.crafted import BACKEND, denying, planted, tree
from tests.evasions.harness import (
    CONFUSABLE,
    HIDDEN,
    HONEST,
    MARKER,
    SCOPE,
    TODO,
    WEB,
    Expected,
    Must,
    Stage,
    Unread,
    attack,
    control,
)

WRITTEN = "A link is read as what is written in it, never followed, and held to the same paths as a file."
THROUGH = "A link through another link is held to where both lead."


def link(stage: Stage, path: str, target: str) -> Path:
    """Make a link of the work tree, in the place of whatever lies there."""
    at = stage.root / path
    at.parent.mkdir(parents=True, exist_ok=True)
    at.unlink(missing_ok=True)
    try:
        at.symlink_to(target)
    except OSError:
        stage.skip("this file system has no symbolic links")
    return at


@attack(family="links", kind="symlink into forbidden", defeated=WRITTEN)
def link_into_the_frontend(stage: Stage) -> Expected:
    """A link in an allowed folder to the denied one: what is edited through it is edited there."""
    link(stage, f"{BACKEND}/ui", "../../../apps/web")
    stage.commit("work")
    return Must(SCOPE, f"{BACKEND}/ui")


@control("link_into_the_frontend")
def links_within_the_scope(stage: Stage) -> None:
    """Links to files and folders that may change: beside, above, through `./` and `../`."""
    link(stage, f"{BACKEND}/people.ts", "users.ts")
    link(stage, "packages/backend/requests", "./__http__")
    link(stage, "packages/backend/test/src", "../src")
    link(stage, "packages/backend/test/all", "../../backend/src/../src/core.ts")
    stage.commit("work", {"packages/backend/test/a.ts": HONEST})


@attack(family="links", kind="symlink outside", defeated=WRITTEN)
def link_out_of_the_tree(stage: Stage) -> Expected:
    """A link to a folder beside the repository: nothing that lies there is part of any diff."""
    (stage.beside / "elsewhere").mkdir()
    path = f"{BACKEND}/lib"
    link(stage, path, "../../../../elsewhere")
    stage.commit("work")
    return Must(SCOPE, path), Must(HIDDEN, path, says="outside")


@attack(family="links", kind="symlink absolute", defeated=WRITTEN)
def link_to_an_absolute_path(stage: Stage) -> Expected:
    """A link to a file of the machine."""
    path = f"{BACKEND}/settings.ts"
    link(stage, path, "/etc/passwd")
    stage.commit("work")
    return Must(SCOPE, path, says="absolute"), Must(HIDDEN, path, says="absolute")


@attack(family="links", defeated=WRITTEN)
def link_to_a_drive(stage: Stage) -> Expected:
    """A link that is absolute on Windows alone."""
    path = f"{BACKEND}/settings.ts"
    planted(stage, BACKEND, ("120000", b"settings.ts", stage.blob(b"C:\\Users\\ada\\settings.ts")))
    return Must(SCOPE, path), Must(HIDDEN, path)


@attack(family="links", defeated=WRITTEN)
def link_that_climbs_by_backslashes(stage: Stage) -> Expected:
    """A link of one name to Linux that climbs out of the tree on Windows."""
    planted(stage, BACKEND, ("120000", b"lib", stage.blob(b"..\\..\\..\\..\\elsewhere")))
    return Must(SCOPE, f"{BACKEND}/lib") | Must(HIDDEN, f"{BACKEND}/lib")


@attack(family="links", kind="symlink type swap", defeated=WRITTEN)
def file_replaced_by_a_link(stage: Stage) -> Expected:
    """A source file becomes a link to one of the frontend: plain diffs show it as a deletion and an addition."""
    path = f"{BACKEND}/users.ts"
    link(stage, path, "../../../apps/web/App.tsx")
    stage.commit("work")
    return Must(SCOPE, path)


@control("file_replaced_by_a_link")
def file_replaced_by_a_link_to_its_new_place(stage: Stage) -> None:
    """A file moves, and a link is left where it was."""
    text = (stage.root / BACKEND / "users.ts").read_text("utf-8")
    link(stage, f"{BACKEND}/users.ts", "people/users.ts")
    stage.commit("work", {f"{BACKEND}/people/users.ts": text})


@attack(family="links", defeated=WRITTEN)
def folder_replaced_by_a_link(stage: Stage) -> Expected:
    """A folder of requests is taken away, and a link to the frontend lies in its place."""
    path = "packages/backend/__http__"
    (stage.root / path / "users.http").unlink()
    (stage.root / path).rmdir()
    link(stage, path, "../../apps/web")
    stage.commit("work")
    return Must(SCOPE, path)


@attack(family="links", defeated="What lies in the place of a link is read like every other file.")
def link_replaced_by_a_folder(stage: Stage) -> Expected:
    """Base has a link; the run puts a folder with the marker in its place."""
    link(stage, f"{BACKEND}/shared", "../../../apps/web")
    stage.found({})
    (stage.root / BACKEND / "shared").unlink()
    stage.commit("work", {f"{BACKEND}/shared/late.ts": TODO})
    return Must(MARKER, f"{BACKEND}/shared/late.ts")


@control("link_replaced_by_a_folder")
def link_that_base_had_and_that_goes(stage: Stage) -> None:
    """Links that lead out of the scope, and that base has: one stays as it is, one is taken away."""
    link(stage, f"{BACKEND}/shared", "../../../apps/web")
    link(stage, f"{BACKEND}/old", "/opt/shared")
    stage.found({})
    (stage.root / BACKEND / "old").unlink()
    stage.commit("work", {f"{BACKEND}/new.ts": HONEST})


@attack(family="links", defeated="The file has the path that it lies at, whatever link leads there.")
def file_written_through_a_link(stage: Stage) -> Expected:
    """The run writes through a link that base has: the tool said packages/backend, the file is one of the frontend."""
    link(stage, f"{BACKEND}/shared", "../../../apps/web")
    stage.found({})
    stage.write(f"{BACKEND}/shared/App.tsx", "export const App = () => <main>mine</main>\n")
    stage.commit("work")
    return Must(SCOPE, WEB)


@attack(
    family="links", kind="link chain", defeated=THROUGH,
)
def link_through_a_link_of_base(stage: Stage) -> Expected:
    """Base has a link to the root; a new one leads through it into the frontend, by a path that reads as allowed."""
    link(stage, "packages/backend/root", "../..")
    stage.found({})
    path = f"{BACKEND}/ui"
    link(stage, path, "../root/apps/web")
    stage.commit("work")
    return Must(SCOPE, path) | Must(HIDDEN, path)


@attack(
    family="links", kind="link chain with dots", defeated=THROUGH,
)
def link_that_climbs_through_a_link(stage: Stage) -> Expected:
    """Two links, each allowed as it is written: the dots behind the first climb from where it leads, not from where it lies."""
    link(stage, f"{BACKEND}/a/b/top", "../../..")
    path = f"{BACKEND}/a/b/ui"
    link(stage, path, "top/../../apps/web")
    stage.commit("work", {f"{BACKEND}/a/b/c.ts": HONEST})
    assert (stage.root / path / "App.tsx").is_file()
    return Must(SCOPE, path) | Must(HIDDEN, path)


@control("link_that_climbs_through_a_link")
def links_through_links_within_the_scope(stage: Stage) -> None:
    """A chain that stays where work is allowed, and a ring of links that leads nowhere."""
    link(stage, f"{BACKEND}/a/b/top", "../../..")
    link(stage, f"{BACKEND}/a/b/src", "top/src")
    link(stage, f"{BACKEND}/a/b/one", "two")
    link(stage, f"{BACKEND}/a/b/two", "one")
    stage.commit("work")


@attack(family="links", kind="link to .git", defeated=WRITTEN)
def link_to_the_repositorys_own_files(stage: Stage) -> Expected:
    """A link to git's folder: a file put behind it is a hook or a setting."""
    path = f"{BACKEND}/tools"
    link(stage, path, "../../../.git/hooks")
    stage.commit("work")
    return Must(SCOPE, path), Must(HIDDEN, path, says="git's own")


@attack(
    family="links", defeated="The target of a link is folded before it is held to a glob, as a path is.",
)
def link_to_a_look_alike(stage: Stage) -> Expected:
    """A link to a denied folder in other capitals: where case makes no difference it leads there."""
    denying(stage)
    path = f"{BACKEND}/ui"
    link(stage, path, "../../../Apps/WEB")
    stage.commit("work")
    return Must(SCOPE, path) | Must(HIDDEN, path)


@attack(family="links", defeated="A link with a NUL in its target is a breach: a checkout cuts it there.")
def link_cut_by_a_nul(stage: Stage) -> Expected:
    """A target with a NUL: as a text it leads back into the allowed folder, on the disk it ends before that."""
    target = b"../../../apps/web\0/../../packages/backend/src/core.ts"
    planted(stage, BACKEND, ("120000", b"ui", stage.blob(target)))
    path = f"{BACKEND}/ui"
    return Must(SCOPE, path) | Must(HIDDEN, path) | Must(CONFUSABLE, path)


@attack(family="links", also_hides_from=("readers that skip links",), defeated="A link whose target is a source text is no link.")
def source_as_a_link(stage: Stage) -> Expected:
    """A whole source as the target of a link: where there are no links (Windows by default) the file is that source."""
    path = f"{BACKEND}/late.ts"
    planted(stage, BACKEND, ("120000", b"late.ts", stage.blob(f"{HONEST}{TODO}".encode())))
    return Must(MARKER, path) | Must(SCOPE, path) | Must(HIDDEN, path) | Must(CONFUSABLE, path)


@attack(family="links", defeated=WRITTEN)
def link_of_the_work_tree_alone(stage: Stage) -> Expected:
    """A link that is not committed, in the place of a file whose index entry says that nothing changed."""
    path = f"{BACKEND}/users.ts"
    stage.git("update-index", "--assume-unchanged", path)
    link(stage, path, "../../../README.md")
    return Must(SCOPE, path)


@attack(family="links", defeated="A folder is read as a folder, and a link above a file is found where it lies.")
def folder_of_the_path_is_a_link_in_the_work_tree(stage: Stage) -> Expected:
    """A folder of the work tree is moved out of the repository and a link put in its place: every file looks unchanged."""
    away = stage.beside / "away"
    (stage.root / BACKEND).rename(away)
    link(stage, BACKEND, "../../../away")
    assert (stage.root / BACKEND / "users.ts").is_file()
    return Must(HIDDEN, BACKEND)


@attack(family="links", defeated="A tree is no link, whatever its mode says.")
def link_whose_target_is_a_tree(stage: Stage) -> Expected:
    """An entry with a link's mode and a tree's id."""
    folder = tree(stage, [("100644", b"late.ts", stage.blob(TODO.encode()))])
    planted(stage, BACKEND, ("120000", b"odd", folder))
    return Unread(f"{BACKEND}/odd")
