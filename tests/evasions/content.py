"""Contents that a reader takes for binary, cuts into other lines, or gives up on."""

import gzip
import io
import zipfile

from tests.evasions.crafted import BACKEND, screen
from tests.evasions.harness import (
    APP,
    BASE,
    CONFUSABLE,
    FRONTEND,
    HIDDEN,
    HONEST,
    MARKER,
    PROFILE,
    TODO,
    Expected,
    Must,
    Stage,
    Unread,
    attack,
    control,
)

DECODED = "Every patch is taken as text, and a content is decoded by its mark, or by where its NULs stand."
OPAQUE = "Text that git begins to take for binary is a finding of its own."
LINES = "Comments are told by a grammar, which knows every end of a line that the language knows."
BOUNDED = "Bounds are on grammars alone; what is over them is read by a scanner, and none of it is left out."
NEW = f"{BACKEND}/late.ts"
OVER = "A file that is over a bound of its reader is unread, and the clause is not judged."
BOUNDS = """\
spec: what the stage's backend agent was told
evidence: {decisions: "plans/**/DECISIONS.yaml", story: "plans/**/STORY.md"}
clauses:
  G-01: {says: "Ports stay", rules: {config/ports: {}}}
  G-02: {says: "Choices are declared", rules: {decisions/undeclared: {}}}
  G-03: {says: "Nothing is written twice", rules: {architecture/duplicate-symbol: {}}}
"""
IMPORT = "import { useState } from 'react'\n"


def bounded(stage: Stage, **files: str) -> None:
    """Found the stage on a profile of rules that parse what they read."""
    stage.found({PROFILE: BOUNDS, "plans/a/DECISIONS.yaml": "decisions: []\n", "plans/a/STORY.md": "# Wishes\n", **files})


# What git calls binary


@attack(family="content", kind="nul byte", also_hides_from=("git diff",), defeated=f"{DECODED} {OPAQUE}")
def nul_behind_the_marker(stage: Stage) -> Expected:
    """One NUL at the end of a source: git says that binary files differ."""
    stage.commit("work", {NEW: f"{HONEST}{TODO}// \0\n"})
    return Must(MARKER, NEW, line=2), Must(HIDDEN, NEW, says="binary")


@control("nul_behind_the_marker")
def images_fonts_and_archives(stage: Stage) -> None:
    """Files that are binary by nature, and an empty one."""
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("notes.txt", "TODO: not in the change\n")
    stage.commit("work", {
        f"{BACKEND}/logo.png": png, f"{BACKEND}/a.zip": packed.getvalue(), f"{BACKEND}/a.gz": gzip.compress(b"{}" * 99, mtime=0),
        f"{BACKEND}/sans.woff2": b"wOF2\0\1\0\0" + bytes(range(256)), f"{BACKEND}/empty.ts": b"",
        f"{BACKEND}/model.bin": bytes(range(256)) * 40 + b"// TODO: x", f"{BACKEND}/fixture.dat": "a fixture".encode("utf-16"),
    })


@attack(family="content", also_hides_from=("git diff",), defeated=f"{DECODED} {OPAQUE}")
def nul_within_the_marker(stage: Stage) -> Expected:
    """A NUL between the letters of the word, in a file that base has."""
    stage.append(APP, TODO.replace("TODO", "TO\0DO"))
    stage.commit("work")
    return Must(MARKER, APP), Must(HIDDEN, APP)


@attack(family="content", defeated=f"{DECODED} {OPAQUE}")
def nul_far_down(stage: Stage) -> Expected:
    """A NUL behind the 8,000 bytes in which git looks for one, and the marker behind it."""
    stage.commit("work", {NEW: f"{HONEST * 200}// \0\n{TODO}"})
    return Must(MARKER, NEW, line=202)


@attack(family="content", kind="utf16", also_hides_from=("git diff",), defeated=f"{DECODED} {OPAQUE}")
def source_in_utf_16(stage: Stage) -> Expected:
    """A source in UTF-16 with its mark, which TypeScript reads and git calls binary."""
    stage.commit("work", {NEW: f"{HONEST}{TODO}".encode("utf-16")})
    return Must(MARKER, NEW, line=2), Must(HIDDEN, NEW, says="UTF-16")


@control("source_in_utf_16")
def resources_that_base_has_in_utf_16(stage: Stage) -> None:
    """A resource file of Windows, which the compiler wants in UTF-16, and which base has; the run changes a line of it."""
    path = "packages/backend/win/service.rc"
    text = '#include "service.h"\r\n\r\nSTRINGTABLE\r\nBEGIN\r\n  1 "Wishes"\r\nEND\r\n'
    strings = "packages/backend/ios/Localizable.strings"
    stage.found({path: text.encode("utf-16"), strings: '"hello" = "Hello";\n'.encode("utf-16")})
    stage.commit("work", {path: text.replace("Wishes", "Lists").encode("utf-16"), strings: '"hello" = "Hi";\n'.encode("utf-16")})


@attack(family="content", kind="utf16 without a mark", also_hides_from=("git diff",), defeated=f"{DECODED} {OPAQUE}")
def source_in_utf_16_without_its_mark(stage: Stage) -> Expected:
    """UTF-16 in both orders of its bytes, with nothing that says so."""
    other = f"{BACKEND}/night.ts"
    stage.commit("work", {NEW: f"{HONEST}{TODO}".encode("utf-16-le"), other: f"{HONEST}{TODO}".encode("utf-16-be")})
    return Must(MARKER, NEW), Must(MARKER, other), Must(HIDDEN, NEW), Must(HIDDEN, other)


@attack(
    family="content", also_hides_from=("git diff",), defeated=f"{DECODED} {OPAQUE}",
)
def source_in_utf_32(stage: Stage) -> Expected:
    """UTF-32, with its mark and without."""
    other = f"{BACKEND}/night.ts"
    stage.commit("work", {NEW: TODO.encode("utf-32"), other: TODO.encode("utf-32-be")})
    return Must(MARKER, NEW), Must(MARKER, other), Must(HIDDEN, NEW), Must(HIDDEN, other)


@attack(family="content", also_hides_from=("git diff",), defeated=f"{DECODED} {OPAQUE}")
def frontend_in_utf_16(stage: Stage) -> Expected:
    """Code of the frontend in a script of the backend, in UTF-16."""
    stage.commit("work", {NEW: f"{IMPORT}{HONEST}".encode("utf-16")})
    return Must(FRONTEND, NEW), Must(HIDDEN, NEW)


@attack(family="content", kind="source that becomes utf16", also_hides_from=("git diff",), defeated=f"{DECODED} {OPAQUE}")
def source_that_changes_its_encoding(stage: Stage) -> Expected:
    """A source of base, written anew in UTF-16 with one word more."""
    stage.commit("work", {APP: (BASE[APP] + TODO).encode("utf-16")})
    return Must(MARKER, APP, line=4), Must(HIDDEN, APP)


@attack(family="content", kind="bom", defeated=DECODED)
def marker_behind_a_mark(stage: Stage) -> Expected:
    """A byte order mark before the comment, so that it does not begin its line."""
    stage.commit("work", {NEW: b"\xef\xbb\xbf" + TODO.encode()})
    return Must(MARKER, NEW, line=1)


@control("marker_behind_a_mark")
def files_with_byte_order_marks(stage: Stage) -> None:
    """UTF-8 with its mark: a C# source, a CSV, a file that gains one and a file that loses one."""
    stage.found({f"{BACKEND}/had.ts": "\ufeff" + HONEST})
    stage.commit("work", {
        f"{BACKEND}/had.ts": HONEST, f"{BACKEND}/users.ts": "\ufeff" + BASE[f"{BACKEND}/users.ts"],
        f"{BACKEND}/Program.cs": "\ufeffclass Program { }\r\n", f"{BACKEND}/cities.csv": "\ufeffname\nKöln\n",
    })


@attack(family="content", kind="latin1 content", also_hides_from=("unidiff",), defeated="Bytes that are no UTF-8 are kept.")
def source_in_latin_1(stage: Stage) -> Expected:
    """Letters with accents in Latin-1, which make readers raise."""
    stage.commit("work", {NEW: b"// caf\xe9 \xff\xc0\x80\n// na\xefve TODO: finish this later\n"})
    screen(stage)
    return Must(MARKER, NEW, line=2)


@control("source_in_latin_1")
def texts_in_old_encodings(stage: Stage) -> None:
    """Latin-1, Shift JIS and KOI8-R: fixtures and old sources."""
    stage.commit("work", {
        f"{BACKEND}/old.properties": b"greeting=gr\xfc\xdf Gott\n", f"{BACKEND}/ja.txt": "日本語\n".encode("shift-jis"),
        f"{BACKEND}/notes.txt": "Привет\n".encode("koi8-r"),
        f"{BACKEND}/old.py": b"# -*- coding: latin-1 -*-\nname = 'Jos\xe9'\n",
    })


@attack(
    family="content", also_hides_from=("reviewers",), defeated="A coding line that makes other text of a file is a finding.",
)
def source_in_a_coding_of_its_own(stage: Stage) -> Expected:
    """A Python source whose coding line says that its comments hold line ends, and code behind them."""
    path = "packages/backend/tool.py"
    stage.commit("work", {path: "# coding: unicode_escape\n# nothing to see here \\x0a# \\x54ODO: finish this later\nx = 1\n"})
    return Must(MARKER, path) | Must(HIDDEN, path) | Must(CONFUSABLE, path)


# Where a line ends


@attack(family="content", kind="lone cr", also_hides_from=("line readers",), defeated=LINES)
def marker_behind_a_carriage_return(stage: Stage) -> Expected:
    """Lines that end in a carriage return alone: git shows one line, and a terminal the last of them."""
    stage.commit("work", {NEW: f"const a = 1 // fine\r{TODO.strip()}\rexport const b = a\r"})
    screen(stage)
    return Must(MARKER, NEW)


@attack(family="content", also_hides_from=("line readers", "reviewers"), defeated=LINES)
def code_behind_a_carriage_return(stage: Stage) -> Expected:
    """An import of the frontend behind a comment and a carriage return: code to JavaScript, a comment to the eye."""
    stage.commit("work", {NEW: f"// nothing to see here\r{IMPORT.strip()}\n{HONEST}"})
    return Must(FRONTEND, NEW)


@attack(family="content", also_hides_from=("line readers", "reviewers"), defeated=LINES)
def code_behind_a_line_separator(stage: Stage) -> Expected:
    """The same with U+2028, which ends a line of JavaScript and of no editor."""
    stage.commit("work", {NEW: f"// nothing to see here\u2028{IMPORT.strip()}\n{HONEST}"})
    return Must(FRONTEND, NEW)


@attack(family="content", defeated=LINES)
def marker_behind_form_feeds(stage: Stage) -> Expected:
    """Form feeds, vertical tabs and a next-line character, at which `splitlines` cuts and git does not."""
    stage.commit("work", {NEW: f"{HONEST}\f\v\x85\n// a\x0c b\x1c c\x85 d\n\f{TODO}"})
    screen(stage)
    return Must(MARKER, NEW, line=4)


@attack(family="content", kind="crlf only", defeated="Lines are compared by git, white space and all.")
def marker_among_new_line_ends(stage: Stage) -> Expected:
    """Every line of a file gets another end, and one of them a marker."""
    stage.commit("work", {APP: (BASE[APP] + TODO).replace("\n", "\r\n")})
    return Must(MARKER, APP, line=4)


@control("marker_among_new_line_ends")
def repository_of_crlf(stage: Stage) -> None:
    """A repository that is kept with CRLF, a file that is converted, and one whose last line has no end."""
    stage.found({f"{BACKEND}/dos.ts": "export const a = 1\r\nexport const b = 2\r\n"})
    stage.commit("work", {
        f"{BACKEND}/dos.ts": "export const a = 1\r\nexport const b = 3\r\n", APP: BASE[APP].replace("\n", "\r\n"),
        NEW: HONEST.strip(),
    })


@attack(family="content", also_hides_from=("readers of patches",), defeated="Records and patches are counted against each other.")
def content_that_is_a_patch(stage: Stage) -> Expected:
    """Lines that look like the head of another file's patch, and take the marker with them."""
    head = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+\n-- a/y\n++ b/y\n@@ -1 +1 @@\n\\ No newline at end of file\n"
    stage.found({APP: BASE[APP] + "/*\n-- old\n++ old\n*/\n"})
    stage.commit("work", {APP: f"{BASE[APP]}/*\n{head}*/\n{TODO}"})
    return Must(MARKER, APP)


# What a lexer stumbles over


@attack(family="content", defeated=LINES)
def marker_behind_traps(stage: Stage) -> Expected:
    """Regular expressions, templates and strings that look like the beginning of a comment or of a string."""
    stage.commit("work", {
        NEW: "const a = /[/*]`'\"/.test(`${`/*`}`) // TODO: one\n"
             "const url = 'https://x/*' /* y */ // TODO: two\n"
             "const b = a ? /\\// : 1 / 2 // TODO: three\n",
    })  # fmt: skip
    return Must(MARKER, NEW, line=1), Must(MARKER, NEW, line=2), Must(MARKER, NEW, line=3)


@control("marker_behind_traps")
def markers_in_strings(stage: Stage) -> None:
    """A to-do application, and code that looks for markers."""
    stage.commit("work", {
        NEW: "const url = 'http://x/ // TODO: no'\nconst re = /\\/\\/ TODO: x/\nconst t = `\n// TODO: not a comment\n`\n"
             "export const isTodo = (todo: Todo) => todo.text.startsWith('TODO: ')\n",
    })  # fmt: skip


@attack(family="content", defeated="A text with errors in it is read by a grammar that goes on, or by a scanner.")
def marker_in_broken_code(stage: Stage) -> Expected:
    """Code that no parser takes, with an unclosed string and 2,000 brackets."""
    stage.commit("work", {NEW: f"const a = '\n{'(' * 2000}\n}}}} `\n{TODO}"})
    return Must(MARKER, NEW)


@attack(family="content", defeated="The language of a file without an ending is told by its first line.")
def script_without_an_ending(stage: Stage) -> Expected:
    """A script with a first line that names its interpreter, and no ending."""
    path = "packages/backend/bin/deploy"
    stage.commit("work", {path: "#!/usr/bin/env bash\nset -e\n# TODO: finish this later\n"})
    return Must(MARKER, path, line=3)


# Sizes


@attack(family="content", kind="long line", also_hides_from=("lexers", "unidiff"), defeated=BOUNDED)
def marker_behind_a_long_line(stage: Stage) -> Expected:
    """A line of four million letters, and the marker at its end."""
    stage.commit("work", {NEW: f"export const a = '{'a' * 4_000_000}' {TODO}"})
    return Must(MARKER, NEW, line=1)


@control("marker_behind_a_long_line")
def generated_bundles(stage: Stage) -> None:
    """A minified bundle of one line, its map, a data file of two million bytes, and a table of many lines."""
    call = "function a(b){return b?a(b-1):0};var c='/* // */'.length;"
    stage.commit("work", {
        "packages/backend/dist/bundle.min.js": call * 8000 + "\n",
        "packages/backend/dist/bundle.min.js.map": '{"mappings":"' + "AAAA;" * 200_000 + '"}',
        f"{BACKEND}/words.json": '["' + '","'.join(["word"] * 200_000) + '"]\n', f"{BACKEND}/rows.csv": "a,b,c\n" * 100_000,
    })


@attack(family="content", also_hides_from=("lexers",), defeated=BOUNDED)
def marker_behind_many_lines(stage: Stage) -> Expected:
    """The marker behind 100,000 lines of generated code."""
    stage.commit("work", {NEW: "export const a = 1\n" * 100_000 + TODO})
    return Must(MARKER, NEW, line=100_001)


@attack(family="content", defeated="Grammars run in a child with a limit, and have no stack that a text could use up.")
def marker_behind_deep_nesting(stage: Stage) -> Expected:
    """The marker behind 60,000 brackets and templates in templates."""
    stage.commit("work", {NEW: "const a = " + "[" * 60_000 + "]" * 60_000 + "\n" + "`${" * 2_000 + "}`" * 2_000 + f"\n{TODO}"})
    return Must(MARKER, NEW)


@attack(family="content", kind="bounds", defeated=OVER)
def dependency_behind_padding(stage: Stage) -> Expected:
    """A new dependency in a manifest with a mebibyte of blanks before it."""
    path = "packages/backend/package.json"
    bounded(stage, **{path: '{"name": "backend", "dependencies": {}}\n'})
    stage.commit("work", {path: " " * (1 << 20) + '{"name": "backend", "dependencies": {"express": "^5.0.0"}}\n'})
    return Must("decisions/undeclared", path) | Unread(path)


@attack(family="content", kind="bounds", defeated=OVER)
def port_behind_padding(stage: Stage) -> Expected:
    """A server that listens on a new port, behind a comment of more than a mebibyte."""
    bounded(stage)
    stage.commit("work", {NEW: f"// {'x' * (1 << 20)}\nimport express from 'express'\nexpress().listen(9999)\n"})
    return Must("config/ports", NEW) | Unread(NEW)


@attack(family="content", kind="bounds", defeated=OVER)
def second_copy_behind_padding(stage: Stage) -> Expected:
    """A second copy of a function that base has, behind a comment of more than a mebibyte."""
    code = (
        "export function priceOfCart(cart: Cart) {\n"
        "  return cart.items.map((one) => one.price * one.count).reduce((a, b) => a + b, 0)\n}\n"
    )
    bounded(stage, **{f"{BACKEND}/price.ts": code})
    stage.commit("work", {NEW: f"// {'x' * (1 << 20)}\n{code}"})
    return Must("architecture/duplicate-symbol", NEW) | Unread(NEW)


@control("port_behind_padding")
def large_files_without_a_port(stage: Stage) -> None:
    """A large file of data, and an edit of a large file that base has, on the profile that looks for ports and dependencies."""
    rows = "export const rows = [\n" + "  'row',\n" * 20_000 + "]\n"
    bounded(stage, **{f"{BACKEND}/rows.ts": rows})
    stage.commit("work", {f"{BACKEND}/rows.ts": rows.replace("'row'", "'line'", 1), f"{BACKEND}/more.json": '["x"]\n' * 50_000})


# Out of reach


@attack(
    family="content", kind="split over strings", defeated="Not at all.",
    reach="A word that the program puts together when it runs stands in no text, and in no comment.",
)
def marker_in_two_strings(stage: Stage) -> Expected:
    """A marker that the program puts together: 'TO' + 'DO'. What is said all the same is the comment beside it."""
    stage.commit("work", {NEW: f"console.warn('TO' + 'DO: finish this later')\n{TODO}"})
    return Must(MARKER, NEW, line=2)


@attack(
    family="content", kind="base64", defeated="Not at all.",
    reach="What is encoded in a text is decoded by no reader; nobody reads a promise from it either.",
)
def marker_in_base64(stage: Stage) -> Expected:
    """A marker in base64. What is said all the same is the comment beside it."""
    stage.commit("work", {NEW: f"// VE9ETzogZmluaXNoIHRoaXMgbGF0ZXI=\n{TODO}"})
    return Must(MARKER, NEW, line=2)
