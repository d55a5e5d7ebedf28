"""The repository's own configuration: of diffs, of places, of commands, and values that make git give up."""

import os

from tests.evasions.harness import (
    APP,
    BASE,
    FRONTEND,
    HIDDEN,
    HONEST,
    MARKER,
    STARTED,
    TODO,
    WEB,
    Expected,
    Must,
    Refused,
    Stage,
    attack,
    control,
)

FAMILY = "configuration"
OWN = "git works in a repository of our own, whose configuration is ours: none of the audited one's is read."


def _breach(stage: Stage, *settings: str) -> Must:
    """A marker, committed, in a repository that is configured like this: ``name=value``."""
    stage.append(APP, TODO)
    stage.commit("work")
    for one in settings:
        name, _, value = one.partition("=")
        stage.git("config", "--add", name, value)
    return Must(MARKER, APP)


@attack(family=FAMILY, kind="cfg diff external", also_hides_from=("git diff", "git status"), defeated=OWN)
def cfg_external_diff(stage: Stage) -> Expected:
    """diff.external is a command that prints nothing."""
    return _breach(stage, "diff.external=true")


@attack(family=FAMILY, kind="cfg bigFileThreshold", also_hides_from=("git diff", "git status"), defeated=OWN)
def cfg_every_file_is_big(stage: Stage) -> Expected:
    """core.bigFileThreshold makes every file too big to be compared."""
    return _breach(stage, "core.bigFileThreshold=1")


@attack(
    family=FAMILY, kind="cfg quotePath", also_hides_from=("git diff", "git status"),
    defeated="Paths are read from raw records with NUL between them.",
)  # fmt: skip
def cfg_quoted_path(stage: Stage) -> Expected:
    """core.quotePath writes a path with an accent in octal, so that no glob of the reader's matches."""
    path = "apps/web/Menü.tsx"
    stage.commit("work", {path: "export {}\n"})
    stage.git("config", "core.quotePath", "true")
    return Must(FRONTEND, path)


@attack(family=FAMILY, kind="cfg noprefix", also_hides_from=("git diff", "git status"), defeated=OWN)
def cfg_no_prefix(stage: Stage) -> Expected:
    """diff.noprefix takes the a/ and b/ away that a reader cuts off."""
    stage.commit("work", {WEB: "export {}\n"})
    stage.git("config", "diff.noprefix", "true")
    return Must(FRONTEND, WEB)


@attack(family=FAMILY, kind="cfg mnemonic", also_hides_from=("git status",), defeated=OWN)
def cfg_mnemonic_prefix(stage: Stage) -> Expected:
    """diff.mnemonicPrefix puts other letters in the place of a/ and b/."""
    stage.commit("work", {WEB: "export {}\n"})
    stage.git("config", "diff.mnemonicPrefix", "true")
    return Must(FRONTEND, WEB)


@attack(family=FAMILY, kind="cfg dstprefix", also_hides_from=("git diff of 2.45 and newer",), defeated=OWN)
def cfg_destination_prefix(stage: Stage) -> Expected:
    """diff.srcPrefix and diff.dstPrefix put a folder that may change before every path."""
    stage.commit("work", {WEB: "export {}\n"})
    stage.git("config", "diff.srcPrefix", "packages/backend/")
    stage.git("config", "diff.dstPrefix", "packages/backend/")
    return Must(FRONTEND, WEB)


@attack(
    family=FAMILY, kind="cfg renames copies", also_hides_from=("git diff", "git status"),
    defeated="Renames are never asked of git: both ends of a move are files of the change.",
)  # fmt: skip
def cfg_copies(stage: Stage) -> Expected:
    """diff.renames=copies makes a copy of a backend file into the frontend a change without lines."""
    stage.commit("work", {"apps/web/core.ts": (stage.root / "packages/backend/src/core.ts").read_bytes()})
    stage.write("packages/backend/src/core.ts", HONEST)
    stage.commit("work")
    stage.git("config", "diff.renames", "copies")
    return Must(FRONTEND, "apps/web/core.ts")


@attack(family=FAMILY, kind="cfg orderFile", also_hides_from=("git diff", "git status"), defeated=OWN)
def cfg_order_file_that_is_not_there(stage: Stage) -> Expected:
    """diff.orderFile names nothing, so that git diff dies."""
    return _breach(stage, "diff.orderFile=nowhere")


@attack(family=FAMILY, kind="cfg relative subdir", also_hides_from=("git diff", "git status"), defeated=OWN)
def cfg_relative(stage: Stage) -> Expected:
    """diff.relative shows nothing outside the folder that the audit is started in."""
    stage.commit("work", {WEB: "export {}\n"})
    stage.git("config", "diff.relative", "true")
    stage.ask(shell=True, cwd=stage.root / "packages/backend", repo=stage.root / "packages/backend")
    return Must(FRONTEND, WEB)


@attack(family=FAMILY, kind="cfg algorithm", also_hides_from=("git diff", "git status"), defeated=OWN)
def cfg_no_such_algorithm(stage: Stage) -> Expected:
    """diff.algorithm is a word that git dies of."""
    return _breach(stage, "diff.algorithm=none")


@attack(family=FAMILY, kind="cfg context big", defeated=OWN)
def cfg_context_without_end(stage: Stage) -> Expected:
    """So many lines of context that added lines drown in old ones, which hold markers enough."""
    stage.found({APP: TODO * 40 + "const n = 1\n" * 40})
    found = _breach(stage, "diff.context=100000", "diff.interHunkContext=100000")
    return Must(found.rule, found.path, line=81)


@attack(family=FAMILY, kind="cfg bad value dos", also_hides_from=("git diff", "git status"), defeated=OWN)
def cfg_value_that_git_dies_of(stage: Stage) -> Expected:
    """A colour that is none: every git command in the repository dies."""
    return _breach(stage, "color.diff.new=mauve-ish")


@attack(family=FAMILY, kind="cfg bad value dos", also_hides_from=("git diff", "git status"), defeated=OWN)
def cfg_file_that_is_no_configuration(stage: Stage) -> Expected:
    """.git/config ends in garbage: every git command in the repository dies."""
    found = _breach(stage)
    with (stage.root / ".git/config").open("a") as file:
        file.write("[core\n\0")
    return found


@attack(family=FAMILY, kind="cfg bad value dos", also_hides_from=("git diff", "git status"), defeated=OWN)
def cfg_version_of_the_future(stage: Stage) -> Expected:
    """core.repositoryformatversion and an unknown extension: git refuses the repository."""
    return _breach(stage, "extensions.nonesuch=true", "core.repositoryformatversion=99")


@attack(
    family=FAMILY, kind="cfg object format", also_hides_from=(),
    defeated="The hash that is used is that of the ids which the repository holds; one that does not fit makes no pass.",
)  # fmt: skip
def cfg_hash_in_a_section_of_no_meaning(stage: Stage) -> Expected:
    """A section that git ignores says that the repository has SHA-256: who searches the file for the words is misled."""
    return _breach(stage, "nonesuch.objectformat=sha256") | Refused(2, "") | Refused(3, "")


@attack(family=FAMILY, kind="cfg color always", also_hides_from=("git diff", "git status"), defeated=OWN)
def cfg_colours(stage: Stage) -> Expected:
    """color.ui=always puts escape sequences before the plus of every line."""
    return _breach(stage, "color.ui=always", "color.diff=always")


@attack(family=FAMILY, kind="cfg wordRegex", defeated=OWN)
def cfg_words(stage: Stage) -> Expected:
    """diff.wordRegex and settings of taste, each with a value that changes what is printed."""
    return _breach(stage, "diff.wordRegex=.", "diff.indentHeuristic=true", "diff.suppressBlankEmpty=true", "diff.noindex=true")


@attack(family=FAMILY, kind="cfg wsErrorHighlight colorMoved", also_hides_from=("git diff on a terminal",), defeated=OWN)
def cfg_marks_in_the_lines(stage: Stage) -> Expected:
    """diff.wsErrorHighlight and diff.colorMoved put marks into the middle of the lines, which themselves are only moved."""
    stage.found({APP: TODO + BASE[APP], "packages/backend/src/more.ts": HONEST})
    stage.commit("work", {APP: BASE[APP], "packages/backend/src/more.ts": HONEST + TODO * 2})
    for name, value in {"diff.wsErrorHighlight": "all", "diff.colorMoved": "zebra", "color.diff": "always"}.items():
        stage.git("config", name, value)
    return Must(MARKER, "packages/backend/src/more.ts")


@attack(family=FAMILY, kind="cfg diff external", also_hides_from=("git diff", "git status"), defeated=OWN)
def cfg_included_from_elsewhere(stage: Stage) -> Expected:
    """The settings lie in a file outside the repository that .git/config includes on this branch alone."""
    more = stage.beside / "more.config"
    more.write_text("[diff]\n\texternal = true\n")
    return _breach(stage, f"includeIf.onbranch:agent.path={more}")


@attack(family=FAMILY, kind="cfg diff external", also_hides_from=("git diff", "git status"), defeated=OWN)
def cfg_of_the_work_tree(stage: Stage) -> Expected:
    """The settings lie in .git/config.worktree, which an extension switches on."""
    found = _breach(stage, "extensions.worktreeConfig=true")
    stage.write(".git/config.worktree", "[diff]\n\texternal = true\n")
    return found


@attack(
    family=FAMILY, kind="cfg core worktree", also_hides_from=("git diff", "git status"),
    defeated="The work tree is the folder in which .git lies; a setting that leads git elsewhere is a finding.",
)  # fmt: skip
def cfg_work_tree_elsewhere(stage: Stage) -> Expected:
    """core.worktree leads git to a clean copy, while the folder that will be built has the breach."""
    decoy = stage.beside / "decoy"
    stage.git("worktree", "add", "--quiet", "--detach", str(decoy), "main")
    (decoy / ".git").unlink()
    stage.git("worktree", "prune")
    stage.append(APP, TODO)
    stage.git("config", "core.worktree", str(decoy))
    return Must(MARKER, APP), Must(HIDDEN, None, says="core.worktree")


@attack(
    family=FAMILY, kind="cfg core bare", also_hides_from=("git diff", "git status"),
    defeated="Whether there is a work tree is seen on the disk; a setting that denies it is a finding.",
)  # fmt: skip
def cfg_bare(stage: Stage) -> Expected:
    """core.bare denies the work tree, so that git compares nothing of it."""
    stage.append(APP, TODO)
    stage.git("config", "core.bare", "true")
    return Must(MARKER, APP), Must(HIDDEN, None, says="core.bare")


@attack(
    family=FAMILY, kind="cfg core worktree", also_hides_from=("git diff", "git status"),
    defeated="The work tree is the folder in which .git lies; a setting that leads git elsewhere is a finding.",
)  # fmt: skip
def cfg_work_tree_elsewhere_by_an_include(stage: Stage) -> Expected:
    """core.worktree stands in config.worktree, in odd capitals, and leads to an empty folder of the repository itself."""
    stage.append(APP, TODO)
    decoy = stage.root / ".git/decoy"
    decoy.mkdir()
    stage.git("--work-tree", str(decoy), "checkout", "--quiet", "--force", "main", "--", ".")
    stage.git("config", "extensions.worktreeConfig", "true")
    stage.write(".git/config.worktree", f"[CORE]\n  WorkTree={decoy}\n")
    return Must(MARKER, APP), Must(HIDDEN, None, says="core.worktree")


@attack(
    family=FAMILY, kind="cfg commands", defeated="No command of the audited repository is ever run; the canaries prove it.",
)  # fmt: skip
def cfg_every_command_there_is(stage: Stage) -> Expected:
    """Every setting that names a command names one that leaves a trace, and every hook is there."""
    hooks = stage.beside / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "post-checkout", "pre-commit", "pre-auto-gc"):
        (hooks / name).write_text(f"#!/bin/sh\nexec {stage.canary(name)}\n")
        (hooks / name).chmod(0o755)
    song = stage.canary
    return _breach(
        stage, f"core.hooksPath={hooks}", f"core.fsmonitor={song('fsmonitor')}", f"core.pager={song('pager')}",
        f"pager.diff={song('pager-diff')}", f"core.sshCommand={song('ssh')}", f"core.askPass={song('askpass')}",
        f"core.alternateRefsCommand={song('alternates')}", f"core.editor={song('editor')}", f"core.gitProxy={song('proxy')}",
        f"credential.helper=!{song('credential')}", f"gpg.program={song('gpg')}", "log.showSignature=true",
        f"gpg.ssh.program={song('ssh-sign')}", f"diff.external={song('external')}", f"diff.x.textconv={song('textconv')}",
        f"diff.x.command={song('command')}", f"filter.x.clean={song('clean')}", f"filter.x.smudge={song('smudge')}",
        f"filter.x.process={song('process')}", f"merge.x.driver={song('merge')}", f"remote.origin.uploadpack={song('upload')}",
        f"remote.origin.url=ext::{song('remote')}", f"uploadpack.packObjectsHook={song('pack')}",
        f"alias.diff-tree=!{song('alias')}", f"alias.cat-file=!{song('alias2')}", f"sequence.editor={song('sequence')}",
        f"trailer.x.cmd={song('trailer')}", f"interactive.diffFilter={song('interactive')}",
        f"submodule.x.update=!{song('submodule')}", "remote.origin.promisor=true", "extensions.partialClone=origin",
    )  # fmt: skip


@attack(
    family=FAMILY, kind="cfg ignored case", also_hides_from=("git diff",),
    defeated="Our walk reads names as they are on the disk.",
)  # fmt: skip
def cfg_case_does_not_matter(stage: Stage) -> Expected:
    """core.ignoreCase makes git take a new file for the one whose name differs in case, which is not checked for."""
    path = "apps/web/main.CSS"
    if (stage.root / path).exists():
        stage.skip("the disk itself does not tell the case of letters")
    stage.git("config", "core.ignoreCase", "true")
    stage.write(path, "main { color: red }\n")
    return Must(FRONTEND, path)


@attack(
    family=FAMILY, kind="cfg upstream", also_hides_from=("git diff @{upstream}",),
    defeated="A base that is passed as a full id is believed, and nothing that the repository says of its upstream.",
    reach="Where no base is passed, the repository's own names say where the run began: CI passes the id.",
)  # fmt: skip
def cfg_upstream_is_the_run_itself(stage: Stage) -> Expected:
    """The branch follows a remote branch that stands at the run's end; so do origin/main and origin/HEAD."""
    found = _breach(stage, "remote.origin.url=/nowhere", "branch.agent.remote=origin", "branch.agent.merge=refs/heads/main")
    for name in ("refs/remotes/origin/main", "refs/remotes/origin/agent", "refs/heads/main"):
        stage.git("update-ref", name, "HEAD")
    stage.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    return found


@attack(
    family=FAMILY, kind="dubious ownership", also_hides_from=("git diff", "git status"),
    defeated="Whose the folder is plays no part: git works in a repository of our own.",
)  # fmt: skip
def cfg_somebody_elses_repository(stage: Stage) -> Expected:
    """The repository belongs to another user, as in a container, and git refuses to work in it."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        stage.skip("only root can give a folder away")
    found = _breach(stage)
    for folder in (stage.root, stage.root / ".git"):
        os.chown(folder, 65534, 65534)
    return found


# Honest configurations


@control("cfg_external_diff")
def a_user_with_an_external_diff(stage: Stage) -> None:
    stage.git("config", "diff.external", stage.canary("difftastic"))
    stage.git("config", "core.pager", stage.canary("delta"))
    stage.git("config", "interactive.diffFilter", stage.canary("delta-filter"))
    stage.append(APP, HONEST)
    stage.commit("work")


@control("cfg_every_command_there_is")
def a_user_with_hooks_and_a_monitor(stage: Stage) -> None:
    stage.git("config", "core.fsmonitor", stage.canary("watchman"))
    hook = stage.write(".git/hooks/pre-commit", f"#!/bin/sh\nexec {stage.canary('pre-commit')}\n")
    hook.chmod(0o755)
    stage.git("config", "core.untrackedCache", "true")
    stage.append(APP, HONEST)
    stage.commit("work")


@control("cfg_copies")
def a_user_with_tastes(stage: Stage) -> None:
    for name, value in {
        "diff.renames": "copies", "diff.algorithm": "histogram", "diff.noprefix": "true", "diff.mnemonicPrefix": "true",
        "color.ui": "always", "diff.relative": "true", "diff.context": "10", "core.abbrev": "4", "diff.colorMoved": "zebra",
    }.items():  # fmt: skip
        stage.git("config", name, value)
    stage.append(APP, HONEST)
    stage.commit("work")


@control("cfg_bare")
def a_bare_repository(stage: Stage) -> None:
    stage.append(APP, HONEST)
    stage.commit("work")
    stage.git("clone", "--quiet", "--bare", ".", str(stage.beside / "bare.git"))
    stage.ask(repo=stage.beside / "bare.git", head="agent")


@control("cfg_work_tree_elsewhere")
def a_work_tree_that_is_named_and_right(stage: Stage) -> None:
    """Submodules and some tools write core.worktree down where it says no more than the truth."""
    stage.git("config", "core.worktree", "..")
    stage.git("config", "core.bare", "false")
    stage.append(APP, HONEST)


@control("cfg_case_does_not_matter")
def a_configuration_from_another_system(stage: Stage) -> None:
    for name in ("core.ignoreCase", "core.precomposeUnicode", "core.protectNTFS"):
        stage.git("config", name, "true")
    stage.write("packages/backend/src/helpers.ts", HONEST)


@control("cfg_hash_in_a_section_of_no_meaning")
def a_repository_with_longer_ids(stage: Stage) -> None:
    """A repository that has SHA-256 by right."""
    other = Stage(stage.beside / "longer", "", STARTED)
    other.root.mkdir()
    other.git("init", "--quiet", "--template=", "--initial-branch=main", "--object-format=sha256", ".")
    base = other.commit("start", BASE)
    other.append(APP, HONEST)
    stage.ask(repo=other.root, base=base)
