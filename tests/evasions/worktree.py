"""The work tree: what is on the disk and in no commit, and all that keeps git from looking at it."""

import os
import shutil
import sys

from tests.evasions.harness import (
    APP,
    BASE,
    FRONTEND,
    HIDDEN,
    HONEST,
    MARKER,
    README,
    SCOPE,
    STARTED,
    TODO,
    WEB,
    Expected,
    Must,
    Stage,
    Unread,
    attack,
    control,
)  # fmt: skip

FAMILY = "worktree"
WALKED = "The work tree is walked by ourselves and every file hashed: modes, links and contents are what the disk has."
IGNORED = "Only what base's own ignore files leave out stays out; what any other rule hides is read like the rest."
BITS = "No bit of the index decides what is read; one on a file that changed is a finding of its own."
FILTERS = "No filter of the repository runs: the bytes on the disk are what is judged."
NEW = "apps/web/New.tsx"
EXPORT = "export {}\n"


@attack(family=FAMILY, kind="wt uncommitted", also_hides_from=("git diff",), defeated=WALKED)
def wt_uncommitted(stage: Stage) -> Expected:
    """A change that is committed nowhere."""
    stage.append(APP, TODO)
    return Must(MARKER, APP)


@attack(family=FAMILY, kind="wt staged", also_hides_from=("git diff",), defeated=WALKED)
def wt_staged(stage: Stage) -> Expected:
    """A change that is staged and not committed."""
    stage.append(APP, TODO)
    stage.git("add", APP)
    return Must(MARKER, APP)


@attack(family=FAMILY, kind="wt untracked", also_hides_from=("git diff",), defeated=WALKED)
def wt_untracked(stage: Stage) -> Expected:
    """A file that git was never told of."""
    stage.write(NEW, EXPORT)
    return Must(FRONTEND, NEW)


@attack(family=FAMILY, kind="wt gitignored", also_hides_from=("git diff", "git status"), defeated=IGNORED)
def wt_ignored_by_the_run(stage: Stage) -> Expected:
    """The run's own .gitignore, in a folder where it may work, hides files of that folder."""
    stage.commit("work", {"packages/backend/.gitignore": "scratch/\n"})
    path = "packages/backend/scratch/plan.ts"
    stage.write(path, TODO)
    return Must(MARKER, path)


@attack(family=FAMILY, kind="wt gitignored", also_hides_from=("git diff", "git status"), defeated=IGNORED)
def wt_ignored_by_an_ignored_ignore_file(stage: Stage) -> Expected:
    """An ignore file that no commit has ignores its neighbours and itself by name."""
    stage.write("apps/web/.gitignore", "/.gitignore\n/New.tsx\n")
    stage.write(NEW, EXPORT)
    return Must(FRONTEND, NEW)


@attack(
    family=FAMILY, kind="wt gitignored", also_hides_from=("git diff", "git status"),
    defeated="A folder that ignores itself, as tools' caches do, is left out only where it can be no work; it is said to be there.",
)  # fmt: skip
def wt_folder_that_ignores_itself(stage: Stage) -> Expected:
    """A new folder of the frontend has an ignore file with nothing but a star, like a cache."""
    stage.write("apps/web/next/.gitignore", "*\n")
    stage.write("apps/web/next/page.tsx", EXPORT)
    return _named("apps/web/next", "apps/web/next/page.tsx", "apps/web/next/.gitignore")


@attack(
    family=FAMILY, kind="wt gitignored", also_hides_from=("git diff", "git status"),
    defeated="A cache is left out by its tool's name and mark, and never a source in it.",
)  # fmt: skip
def wt_folder_dressed_as_a_cache(stage: Stage) -> Expected:
    """A folder has the name, the tag and the ignore file of a tool's cache, and a page of the frontend in it."""
    folder = "apps/web/.pytest_cache"
    stage.write(f"{folder}/.gitignore", "*\n")
    stage.write(f"{folder}/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n")
    stage.write(f"{folder}/page.tsx", EXPORT)
    return _named(f"{folder}/page.tsx", folder)


@attack(
    family=FAMILY, kind="wt gitignored", also_hides_from=("git diff", "git status"),
    defeated="Of a folder for bytecode only bytecode is left out.",
)  # fmt: skip
def wt_work_among_bytecode(stage: Stage) -> Expected:
    """A page of the frontend lies in a folder called __pycache__, which the user's own excludes leave out."""
    path = "apps/web/__pycache__/page.tsx"
    stage.write(path, EXPORT)
    stage.write(".git/info/exclude", "__pycache__/\n")
    return _named(path, "apps/web/__pycache__")


def _named(*paths: str) -> Expected:
    """The frontend's rule fires, or the place is at least named as one that an ignore rule of the run's own hides."""
    found: Expected = Must(FRONTEND, paths[0])
    for path in paths:
        for one in (Must(FRONTEND, path), Must(HIDDEN, path), Must(HIDDEN, path, level="style")):
            found = found | one  # type: ignore[operator]
    return found


@attack(family=FAMILY, kind="wt info exclude", also_hides_from=("git diff", "git status"), defeated=IGNORED)
def wt_info_exclude(stage: Stage) -> Expected:
    """.git/info/exclude hides the new file."""
    stage.write(NEW, EXPORT)
    stage.write(".git/info/exclude", "*.tsx\n")
    return Must(FRONTEND, NEW)


@attack(family=FAMILY, kind="wt excludesFile", also_hides_from=("git diff", "git status"), defeated=IGNORED)
def wt_excludes_file(stage: Stage) -> Expected:
    """core.excludesFile, outside the repository, hides the new file."""
    (stage.beside / "excludes").write_text("apps/\n")
    stage.git("config", "core.excludesFile", str(stage.beside / "excludes"))
    stage.write(NEW, EXPORT)
    return Must(FRONTEND, NEW)


@attack(
    family=FAMILY, kind="wt gitignored", also_hides_from=("git diff",),
    defeated="A file that is tracked, or was at base, is read wherever it lies.",
)  # fmt: skip
def wt_tracked_below_an_ignored_folder(stage: Stage) -> Expected:
    """A file that base tracks although its ignore file names the folder is changed, and taken out of the index."""
    path = "apps/web/dist/bundle.css"
    stage.found({path: "a { color: blue }\n"})
    stage.write(path, "a { color: red }\n")
    stage.git("rm", "--quiet", "--cached", path)
    return Must(FRONTEND, path)


@attack(
    family=FAMILY, kind="wt gitignored", also_hides_from=("git ls-files -o --exclude-standard",),
    defeated="A committed file is a file, whatever ignore files say.",
)  # fmt: skip
def wt_committed_though_ignored(stage: Stage) -> Expected:
    """A file in a folder that base ignores is added by force."""
    path = "apps/web/dist/bundle.css"
    stage.commit("work", {path: "a { color: red }\n"})
    return Must(FRONTEND, path)


@attack(family=FAMILY, kind="wt assume unchanged", also_hides_from=("git diff", "git status"), defeated=BITS)
def wt_assume_unchanged(stage: Stage) -> Expected:
    """The index is told to take the changed file for unchanged."""
    stage.git("update-index", "--assume-unchanged", APP)
    stage.append(APP, TODO)
    return Must(MARKER, APP), Must(HIDDEN, APP)


@attack(family=FAMILY, kind="wt skip worktree", also_hides_from=("git diff", "git status"), defeated=BITS)
def wt_skip_worktree(stage: Stage) -> Expected:
    """The index is told that the changed file is not wanted on the disk."""
    stage.git("update-index", "--skip-worktree", WEB)
    stage.write(WEB, EXPORT)
    return Must(FRONTEND, WEB), Must(HIDDEN, WEB)


@attack(family=FAMILY, kind="wt sparse", also_hides_from=("git diff", "git status"), defeated=BITS)
def wt_sparse(stage: Stage) -> Expected:
    """The changed file lies outside of a sparse checkout, and is there all the same."""
    stage.git("sparse-checkout", "set", "--no-cone", "/*", "!/apps/")
    stage.git("config", "sparse.expectFilesOutsideOfPatterns", "true")
    stage.write(WEB, EXPORT)
    return Must(FRONTEND, WEB)


@attack(family=FAMILY, kind="wt sparse deleted", also_hides_from=("git diff", "git status"), defeated=BITS)
def wt_deleted_behind_a_bit(stage: Stage) -> Expected:
    """A file of the frontend is deleted behind a skip-worktree bit, without a sparse checkout to explain it."""
    stage.git("update-index", "--skip-worktree", WEB)
    (stage.root / WEB).unlink()
    return Must(FRONTEND, WEB) | Must(HIDDEN, WEB) | Must(HIDDEN, WEB, level="style")


@attack(family=FAMILY, kind="wt sparse", also_hides_from=("git diff", "git status"), defeated=WALKED)
def wt_new_in_a_sparse_folder(stage: Stage) -> Expected:
    """A sparse index holds the frontend as one folder; a new file lies in it, excluded by .git/info/exclude."""
    stage.git("sparse-checkout", "set", "--cone", "--sparse-index", "packages")
    stage.write(NEW, EXPORT)
    stage.write(".git/info/exclude", "apps/\n")
    return Must(FRONTEND, NEW)


@attack(family=FAMILY, kind="wt stat forged", also_hides_from=("git diff", "git status"), defeated=WALKED)
def wt_stat_forged(stage: Stage) -> Expected:
    """The file has other content of the same length, in the same inode, with its old times."""
    new = TODO + "// " + "x" * 200
    path = "packages/backend/src/same.ts"
    stage.found({path: "// " + "y" * (len(new) - 4) + "\n"})
    stage.git("config", "core.trustctime", "false")
    stage.git("config", "core.checkStat", "minimal")
    file = stage.root / path
    old = file.stat().st_mtime_ns - 10**10
    os.utime(file, ns=(old, old))
    stage.git("update-index", "--refresh")
    stage.write(path, new)
    os.utime(file, ns=(old, old))
    return Must(MARKER, path)


@attack(family=FAMILY, kind="wt filemode false", also_hides_from=("git diff", "git status"), defeated=WALKED)
def wt_filemode_false(stage: Stage) -> Expected:
    """core.fileMode=false, and a file outside of the scope is executable now."""
    if sys.platform == "win32":
        stage.skip("there is no executable bit")
    stage.git("config", "core.fileMode", "false")
    (stage.root / README).chmod(0o755)
    return Must(SCOPE, README)


@attack(family=FAMILY, kind="wt filemode false", also_hides_from=("git diff", "git status"), defeated=WALKED)
def wt_symlinks_false(stage: Stage) -> Expected:
    """core.symlinks=false, and a link outside of the scope is a file now, with the link's target as its content."""
    target = stage.blob(b"README.md")
    stage.git("update-index", "--add", "--cacheinfo", f"120000,{target},docs")
    stage.when, now = STARTED, stage.when
    stage.base = stage.record("a link")
    stage.when = now
    stage.git("config", "core.symlinks", "false")
    stage.write("docs", "README.md")
    return Must(SCOPE, "docs")


@attack(family=FAMILY, kind="wt clean filter", also_hides_from=("git diff", "git status"), defeated=FILTERS)
def wt_clean_filter(stage: Stage) -> Expected:
    """A clean filter, named in .git/info/attributes, takes the markers out before git compares."""
    stage.git("config", "filter.tidy.clean", "grep -v TODO")
    stage.write(".git/info/attributes", "*.ts filter=tidy\n")
    stage.append(APP, TODO)
    return Must(MARKER, APP)


@attack(family=FAMILY, kind="wt clean filter committed", also_hides_from=("git diff", "git status"), defeated=FILTERS)
def wt_clean_filter_committed(stage: Stage) -> Expected:
    """The run commits the attribute that names the filter."""
    stage.git("config", "filter.tidy.clean", "grep -v TODO")
    stage.commit("work", {"packages/backend/.gitattributes": "*.ts filter=tidy\n"})
    stage.append(APP, TODO)
    return Must(MARKER, APP)


@attack(
    family=FAMILY, kind="wt clean filter", also_hides_from=("git diff", "git status"),
    defeated=FILTERS + " What base's attributes name is a filter of a name; its command is the run's.",
)  # fmt: skip
def wt_clean_filter_that_base_names(stage: Stage) -> Expected:
    """Base's attributes name a filter; what it runs is configured by the run."""
    stage.found({".gitattributes": "*.ts filter=format\n"})
    stage.git("config", "filter.format.clean", "grep -v TODO")
    stage.append(APP, TODO)
    return Must(MARKER, APP) | Unread(APP)


@attack(
    family=FAMILY, kind="wt clean filter", also_hides_from=("git diff", "git status"),
    defeated="A large file stands for its pointer only where its content has the hash that the pointer names.",
)  # fmt: skip
def wt_clean_filter_called_lfs(stage: Stage) -> Expected:
    """Base keeps large files with LFS; the run's own command by that name cleans the code."""
    stage.found({".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"})
    stage.git("config", "filter.lfs.clean", "grep -v TODO")
    stage.write(".git/info/attributes", "*.ts filter=lfs\n")
    stage.append(APP, TODO)
    return Must(MARKER, APP)


@attack(family=FAMILY, kind="wt encoding attr", also_hides_from=("git diff", "git status"), defeated=FILTERS)
def wt_encoding(stage: Stage) -> Expected:
    """What is committed is Chinese; on the disk, in the encoding that an attribute names, the same bytes are a marker."""
    path, marker = "packages/backend/src/wide.ts", b"// TODO: finish this later\n\n"
    stage.commit("work", {path: marker.decode("utf-16-le")})
    stage.write(".git/info/attributes", "*.ts text working-tree-encoding=UTF-16LE\n")
    stage.write(path, marker)
    stage.git("add", path)
    return Must(MARKER, path)


@attack(
    family=FAMILY, kind="wt encoding attr", also_hides_from=("git diff", "git status"),
    defeated="An attribute named ident changes nothing that we read.",
)  # fmt: skip
def wt_ident(stage: Stage) -> Expected:
    """The ident attribute lets git take everything between $Id: and $ for nothing."""
    path = "packages/backend/src/ident.ts"
    stage.found({path: "// $Id$\nexport {}\n"})
    stage.write(".git/info/attributes", "*.ts ident\n")
    stage.write(path, "// $Id: TODO(never) rewrite all of it $\nexport {}\n")
    return Must(MARKER, path)


@attack(family=FAMILY, kind="wt status hide untracked", also_hides_from=("git status --short",), defeated=WALKED)
def wt_untracked_files_are_not_shown(stage: Stage) -> Expected:
    """status.showUntrackedFiles=no, and an untracked cache that says there are none."""
    stage.git("config", "status.showUntrackedFiles", "no")
    stage.git("config", "core.untrackedCache", "true")
    stage.git("update-index", "--force-untracked-cache")
    stage.write(NEW, EXPORT)
    return Must(FRONTEND, NEW)


@attack(
    family=FAMILY, kind="wt nested repo", also_hides_from=("git diff", "git status"),
    defeated="The files of a repository within the tree that base does not have as a submodule are files of the tree.",
)  # fmt: skip
def wt_nested_repository(stage: Stage) -> Expected:
    """A folder of the frontend is a repository of its own, of which git says one name."""
    stage.write("apps/web/next/page.tsx", EXPORT)
    for words in (("init", "--quiet", "--template="), ("add", "."), ("commit", "--quiet", "-m", "start")):
        stage.git(*words, cwd=stage.root / "apps/web/next")
    return Must(FRONTEND, "apps/web/next/page.tsx") | Must(FRONTEND, "apps/web/next")


@attack(
    family=FAMILY, kind="wt nested repo", also_hides_from=("git diff", "git status"),
    defeated="The files of a repository within the tree that base does not have as a submodule are files of the tree.",
)  # fmt: skip
def wt_nested_repository_around_old_files(stage: Stage) -> Expected:
    """A repository is made where tracked files lie, so that git takes the folder for somebody else's."""
    stage.git("init", "--quiet", "--template=", cwd=stage.root / "packages/backend/src")
    stage.append(APP, TODO)
    stage.git("rm", "-r", "--quiet", "--cached", "packages/backend/src")
    stage.write(".git/info/exclude", "packages/\n")
    return Must(MARKER, APP)


@attack(
    family=FAMILY, kind="wt nested repo cwd", also_hides_from=("git diff", "git status"),
    defeated="The audit says which repository it is of; a base that it does not have is refused.",
)  # fmt: skip
def wt_nested_repository_where_the_audit_starts(stage: Stage) -> Expected:
    """The folder in which the audit is started is a clean repository of its own, with a commit like base's."""
    inner = stage.root / "packages/backend"
    shutil.copytree(stage.root / ".git", inner / ".git")
    stage.git("reset", "--quiet", "--hard", cwd=inner)
    stage.append(APP, TODO)
    stage.ask(repo=inner, base=stage.base)
    return Must(FRONTEND, None) | Must(MARKER, None) | Must(SCOPE, None) | Must(HIDDEN, None)


@attack(
    family=FAMILY, kind="wt nested repo", also_hides_from=("git diff", "git status"),
    defeated="A folder is passed by for its name only where git itself can hold nothing in it.",
)  # fmt: skip
def wt_folder_named_almost_like_gits_own(stage: Stage) -> Expected:
    """Files lie in .GIT and in git~1, which git refuses to add on every system and passes by."""
    path = "apps/web/.GIT/page.tsx"
    if (stage.root / ".GIT").exists():
        stage.skip("the disk itself does not tell the case of letters")
    stage.write(path, EXPORT)
    stage.write(".git/info/exclude", "*.tsx\n")
    return Must(FRONTEND, path)


@attack(
    family=FAMILY, kind="wt split worktree", also_hides_from=("git diff",),
    defeated="A linked work tree is audited with its own index and HEAD, and the common objects.",
)  # fmt: skip
def wt_linked(stage: Stage) -> Expected:
    """The run worked in a linked work tree, uncommitted, and the audit is started there."""
    other = stage.beside / "linked"
    stage.git("worktree", "add", "--quiet", "-b", "linked", str(other), "main")
    file = other / APP
    file.write_text(file.read_text() + TODO)
    stage.git("update-index", "--assume-unchanged", APP, cwd=other)
    stage.ask(repo=other)
    return Must(MARKER, APP)


@attack(
    family=FAMILY, kind="decoy gitfile", also_hides_from=("git diff", "git status"),
    defeated="The files that are judged are those around .git, wherever it leads, held to the base that was passed.",
)  # fmt: skip
def wt_decoy_gitfile(stage: Stage) -> Expected:
    """.git is a file that leads to another git folder, which has base and a work tree that is clean."""
    decoy = stage.beside / "decoy"
    shutil.copytree(stage.root, decoy, symlinks=True)
    stage.git("config", "core.worktree", str(decoy), cwd=decoy)
    stage.append(APP, TODO)
    stage.commit("work")
    (stage.root / ".git").rename(stage.beside / "real.git")
    stage.write(".git", f"gitdir: {decoy / '.git'}\n")
    return Must(MARKER, APP)


@attack(
    family=FAMILY, kind="decoy gitfile", also_hides_from=("git diff",),
    defeated="The files that are judged are those around .git, wherever it leads, held to the base that was passed.",
)  # fmt: skip
def wt_common_folder_elsewhere(stage: Stage) -> Expected:
    """.git/commondir leads to the references and objects of a clean repository, core.worktree to its files."""
    decoy = stage.beside / "decoy"
    shutil.copytree(stage.root, decoy, symlinks=True)
    stage.git("config", "core.worktree", str(decoy), cwd=decoy)
    stage.append(APP, TODO)
    stage.commit("work")
    stage.write(".git/commondir", f"{decoy / '.git'}\n")
    return Must(MARKER, APP)


@attack(
    family=FAMILY, kind="committed then cleaned", also_hides_from=("git status --short",),
    defeated="Commits that are not at the work tree's end are states of the run as well, held to base.",
)  # fmt: skip
def wt_committed_then_cleaned(stage: Stage) -> Expected:
    """The breach is committed; the work tree and the index have base's content again."""
    stage.append(APP, TODO)
    stage.commit("work")
    stage.git("checkout", "--quiet", "main", "--", APP)
    return Must(HIDDEN, APP) | Must(MARKER, APP)


@attack(
    family=FAMILY, kind="unreadable", also_hides_from=("git diff",),
    defeated="What cannot be read is named, and the audit does not pass.",
)  # fmt: skip
def wt_file_that_nobody_may_read(stage: Stage) -> Expected:
    """A changed file may be read by nobody."""
    stage.append(APP, TODO)
    (stage.root / APP).chmod(0)
    if os.access(stage.root / APP, os.R_OK):
        stage.skip("this user may read everything")
    return Unread(APP)


@attack(
    family=FAMILY, kind="unreadable", also_hides_from=("git diff",),
    defeated="Something that git cannot hold, in the place of a file, is that file's deletion.",
)  # fmt: skip
def wt_pipe_in_the_place_of_a_file(stage: Stage) -> Expected:
    """A file of the frontend is a pipe now, at which a reader waits for ever."""
    if not hasattr(os, "mkfifo"):
        stage.skip("there are no pipes with names")
    (stage.root / WEB).unlink()
    os.mkfifo(stage.root / WEB)
    return Must(FRONTEND, WEB)


@attack(
    family=FAMILY, kind="wt folder by a link", also_hides_from=("git diff",),
    defeated="Links are read and not followed: the files behind one are gone, and where it leads is judged.",
)  # fmt: skip
def wt_folder_by_a_link(stage: Stage) -> Expected:
    """The backend's sources are a link to a folder of the frontend, which holds all of them and one more line."""
    src = stage.root / "packages/backend/src"
    shutil.copytree(src, stage.root / "apps/web/src")
    stage.append("apps/web/src/app.ts", TODO)
    shutil.rmtree(src)
    src.symlink_to("../../apps/web/src")
    return Must(SCOPE, "packages/backend/src"), Must(FRONTEND, "apps/web/src/app.ts")


@attack(
    family=FAMILY, kind="unreadable", also_hides_from=("git diff",),
    defeated="What is over a limit is named as unread, never passed by.",
)  # fmt: skip
def wt_file_without_end(stage: Stage) -> Expected:
    """A marker stands before so many NULs that nobody reads the file."""
    path = "packages/backend/src/long.ts"
    stage.write(path, TODO)
    os.truncate(stage.root / path, 2**29)
    return Unread(path)


@attack(
    family=FAMILY, kind="wt nested repo", also_hides_from=("git diff", "git status"),
    defeated="The files of a repository within the tree that base does not have as a submodule are files of the tree.",
)  # fmt: skip
def wt_nested_repository_that_lies_elsewhere(stage: Stage) -> Expected:
    """A folder of the frontend has a .git file that leads to a git folder outside of the tree."""
    stage.git("init", "--quiet", "--template=", "--separate-git-dir", str(stage.beside / "other.git"), "apps/web/next")
    stage.write("apps/web/next/page.tsx", EXPORT)
    for words in (("add", "."), ("commit", "--quiet", "-m", "start")):
        stage.git(*words, cwd=stage.root / "apps/web/next")
    return Must(FRONTEND, "apps/web/next/page.tsx")


@attack(
    family=FAMILY, kind="unreadable", also_hides_from=("git diff", "git status"),
    defeated="A folder whose path is too long to be opened is named as unread, unless it can be read all the same.",
)  # fmt: skip
def wt_path_too_long(stage: Stage) -> Expected:
    """A page of the frontend lies so deep that no path reaches it: only step by step."""
    if os.mkdir not in os.supports_dir_fd:
        stage.skip("folders cannot be made step by step")
    name, at = "d" * 250, os.open(stage.root / "apps/web", os.O_RDONLY)
    for _ in range(20):
        os.mkdir(name, dir_fd=at)
        below = os.open(name, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(os.open("page.tsx", os.O_CREAT | os.O_WRONLY, dir_fd=at))
    os.close(at)
    return Must(FRONTEND, None) | Unread("apps/web", below=True)


@attack(
    family=FAMILY, kind="wt nested repo", also_hides_from=("git diff", "git status"),
    defeated="A folder that is called .git and is no repository is a folder.",
)  # fmt: skip
def wt_folder_named_like_gits_own(stage: Stage) -> Expected:
    """Files lie in a folder called .git that is no repository: git passes by the name."""
    stage.write("apps/web/.git/page.tsx", EXPORT)
    return _named("apps/web/.git/page.tsx", "apps/web/.git", "apps/web")


# Honest work trees


@control("wt_encoding", unfinished="Line ends that core.autocrlf has written are taken for a change.")
def line_ends_of_a_user(stage: Stage) -> None:
    """core.autocrlf has written CRLF to the disk; git takes nothing for changed."""
    stage.git("config", "core.autocrlf", "true")
    for path in (WEB, README):
        (stage.root / path).write_bytes((stage.root / path).read_bytes().replace(b"\n", b"\r\n"))
    stage.append(APP, HONEST)


@control("wt_stat_forged")
def a_lock_that_was_left_behind(stage: Stage) -> None:
    stage.write(".git/index.lock", "")
    stage.append(APP, HONEST)


@control("wt_uncommitted")
def honest_work_that_is_not_committed(stage: Stage) -> None:
    stage.append(APP, HONEST)
    stage.write("packages/backend/src/new.ts", HONEST)
    stage.append("packages/backend/src/core.ts", HONEST)
    stage.git("add", "packages/backend/src/core.ts")


@control("wt_ignored_by_the_run")
def what_base_ignores(stage: Stage) -> None:
    stage.write("node_modules/left-pad/index.js", "// TODO: pad\n")
    stage.write("apps/web/dist/bundle.css", "a{}")
    stage.write("apps/web/npm-debug.log", "TODO")
    stage.append(APP, HONEST)


@control("wt_info_exclude")
def excludes_of_a_user(stage: Stage) -> None:
    """A user's own excludes, which name nothing that is there."""
    stage.write(".git/info/exclude", "*.swp\n.idea/\n.vscode/\n")
    (stage.beside / "excludes").write_text(".DS_Store\n")
    stage.git("config", "core.excludesFile", str(stage.beside / "excludes"))
    stage.append(APP, HONEST)


@control("wt_folder_that_ignores_itself")
def caches_of_tools(stage: Stage) -> None:
    tag = "Signature: 8a477f597d28d172789f06886806bc55\n# This file is a cache directory tag.\n"
    for folder in (".pytest_cache", "packages/backend/.ruff_cache", ".mypy_cache"):
        stage.write(f"{folder}/.gitignore", "# Created automatically.\n*\n")
        stage.write(f"{folder}/CACHEDIR.TAG", tag)
        stage.write(f"{folder}/v/cache/lastfailed", "{}")
    stage.write(".venv/.gitignore", "*\n")
    stage.write(".venv/pyvenv.cfg", "home = /usr/bin\n")
    stage.write(".venv/lib/python3.11/site-packages/yaml/__init__.py", "# TODO: faster\n")
    stage.append(APP, HONEST)


@control("wt_work_among_bytecode")
def bytecode(stage: Stage) -> None:
    stage.write("packages/backend/__pycache__/app.cpython-311.pyc", b"\xa7\r\r\n\0\0\0\0TODO")
    stage.write("__pycache__/conftest.cpython-311-pytest-8.pyc", b"\xa7\r\r\n\0\0\0\0")
    stage.append(APP, HONEST)


@control("wt_sparse")
def a_sparse_checkout(stage: Stage) -> None:
    stage.git("sparse-checkout", "set", "--cone", "packages")
    assert not (stage.root / WEB).exists()
    stage.append(APP, HONEST)


@control("wt_new_in_a_sparse_folder")
def a_sparse_index(stage: Stage) -> None:
    stage.git("sparse-checkout", "set", "--cone", "--sparse-index", "packages")
    stage.append(APP, HONEST)
    stage.git("add", APP)


@control("wt_linked")
def a_linked_work_tree(stage: Stage) -> None:
    other = stage.beside / "linked"
    stage.git("worktree", "add", "--quiet", "-b", "linked", str(other), "main")
    (other / APP).write_text(BASE[APP] + HONEST)
    stage.ask(repo=other)


@control("wt_clean_filter_that_base_names")
def filters_at_base(stage: Stage) -> None:
    """Filters that base names and that have nothing to do to these files: none is run."""
    stage.found({".gitattributes": "*.ts filter=format\n*.tsx filter=format\n"})
    stage.git("config", "filter.format.clean", stage.canary("clean"))
    stage.git("config", "filter.format.smudge", stage.canary("smudge"))
    stage.git("config", "filter.format.process", stage.canary("process"))
    stage.append(APP, HONEST)


@control("wt_clean_filter_called_lfs")
def large_files_as_lfs_keeps_them(stage: Stage) -> None:
    import hashlib

    content = b"\0" * 5000
    named = hashlib.sha256(content).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{named}\nsize {len(content)}\n"
    stage.found({".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "apps/web/model.bin": pointer})
    stage.write("apps/web/model.bin", content)
    stage.append(APP, HONEST)


@control("wt_stat_forged")
def files_that_were_touched(stage: Stage) -> None:
    for path in BASE:
        os.utime(stage.root / path, (1, 1))
    stage.append(APP, HONEST)
