"""Documents as a whole: Markdown with its front matter and blocks of code, YAML and JSON."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing import markdown
from pytest_agentcompliance.parsing.planned import Named, drawings, keys, names
from pytest_agentcompliance.parsing.planned.prose import Prose

YAML = (".yaml", ".yml", ".json")
_DRAWN = frozenset(("", "text", "txt", "plaintext", "tree", "plain", "files", "ascii", "markdown", "md"))
_COMMENTED = re.compile(r"\s{0,20}(?://|#|--|<!--|/\*)\s{0,4}([^\s`]{3,200})\s*(?:\(.{0,60}\)\s*)?(?:-->|\*/)?\s*$")
_GIT = re.compile(r"(?:\+\+\+ b/|--- a/)(\S{1,300})")


def read(text: str, path: str) -> Iterator[Named]:
    """Everything that a document names, in the order of its lines."""
    return keys.read(text.split("\n")) if path.lower().endswith(YAML) else _markdown(text)


def _markdown(text: str) -> Iterator[Named]:
    lines = markdown.read(text)
    if lines and lines[0].text.strip() == "---":
        last = next((at for at, line in enumerate(lines[1:], 1) if line.text.strip() in ("---", "...")), 0)
        yield from keys.read([line.text for line in lines[1:last]], 2)
        lines = lines[last + 1 :] if last else lines
    reader = Prose()
    block: list[markdown.Line] = []
    for line, following in zip(lines, [*lines[1:], None], strict=False):
        is_code = line.kind in ("code", "fence") or (line.kind == "indented" and not line.marker)
        if block and (not is_code or (block[0].kind == "indented") != (line.kind == "indented")):
            yield from _code(block, reader)
            block = []
        if is_code:
            block.append(line)
            if line.kind == "fence" and len(block) > 1:
                yield from _code(block, reader)
                block = []
        elif line.kind in ("text", "html", "heading", "blank", "indented"):
            yield from reader.line(line, following)
    yield from _code(block, reader)


def _code(lines: list[markdown.Line], reader: Prose) -> Iterator[Named]:
    """A block of code: a list or a drawing of folders, or code whose first lines may be a comment with its file's name."""
    info = next((line.info.split()[0] for line in lines if line.kind == "fence" and line.info), "")
    body = [line for line in lines if line.kind != "fence"]
    if info in _DRAWN:
        for drawn in drawings.read([(line.number, line.text) for line in body]):
            mood = reader.mood if drawn.mood == "planned" else drawn.mood
            yield from (Named(text, drawn.line, kind, mood) for text, kind in names.kinds(drawn.text, marked=True))
        return
    said = [
        (line, _GIT.match(line.text) if info == "diff" else _COMMENTED.match(line.text))
        for line in (body if info == "diff" else body[:2])
    ]
    for line, found in said:
        if found and "/" in found[1]:
            yield from (Named(text, line.number, kind, reader.mood) for text, kind in names.kinds(found[1], marked=True))
