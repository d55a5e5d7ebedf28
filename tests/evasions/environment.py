"""The environment of the audit: variables and programs that the judged may have left for it."""

import json
import shutil

from tests.evasions.harness import APP, FRONTEND, HIDDEN, HONEST, MARKER, TODO, WEB, Expected, Must, Stage, attack, control

FAMILY = "environment"
BUILT = "git gets an environment that is built from nothing: no GIT_* variable of the caller reaches it."


def _breach(stage: Stage, **env: object) -> Must:
    """A marker, committed, and an audit by the real command in this environment."""
    stage.append(APP, TODO)
    stage.commit("work")
    stage.ask(shell=True, env={name: str(value) for name, value in env.items()})
    return Must(MARKER, APP)


def _decoy(stage: Stage) -> str:
    """A clean repository beside the audited one, with the same base."""
    decoy = stage.beside / "decoy"
    shutil.copytree(stage.root, decoy, symlinks=True)
    return str(decoy)


@attack(family=FAMILY, kind="env external diff", also_hides_from=("git diff", "git status"), defeated=BUILT)
def env_external_diff(stage: Stage) -> Expected:
    """GIT_EXTERNAL_DIFF names a command that prints nothing."""
    return _breach(stage, GIT_EXTERNAL_DIFF=stage.canary("external") + " >/dev/null; true")


@attack(
    family=FAMILY, kind="env git dir", also_hides_from=("git diff", "git status"),
    defeated="The repository is found on the disk; " + BUILT,
)  # fmt: skip
def env_git_dir(stage: Stage) -> Expected:
    """GIT_DIR and GIT_WORK_TREE lead to a clean repository beside the audited one."""
    decoy = _decoy(stage)
    return _breach(stage, GIT_DIR=f"{decoy}/.git", GIT_WORK_TREE=decoy)


@attack(family=FAMILY, kind="env git dir", also_hides_from=("git diff",), defeated=BUILT)
def env_common_dir_and_objects(stage: Stage) -> Expected:
    """GIT_COMMON_DIR leads to the refs of a clean repository, GIT_OBJECT_DIRECTORY to its objects."""
    decoy = _decoy(stage)
    return _breach(stage, GIT_COMMON_DIR=f"{decoy}/.git", GIT_OBJECT_DIRECTORY=f"{decoy}/.git/objects")


@attack(family=FAMILY, kind="env config count", also_hides_from=("git diff", "git status"), defeated=BUILT)
def env_configuration(stage: Stage) -> Expected:
    """GIT_CONFIG_COUNT carries settings that no file holds."""
    return _breach(stage, GIT_CONFIG_COUNT=1, GIT_CONFIG_KEY_0="diff.external", GIT_CONFIG_VALUE_0="true")


@attack(family=FAMILY, kind="env config count", also_hides_from=("git diff", "git status"), defeated=BUILT)
def env_configuration_as_parameters(stage: Stage) -> Expected:
    """GIT_CONFIG_PARAMETERS carries settings as git hands them to its children."""
    return _breach(stage, GIT_CONFIG_PARAMETERS="'diff.external'='true'")


@attack(family=FAMILY, kind="env config files", also_hides_from=("git diff", "git status"), defeated=BUILT)
def env_configuration_files(stage: Stage) -> Expected:
    """GIT_CONFIG_GLOBAL and GIT_CONFIG_SYSTEM, and HOME beside them, name files with settings."""
    file = stage.beside / ".gitconfig"
    file.write_text("[diff]\n\texternal = true\n")
    return _breach(stage, GIT_CONFIG_GLOBAL=file, GIT_CONFIG_SYSTEM=file, GIT_CONFIG_NOSYSTEM="0", HOME=stage.beside)


@attack(family=FAMILY, kind="env diff opts", defeated=BUILT)
def env_diff_options(stage: Stage) -> Expected:
    """GIT_DIFF_OPTS asks for so much context that added lines drown in it."""
    return _breach(stage, GIT_DIFF_OPTS="--unified=100000")


@attack(family=FAMILY, kind="env pathspec icase and namespace", defeated=BUILT)
def env_pathspecs(stage: Stage) -> Expected:
    """Paths are globs, without case, and the references are those of a namespace."""
    return _breach(stage, GIT_GLOB_PATHSPECS=1, GIT_ICASE_PATHSPECS=1, GIT_NOGLOB_PATHSPECS=0, GIT_NAMESPACE="elsewhere")


@attack(
    family=FAMILY, kind="env path fake git", also_hides_from=("git diff", "git status"),
    defeated="git is resolved once, to an absolute path outside of the audited tree, wherever links lead.",
    reach="A git outside of the tree that comes first on the PATH is the machine's git: the audit's machine has to be sound.",
)  # fmt: skip
def env_fake_git_in_the_tree(stage: Stage) -> Expected:
    """The first git on the PATH lies in a folder of the tree that base ignores, and says that nothing changed."""
    fake = stage.write("node_modules/.bin/git", "#!/bin/sh\nexit 0\n")
    fake.chmod(0o755)
    return _breach(stage, PATH=f"{fake.parent}:/usr/local/bin:/usr/bin:/bin")


@attack(
    family=FAMILY, kind="env path fake git", also_hides_from=("git diff", "git status"),
    defeated="git is resolved once, to an absolute path outside of the audited tree, wherever links lead.",
)  # fmt: skip
def env_fake_git_by_a_link(stage: Stage) -> Expected:
    """The first git on the PATH is a link outside of the tree to a program in it; before it, relative folders."""
    fake = stage.write("node_modules/.bin/tool", "#!/bin/sh\nexit 0\n")
    fake.chmod(0o755)
    stage.write("git", "#!/bin/sh\nexit 0\n").chmod(0o755)
    found = _breach(stage, PATH=f":.:bin:{stage.beside / 'bin'}:/usr/local/bin:/usr/bin:/bin")
    (stage.beside / "bin").mkdir()
    (stage.beside / "bin/git").symlink_to(fake)
    return found


@attack(family=FAMILY, kind="env path fake git", also_hides_from=(), defeated=BUILT)
def env_exec_path(stage: Stage) -> Expected:
    """GIT_EXEC_PATH leads to programs that take the place of git's own."""
    folder = stage.beside / "exec"
    folder.mkdir()
    for name in ("git-diff-tree", "git-cat-file", "git-rev-list", "git"):
        (folder / name).write_text(f"#!/bin/sh\nexec {stage.canary(name)} </dev/null\n")
        (folder / name).chmod(0o755)
    return _breach(stage, GIT_EXEC_PATH=folder, GIT_PYTHON_GIT_EXECUTABLE=folder / "git", GIT_PYTHON_REFRESH="raise")


@attack(
    family=FAMILY, kind="env index file", also_hides_from=("git diff", "git status"),
    defeated="The work tree is walked by ourselves, and the index is the one in .git.",
)  # fmt: skip
def env_index_file(stage: Stage) -> Expected:
    """GIT_INDEX_FILE names an index that is told not to look at the file that was changed."""
    other = stage.beside / "index"
    shutil.copyfile(stage.root / ".git/index", other)
    stage.git("update-index", "--skip-worktree", APP, env={"GIT_INDEX_FILE": str(other)})
    stage.append(APP, TODO)
    stage.ask(shell=True, env={"GIT_INDEX_FILE": str(other)})
    return Must(MARKER, APP)


@attack(
    family=FAMILY, kind="env index file", also_hides_from=("git diff",),
    defeated="The index is the one in .git, whatever the environment names: what is staged there is held to base.",
)  # fmt: skip
def env_index_file_over_a_staged_breach(stage: Stage) -> Expected:
    """The breach is staged in the index that the next commit is made of; GIT_INDEX_FILE names a clean copy."""
    clean = stage.beside / "index"
    shutil.copyfile(stage.root / ".git/index", clean)
    before = (stage.root / WEB).read_bytes()
    stage.write(WEB, "export {}\n")
    stage.git("add", WEB)
    stage.write(WEB, before)
    stage.ask(shell=True, env={"GIT_INDEX_FILE": str(clean)})
    return Must(HIDDEN, WEB)


@attack(family=FAMILY, kind="env replace base", also_hides_from=("git diff",), defeated=BUILT)
def env_replacements_below_another_name(stage: Stage) -> Expected:
    """GIT_REPLACE_REF_BASE makes ordinary references into replacements: head is shown as base."""
    found = _breach(stage, GIT_REPLACE_REF_BASE="refs/quiet/")
    stage.git("update-ref", f"refs/quiet/{stage.head}", stage.base)
    return found


@attack(family=FAMILY, kind="env replace base", also_hides_from=("git diff",), defeated=BUILT)
def env_grafts_and_boundaries(stage: Stage) -> Expected:
    """GIT_SHALLOW_FILE and GIT_GRAFT_FILE name files that cut the history above base off."""
    found = _breach(stage, GIT_SHALLOW_FILE=stage.beside / "shallow", GIT_GRAFT_FILE=stage.beside / "grafts")
    (stage.beside / "shallow").write_text(f"{stage.head}\n")
    (stage.beside / "grafts").write_text(f"{stage.head}\n")
    return found


@attack(family=FAMILY, kind="env attributes", also_hides_from=(), defeated=BUILT)
def env_attributes_of_another_tree(stage: Stage) -> Expected:
    """GIT_ATTR_SOURCE names a tree whose attributes quieten the code, for git 2.41 and newer."""
    tree = stage.git("mktree", given=f"100644 blob {stage.blob(b'*.ts -diff')}\t.gitattributes\n".encode())
    return _breach(stage, GIT_ATTR_SOURCE=tree)


@attack(
    family=FAMILY, kind="env python", also_hides_from=("an audit without python -I",),
    defeated="The command of record runs isolated: python -I reads neither PYTHON* variables nor the folder that it stands in.",
)  # fmt: skip
def env_modules_of_the_tree(stage: Stage) -> Expected:
    """PYTHONPATH, PYTHONSTARTUP and the working folder offer modules under the names of those that the audit imports."""
    backend = stage.root / "packages/backend"
    for name in ("sitecustomize", "usercustomize", "yaml", "git", "click", "pytest_agentcompliance", "pathspec"):
        (backend / f"{name}.py").write_text("import os\nos._exit(0)\n")
    found = _breach(stage)
    named = {"PYTHONPATH": backend, "PYTHONSTARTUP": backend / "yaml.py", "PYTHONUSERBASE": backend}
    stage.ask(cwd=backend, env={name: str(value) for name, value in named.items()})
    return found


@attack(
    family=FAMILY, kind="env ci", also_hides_from=("an audit that believes the payload",),
    defeated="A base that is passed beats what the CI's variables say.",
    reach="Where no base is passed, CI's own variables say it: nothing that the run wrote may be in their place.",
)  # fmt: skip
def env_payload_that_names_the_end(stage: Stage) -> Expected:
    """GITHUB_EVENT_PATH names a file in the tree, by which the pull request's base is its own head."""
    found = _breach(stage)
    event = stage.beside / "event.json"
    event.write_text(json.dumps({"pull_request": {"base": {"sha": stage.head}}}))
    said = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(event), "GITHUB_BASE_REF": "agent"}
    stage.ask(env={**said, "CI_MERGE_REQUEST_DIFF_BASE_SHA": stage.head})
    return found


@attack(
    family=FAMILY, kind="env tmpdir", also_hides_from=(),
    defeated="Our own repository lies in a folder that we made, and the walk passes by nothing else in the folder above it.",
)  # fmt: skip
def env_temporary_files_in_the_tree(stage: Stage) -> Expected:
    """TMPDIR is a folder of the frontend: files with our own folders' names are planted there."""
    folder = stage.root / "apps/web/tmp"
    path = "apps/web/tmp/agent-compliance-x/page.tsx"
    stage.write(path, "export {}\n")
    stage.ask(shell=True, env={"TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)})
    return Must(FRONTEND, path)


@attack(family=FAMILY, kind="env ceiling", also_hides_from=("git diff",), defeated="The repository is found on the disk; " + BUILT)
def env_ceiling(stage: Stage) -> Expected:
    """GIT_CEILING_DIRECTORIES ends git's search for the repository above the folder that the audit is started in."""
    found = _breach(stage, GIT_CEILING_DIRECTORIES=stage.root, GIT_DISCOVERY_ACROSS_FILESYSTEM="0")
    stage.ask(cwd=stage.root / "packages/backend", repo=stage.root / "packages/backend")
    return found


# Honest environments


def _honest(stage: Stage, **env: object) -> None:
    stage.append(APP, HONEST)
    stage.commit("work")
    stage.ask(shell=True, env={name: str(value) for name, value in env.items()})


@control("env_configuration_files")
def a_user_with_a_configuration_of_their_own(stage: Stage) -> None:
    (stage.beside / ".gitconfig").write_text(
        f"[user]\n\tname = Ada\n[diff]\n\texternal = {stage.canary('difft')}\n[core]\n\tpager = {stage.canary('delta')}\n"
        "[color]\n\tui = always\n[core]\n\tquotePath = false\n[status]\n\tshowUntrackedFiles = no\n"
    )
    _honest(stage, HOME=stage.beside, GIT_PAGER=stage.canary("less"), EDITOR="vi", GIT_AUTHOR_NAME="Ada", GIT_EDITOR="vi")


@control("env_external_diff")
def a_user_with_an_external_diff_by_variable(stage: Stage) -> None:
    _honest(stage, GIT_EXTERNAL_DIFF=stage.canary("difft"), GIT_DIFF_OPTS="-u5", GIT_TERMINAL_PROMPT="1", GIT_SSH_COMMAND="ssh -4")


@control("env_git_dir")
def an_audit_out_of_a_hook(stage: Stage) -> None:
    """git sets these for its hooks, and they tell the truth."""
    _honest(stage, GIT_DIR=".git", GIT_INDEX_FILE=".git/index", GIT_PREFIX="", GIT_EXEC_PATH=stage.git("--exec-path"))


@control("env_temporary_files_in_the_tree")
def temporary_files_in_an_ignored_folder(stage: Stage) -> None:
    (stage.root / "node_modules").mkdir()
    _honest(stage, TMPDIR=stage.root / "node_modules", LC_ALL="de_DE.UTF-8", TZ="Asia/Tokyo")


@control("env_payload_that_names_the_end")
def a_pull_request_in_ci(stage: Stage) -> None:
    event = stage.beside / "event.json"
    event.write_text(json.dumps({"pull_request": {"base": {"sha": stage.base}}}))
    _honest(stage, GITHUB_ACTIONS="true", GITHUB_EVENT_PATH=event, CI="true")
    stage.ask(base=None)
