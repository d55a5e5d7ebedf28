"""Names that are not what they look like: a breach under a name that another reader shows, folds, cuts or loses."""

from tests.evasions.crafted import BACKEND, denying, planted, screen, tree
from tests.evasions.harness import (
    CONFUSABLE,
    FRONTEND,
    HIDDEN,
    HONEST,
    MARKER,
    REQUESTS,
    SCOPE,
    TODO,
    Expected,
    Must,
    Refused,
    Stage,
    Unread,
    attack,
    control,
)

FOLDED = "A path is held to every glob as it is written and in its canonical form."
RAW = "Paths come from the raw records of one diff-tree, as bytes; none is read from a patch."
TREES = "The trees on the way to every change are read, and names that no checkout can have are findings."
UNPLAIN = "Names are looked at character by character, like contents."


# Look-alikes of a denied place


@attack(family="names", kind="name case", defeated=FOLDED)
def name_in_another_case(stage: Stage) -> Expected:
    """A file of the denied folder apps/web, written with capitals: where case makes no difference it lands in it."""
    denying(stage)
    stage.commit("work", {"Apps/WEB/api.ts": HONEST})
    return Must(SCOPE, "Apps/WEB/api.ts")


@control("name_in_another_case")
def capitals_where_they_are_allowed(stage: Stage) -> None:
    denying(stage)
    stage.commit("work", {"Makefile": "all:\n", "Docs/API.md": "# API\n", "LICENSE": "MIT\n", f"{BACKEND}/UserList.ts": HONEST})


@attack(family="names", kind="name case of the frontend", defeated=FOLDED)
def frontend_in_capitals(stage: Stage) -> Expected:
    """Frontend work under apps/web with its folder in capitals."""
    stage.commit("work", {"APPS/Web/api.ts": HONEST})
    return Must(FRONTEND, "APPS/Web/api.ts")


@attack(family="names", kind="name nfd", also_hides_from=("git diff",), defeated=FOLDED)
def name_decomposed(stage: Stage) -> Expected:
    """The denied folder's e with its accent as two characters: HFS+ and many editors make one of them."""
    denying(stage)
    path = "docs/cafe\u0301/menu.ts"
    stage.commit("work", {path: HONEST})
    return Must(SCOPE, path)


@control("name_decomposed")
def accents_in_one_form_or_the_other(stage: Stage) -> None:
    denying(stage)
    stage.commit("work", {"docs/résumé.md": "# Résumé\n", "docs/u\u0308bersicht.md": "# Übersicht\n"})


@attack(family="names", kind="name homoglyph", also_hides_from=("git diff",), defeated=f"{FOLDED} {UNPLAIN}")
def name_of_look_alike_letters(stage: Stage) -> Expected:
    """apps/web with a Cyrillic e."""
    denying(stage)
    path = "apps/w\u0435b/api.ts"
    stage.commit("work", {path: HONEST})
    return Must(SCOPE, path), Must(CONFUSABLE, path)


@control("name_of_look_alike_letters")
def names_in_one_script(stage: Stage) -> None:
    """Whole words of another script imitate nothing."""
    names = (
        "Руководство", "利用規約", "αβγ",
        "\u05e9\u05dc\u05d5\u05dd", "🚀 launch", "notes-для-нас",
    )  # fmt: skip
    stage.commit("work", {f"packages/backend/docs/{name}.md": "# Notes\n" for name in names})


@attack(family="names", also_hides_from=("git diff",), defeated=FOLDED)
def name_in_full_width(stage: Stage) -> Expected:
    """apps/web in the full-width letters of East Asian fonts."""
    denying(stage)
    path = "apps/\uff57\uff45\uff42/api.ts"
    stage.commit("work", {path: HONEST})
    return Must(SCOPE, path)


@attack(family="names", also_hides_from=("git diff",), defeated=FOLDED)
def name_with_a_long_s(stage: Stage) -> Expected:
    """app\u017f/web: the long s is an s where case is folded."""
    denying(stage)
    path = "app\u017f/web/api.ts"
    stage.commit("work", {path: HONEST})
    return Must(SCOPE, path)


@attack(family="names", also_hides_from=("git diff",), defeated=f"{FOLDED} {UNPLAIN}")
def name_with_zero_width(stage: Stage) -> Expected:
    """apps/web with a zero-width space in it, which some file systems leave out."""
    denying(stage)
    path = "apps/w\u200beb/api.ts"
    stage.commit("work", {path: HONEST})
    return Must(SCOPE, path), Must(CONFUSABLE, path)


@control("name_with_zero_width")
def name_with_a_joiner_that_belongs_there(stage: Stage) -> None:
    """Persian words are written with a zero-width non-joiner, and families of emoji with a joiner."""
    stage.commit("work", {
        "packages/backend/docs/\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.md": "# \u0633\u0644\u0627\u0645\n",
        "packages/backend/docs/👨\u200d👩\u200d👧.md": "# Family\n",
    })


@attack(family="names", also_hides_from=("git diff",), defeated=f"{FOLDED} {UNPLAIN}")
def name_with_a_soft_hyphen(stage: Stage) -> Expected:
    """apps/web with a soft hyphen in it, which no font draws."""
    denying(stage)
    path = "apps/we\u00adb/api.ts"
    stage.commit("work", {path: HONEST})
    return Must(SCOPE, path), Must(CONFUSABLE, path)


@attack(family="names", kind="name backslash", also_hides_from=("git diff",), defeated=FOLDED)
def name_with_backslashes(stage: Stage) -> Expected:
    """One name `apps\\web\\api.ts`, which is a file of the denied folder where the backslash parts names."""
    denying(stage)
    path = "apps\\web\\api.ts"
    stage.commit("work", {path: HONEST})
    return Must(SCOPE, path)


@attack(family="names", also_hides_from=("git diff",), defeated=FOLDED)
def name_that_climbs_by_backslashes(stage: Stage) -> Expected:
    """One name in an allowed folder that on Windows leads out of it."""
    path = f"{BACKEND}/..\\..\\..\\apps\\web\\api.ts"
    stage.commit("work", {path: HONEST})
    return Must(SCOPE, path) | Must(HIDDEN, path) | Must(CONFUSABLE, path)


@attack(family="names", defeated=FOLDED)
def name_with_a_dot_at_its_end(stage: Stage) -> Expected:
    """apps/web. is apps/web to Windows."""
    denying(stage)
    stage.commit("work", {"apps/web./api.ts": HONEST})
    return Must(SCOPE, "apps/web./api.ts")


@attack(family="names", defeated=FOLDED)
def name_with_a_space_at_its_end(stage: Stage) -> Expected:
    """apps/web with a space behind it is apps/web to Windows."""
    denying(stage)
    stage.commit("work", {"apps/web /api.ts": HONEST})
    return Must(SCOPE, "apps/web /api.ts")


@control("name_with_a_dot_at_its_end")
def names_with_dots_and_spaces(stage: Stage) -> None:
    """The names that web frameworks route by, and those of hidden files."""
    names = (
        "[id].ts", "[...slug].ts", "(shop) list.ts", "@modal.ts", "+page.server.ts", "_app.ts", "$types.ts", "a,b;c.ts",
        ".env.sample", "..well-known.ts", "v1.2.3/notes.md", "café menu.md", "#1.md", "100%.md", "it's.md", "~draft.md",
        "a=b.ts", "x&y.ts",
    )  # fmt: skip
    stage.commit("work", {f"{BACKEND}/{name}": HONEST.replace("thrice", f"by{k}") for k, name in enumerate(names)})


@attack(family="names", defeated=FOLDED)
def ending_with_a_space_behind_it(stage: Stage) -> Expected:
    """A lock file that is denied by its ending, with a space behind the ending."""
    denying(stage)
    stage.commit("work", {"packages/backend/yarn.lock ": "# yarn lockfile v1\n"})
    return Must(SCOPE, "packages/backend/yarn.lock ")


# Names that hide what lies under them


@attack(family="names", defeated=f"{FOLDED} {UNPLAIN}")
def source_with_a_space_behind_its_ending(stage: Stage) -> Expected:
    """A marker in a file whose ending is no TypeScript's by one space: Windows takes the space away."""
    path = f"{BACKEND}/late.ts "
    stage.commit("work", {path: TODO})
    return Must(MARKER, path) | Must(HIDDEN, path) | Must(CONFUSABLE, path)


@attack(family="names", also_hides_from=("git diff",), defeated=UNPLAIN)
def ending_of_look_alike_letters(stage: Stage) -> Expected:
    """A marker in a file whose ending is .ts to the eye, with a Cyrillic letter in it: no reader takes it for code."""
    path = f"{BACKEND}/late.t\u0455"
    stage.commit("work", {path: TODO})
    return Must(CONFUSABLE, path)


@attack(family="names", also_hides_from=("git diff",), defeated=f"{FOLDED} {UNPLAIN}")
def request_with_a_hidden_ending(stage: Stage) -> Expected:
    """A file of requests outside of __http__ whose ending has a character in it that is not drawn."""
    path = f"{BACKEND}/users.ht\u2060tp"
    stage.commit("work", {path: "GET /users\n"})
    return Must(REQUESTS, path) | Must(CONFUSABLE, path)


@attack(family="names", also_hides_from=("git diff",), defeated=UNPLAIN)
def name_that_turns_around(stage: Stage) -> Expected:
    """A right-to-left override shows exe.ts.txt where txt.st.exe is written."""
    path = f"{BACKEND}/report\u202etxt.ts"
    stage.commit("work", {path: HONEST})
    return Must(CONFUSABLE, path)


@attack(family="names", kind="name newline", also_hides_from=("unidiff",), defeated=RAW)
def name_with_a_line_end(stage: Stage) -> Expected:
    """A marker in a file whose name has a line end, which readers of patches cut."""
    path = f"{BACKEND}/late\nnight.ts"
    stage.commit("work", {path: TODO})
    screen(stage)
    return Must(MARKER, path)


@attack(family="names", also_hides_from=("unidiff",), defeated=RAW)
def name_with_quotes_and_tabs(stage: Stage) -> Expected:
    """A marker in a file whose name git writes in quotes, with escapes of its own."""
    path = f'{BACKEND}/"late"\t\\303\\251.ts'
    stage.commit("work", {path: TODO})
    screen(stage)
    return Must(MARKER, path)


@attack(family="names", kind="name latin1", defeated=RAW)
def name_in_latin_1(stage: Stage) -> Expected:
    """A marker in a file whose name is no UTF-8, which makes readers raise."""
    path = f"{BACKEND}/caf\udce9.ts"
    try:
        stage.commit("work", {path: TODO})
    except OSError:
        stage.skip("this file system refuses names that are no UTF-8")
    assert any("caf\\xe9.ts" in line for line in screen(stage))
    return Must(MARKER, path)


@attack(family="names", kind="name colon", defeated=RAW)
def name_that_is_a_pathspec(stage: Stage) -> Expected:
    """A marker in a file whose name is one of git's magic words for leaving files out."""
    path = f"{BACKEND}/:(exclude)late.ts"
    stage.commit("work", {path: TODO})
    return Must(MARKER, path)


@attack(family="names", defeated=RAW)
def name_that_is_an_option(stage: Stage) -> Expected:
    """A marker in a file at whose name a command line would stumble."""
    path = "packages/backend/--output=late.ts"
    stage.commit("work", {path: TODO, f"{BACKEND}/*.ts": HONEST})
    return Must(MARKER, path)


@attack(family="names", kind="name space b", also_hides_from=("unidiff",), defeated=RAW)
def name_with_space_b(stage: Stage) -> Expected:
    """A folder `src b`, so that ` b/` stands in the line that names both sides of a patch; and an empty file there."""
    folder = "packages/backend/src b"
    stage.commit("work", {f"{folder}/late.ts": TODO, "apps/web/x b/empty.ts": ""})
    return Must(MARKER, f"{folder}/late.ts"), Must(SCOPE, "apps/web/x b/empty.ts")


@attack(family="names", also_hides_from=("unidiff",), defeated=RAW)
def name_that_is_a_patch(stage: Stage) -> Expected:
    """A denied file whose name is the head of a patch for an allowed one."""
    path = "apps/web/x\n--- a/packages/backend/src/app.ts\n+++ b/packages/backend/src/app.ts\n@@ -1 +1 @@\n+ok.ts"
    stage.commit("work", {path: HONEST})
    screen(stage)
    return Must(SCOPE, path)


@attack(family="names", also_hides_from=("unidiff",), defeated="The k-th patch is the k-th record's, and their numbers agree.")
def name_that_begins_a_patch(stage: Stage) -> Expected:
    """A name that begins another patch, so that a marker is laid at another file's door."""
    path = f"{BACKEND}/x\ndiff --git a/{BACKEND}/users.ts b/{BACKEND}/users.ts\n--- a/x\n+++ b/x.ts"
    stage.commit("work", {path: TODO})
    return Must(MARKER, path) | Refused(3, "patches")


@attack(family="names", defeated="What a report takes from the audited tree is escaped wherever it could move the cursor.")
def name_that_wipes_the_screen(stage: Stage) -> Expected:
    """A name with escape sequences that take back the line that reports it, and set the window's title."""
    path = f"{BACKEND}/a\x1b[2K\x1b[1A\x1b]0;kept\x07\r.ts"
    stage.commit("work", {path: TODO.replace("later", "later \x1b[8m hidden \x9b2J")})
    assert any("\\x1b[2K" in line for line in screen(stage))
    return Must(MARKER, path)


@attack(family="names", defeated=RAW)
def name_of_many_thousand_letters(stage: Stage) -> Expected:
    """A marker under a name and in folders of 8,000 letters, which no file system takes and a commit does."""
    name = b"n" * 8000 + b".ts"
    folder = tree(stage, [("100644", name, stage.blob(TODO.encode()))])
    for _ in range(40):
        folder = tree(stage, [("40000", b"f" * 200, folder)])
    planted(stage, BACKEND, ("40000", b"deep", folder))
    return Must(MARKER, f"{BACKEND}/deep/" + ("f" * 200 + "/") * 40 + name.decode())


@attack(family="names", kind="name todo in filename", defeated=RAW)
def name_with_a_marker(stage: Stage) -> Expected:
    """A marker in the name, so that the one in the file passes for it where output is searched."""
    path = f"{BACKEND}/TODO finish this later.ts"
    stage.commit("work", {path: f"{HONEST}{TODO}"})
    return Must(MARKER, path, line=2)


@control("name_with_a_marker")
def name_of_an_application_of_to_dos(stage: Stage) -> None:
    stage.commit("work", {f"{BACKEND}/TODO.ts": HONEST, f"{BACKEND}/todo-list.ts": "export const todos = ['TODO: buy milk']\n"})


# Trees that no `git add` writes


@attack(family="names", kind="name dotdot tree", defeated=TREES)
def folder_called_dot_dot(stage: Stage) -> Expected:
    """A tree entry `..` three times: the path begins in the allowed folder and leads to the denied one."""
    web = tree(stage, [("100644", b"api.ts", stage.blob(HONEST.encode()))])
    for name in (b"web", b"apps", b"..", b".."):
        web = tree(stage, [("40000", name, web)])
    planted(stage, BACKEND, ("40000", b"..", web))
    return Must(HIDDEN, f"{BACKEND}/..")


@attack(family="names", kind="name slash in entry", defeated=TREES)
def name_with_a_slash_in_it(stage: Stage) -> Expected:
    """One tree entry `../../../apps/web/api.ts`, slashes and all."""
    planted(stage, BACKEND, ("100644", b"../../../apps/web/api.ts", stage.blob(HONEST.encode())))
    return Must(HIDDEN, f"{BACKEND}/../../../apps/web/api.ts")


@attack(family="names", kind="dup tree entry", defeated=TREES)
def name_twice_in_a_tree(stage: Stage) -> Expected:
    """Two entries of one name: some readers take the first, some the last, a checkout has one."""
    planted(stage, BACKEND, ("100644", b"pair.ts", stage.blob(HONEST.encode())), ("100644", b"pair.ts", stage.blob(TODO.encode())))
    return Must(HIDDEN, f"{BACKEND}/pair.ts")


@attack(family="names", defeated=TREES)
def name_of_a_file_and_a_folder(stage: Stage) -> Expected:
    """One name as a file and as a folder."""
    folder = tree(stage, [("100644", b"index.ts", stage.blob(HONEST.encode()))])
    planted(stage, BACKEND, ("100644", b"both", stage.blob(b"x\n")), ("40000", b"both", folder))
    return Must(HIDDEN, f"{BACKEND}/both")


@attack(family="names", defeated=TREES)
def folder_called_git_in_capitals(stage: Stage) -> Expected:
    """A folder .GIT with a configuration: where case makes no difference a checkout writes it into git's own folder."""
    config = tree(stage, [("100644", b"config", stage.blob(b"[core]\n\tfsmonitor = x\n"))])
    planted(stage, BACKEND, ("40000", b".GIT", config))
    return Must(HIDDEN, f"{BACKEND}/.GIT")


@attack(family="names", also_hides_from=("git diff",), defeated=TREES)
def folder_called_git_with_a_joiner(stage: Stage) -> Expected:
    """A folder .g\u200cit, which is .git to HFS+."""
    hooks = tree(stage, [("100755", b"pre-commit", stage.blob(b"#!/bin/sh\n"))])
    planted(stage, BACKEND, ("40000", ".g\u200cit".encode(), tree(stage, [("40000", b"hooks", hooks)])))
    return Must(HIDDEN, f"{BACKEND}/.g\u200cit")


@attack(family="names", defeated=TREES)
def folder_with_the_short_name_of_git(stage: Stage) -> Expected:
    """A folder GIT~1, which is .git to NTFS."""
    config = tree(stage, [("100644", b"config", stage.blob(b"[core]\n"))])
    planted(stage, BACKEND, ("40000", b"GIT~1", config))
    return Must(HIDDEN, f"{BACKEND}/GIT~1")


@attack(
    family="names", defeated=TREES,
)
def folder_that_is_a_stream_of_git(stage: Stage) -> Expected:
    """A folder .git::$INDEX_ALLOCATION, which is .git to NTFS (CVE-2019-1352)."""
    config = tree(stage, [("100644", b"config", stage.blob(b"[core]\n"))])
    planted(stage, BACKEND, ("40000", b".git::$INDEX_ALLOCATION", config))
    return Must(HIDDEN, f"{BACKEND}/.git::$INDEX_ALLOCATION")


@control("folder_called_git_in_capitals")
def names_that_begin_like_gits_own(stage: Stage) -> None:
    names = (".gitkeep", "git.ts", ".github/notes.md", "legit~1.md", "x.git/readme.md")
    stage.commit("work", {f"{BACKEND}/{name}": f"// {name}\n" for name in names})


@attack(family="names", defeated="A mode that no file has is read as git reads it, as a submodule's; each of those is reported.")
def mode_that_no_file_has(stage: Stage) -> Expected:
    """An entry with the mode 0, which readers that know three modes leave out."""
    path = f"{BACKEND}/none.ts"
    planted(stage, BACKEND, ("0", b"none.ts", stage.blob(TODO.encode())))
    return Must(HIDDEN, path) | Must(MARKER, path) | Refused(3, path)


@attack(family="names", defeated="A blob whose object is a tree is unread, and says so.")
def tree_that_is_called_a_file(stage: Stage) -> Expected:
    """An entry with a file's mode and a tree's id: what it holds is not read as paths."""
    folder = tree(stage, [("100644", b"late.ts", stage.blob(TODO.encode()))])
    planted(stage, BACKEND, ("100644", b"odd.ts", folder))
    return Unread(f"{BACKEND}/odd.ts", "is a tree")


@attack(family="names", defeated=TREES)
def name_that_differs_by_case_alone(stage: Stage) -> Expected:
    """App.ts beside app.ts: one of the two is what a checkout has on a disk that folds case."""
    planted(stage, BACKEND, ("100644", b"App.ts", stage.blob(HONEST.encode())))
    return Must(HIDDEN, f"{BACKEND}/App.ts")


@attack(family="names", also_hides_from=("git diff",), defeated=TREES)
def name_that_differs_by_its_form_alone(stage: Stage) -> Expected:
    """One name with its accent as one character and as two: HFS+ has one file for them."""
    stage.found({f"{BACKEND}/caf\u00e9.ts": HONEST})
    planted(stage, BACKEND, ("100644", "cafe\u0301.ts".encode(), stage.blob(HONEST.encode())))
    return Must(HIDDEN, f"{BACKEND}/cafe\u0301.ts")


@control("name_that_differs_by_case_alone")
def names_that_base_had_already(stage: Stage) -> None:
    """Files that base has under odd and colliding names, and that the run edits."""
    odd = ("x\ty.ts", "a\u200bb.ts", "аpp.ts", "caf\udce9.ts", "x\\y.ts", "\u202etxt.ts")
    try:
        stage.found({f"{BACKEND}/{name}": HONEST for name in odd})
    except OSError:
        stage.skip("this file system refuses names that are no UTF-8")
    if (stage.root / BACKEND / "APP.TS").exists():
        stage.skip("this file system folds case")
    stage.base = planted(stage, BACKEND, ("100644", b"App.ts", stage.blob(HONEST.encode())))
    stage.git("reset", "--quiet", "--hard", stage.base)
    stage.commit("work", {f"{BACKEND}/{name}": HONEST.replace("3", "4") for name in (*odd, "App.ts")})
    stage.ask(head="agent")
