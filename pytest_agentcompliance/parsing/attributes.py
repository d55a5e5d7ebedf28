"""What a .gitattributes file says that keeps a diff of text from being shown."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

# gitattributes(5): "binary" is a macro for -diff -merge -text; diff=NAME asks for a driver, which may print anything.
_HIDING = re.compile(r"binary|-diff|diff=.+|filter=.+|working-tree-encoding=.+")
_FOLDING = re.compile(r"linguist-(?:generated|vendored)(?:=true)?")  # code hosts fold what has it
LONGEST = 4096  # characters of a line; git reads no more than 2048 bytes (ATTR_MAX_LINE_LENGTH)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*')
# What git has drivers of its own for, and what clones set up themselves.
_HARMLESS = frozenset(
    f"diff={name}" for name in (
        "ada", "astextplain", "bash", "bibtex", "cpp", "csharp", "css", "dts", "elixir", "fortran", "fountain", "golang", "html",
        "java", "kotlin", "markdown", "matlab", "objc", "pascal", "perl", "php", "python", "ruby", "rust", "scheme", "tex", "true",
    )
) | {"filter=lfs", "diff=lfs"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hiding:
    """A line of attributes: the glob, the attribute as written, and whether it hides the text or only folds it away."""

    glob: str
    attribute: str
    folds: bool


def hiding(line: str, macros: Collection[str] = ()) -> Iterator[Hiding]:
    """What one line of a .gitattributes file hides, of each kind the first; nothing for a comment.

    ``macros`` are names that ``macro`` found to hide.
    """
    text = line.strip()[:LONGEST]
    if not text or text.startswith(("#", "[attr]", "!")):
        return
    if quoted := _QUOTED.match(text):
        glob, rest = re.sub(r"\\(.)", r"\1", quoted[1]), text[quoted.end() :]
    else:
        glob, _, rest = text.replace("\t", " ").partition(" ")
    attributes = rest.split()
    hides = next((one for one in attributes if one in macros or (one not in _HARMLESS and _HIDING.fullmatch(one))), None)
    folds = next((one for one in attributes if _FOLDING.fullmatch(one)), None)
    if hides is not None:
        yield Hiding(glob, hides, folds=False)
    if folds is not None:
        yield Hiding(glob, folds, folds=True)


def macro(line: str) -> str:
    """The name of a macro whose line defines that it hides a diff; empty for every other line."""
    text = line.strip()[:LONGEST]
    if not text.startswith("[attr]"):
        return ""
    name, _, rest = text.removeprefix("[attr]").replace("\t", " ").partition(" ")
    return name if any(one not in _HARMLESS and _HIDING.fullmatch(one) for one in rest.split()) else ""
