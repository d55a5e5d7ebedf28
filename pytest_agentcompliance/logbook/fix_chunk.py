"""One chunk of a log in the specified form: its labels, their order, and what stands under them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from pytest_agentcompliance.logbook import fix_files, fix_parts
from pytest_agentcompliance.logbook.fix_layout import Placed, placed
from pytest_agentcompliance.logbook.fix_parts import Part
from pytest_agentcompliance.logbook.fix_rows import lead, tail_of, trimmed
from pytest_agentcompliance.parsing import log_labels
from pytest_agentcompliance.parsing.log_labels import PARENT, SPECIFIED
from pytest_agentcompliance.parsing.markdown import Line

_ASIDES = {"objective": "(maps to story requirement/AC)", "commands": "(if any)"}
_PARENTHESES = re.compile(r"\([^()]*\)")
_STRUCTURED = ("text", "fence")


class Way(NamedTuple):
    """How much of a chunk is mended; the first way that keeps its facts is taken."""

    items: bool  # files one for each item, the status of a label over them beside each
    beside: bool  # what stands beside a sub-label stays there
    order: bool


WAYS = (Way(True, True, True), Way(False, True, True), Way(False, False, True), Way(False, False, False))


@dataclass(slots=True)
class _Writer:
    """``out`` holds the lines so far; ``open_list`` says that they end in a list of files that may go on."""

    way: Way
    parts: Sequence[Part]
    out: list[Placed] = field(default_factory=list)
    open_list: bool = False
    section: int = 0

    def part(self, part: Part) -> None:
        column = 2 if fix_parts.nested(part, self.parts) else 0
        own = trimmed(part.lines if self.way.beside else [*part.lines, *chain.from_iterable(part.beside)])
        if part.listed:
            self._files(part, own, _rest(part))
        else:
            self._field(part, own, column)
        for lines in part.beside if self.way.beside else ():
            self._beside(trimmed(lines), column)
        if part.loose:
            if part.lines and part.lines[-1].kind == "blank":
                self.out.append((part.lines[-1], ""))
            self.out.extend((line, line.text) for line in part.loose)
            self.open_list = False
        self.section = part.section

    def _field(self, part: Part, own: list[Line], column: int) -> None:
        rest = _rest(part)
        if part.name and not rest and len(own) == 1 and own[0].kind == "text" and not own[0].marker and own[0].body[0] not in "|>":
            rest, own = own[0].text.strip(), []
        self._gap(part.line)
        self.out.append(
            (part.line, " " * column + (_item(f"{_label(part, alone=not column)}:", rest) if part.name else _kept(part)))
        )
        self._put(placed(own, part.inner, column + 2))
        self.open_list = False

    def _beside(self, lines: Sequence[Line], column: int) -> None:
        """Items that stand beside a sub-label, with what stands under them."""
        if lines:
            self._gap(lines[0])
            self._put(placed(lines, fix_parts.inner(lines[0]), column))
            self.open_list = False

    def _files(self, part: Part, own: Sequence[Line], rest: str) -> None:
        assert part.listed is not None
        status = part.listed.status if rest or own else ""
        inline = fix_files.inline(rest) if self.way.items else []
        lines = [(part.line, f"  - {piece}") for piece in inline]
        apart = not rest or bool(inline)  # nothing but items stands under the label
        shifted = list(fix_files.items(list(placed(own, part.inner, 2)), 2)) if self.way.items else list(placed(own, part.inner, 2))
        if status and apart and self.way.items and (marked := _marked(lines, shifted, status)):
            lines, shifted, status = *marked, ""
        goes_on = self.open_list and self.section == part.section and not _asides(part)
        if not (goes_on and (apart or status)):
            self._gap(part.line)
            self.out.append((part.line, _item(f"{_label(part)}:", "" if inline or status else rest)))
        if status:
            self.out.append((part.line, "  " + _item(f"{status}:", "" if inline else rest)))
            lines = [(line, "  " + text) for line, text in lines]
            shifted = list(placed(own, part.inner, 4))
        self.out.extend(lines)
        self._put(shifted)
        self.open_list = (apart or bool(status)) and all(line.kind in ("text", "blank") for line, _ in shifted)

    def _put(self, placed: Iterable[Placed]) -> None:
        lines = list(placed)
        if lines and not (fix_files.is_item(lines[0][0]) or lines[0][0].kind == "fence"):
            above = lines[0][0].number - 1
            if self.out and self.out[-1][0].number < above and self.out[-1][1].strip():
                self.out.append((lines[0][0], ""))  # a paragraph or a table that stood apart from its label
        self.out.extend(lines)

    def _gap(self, line: Line) -> None:
        """A blank line before a label where something stands above it that only a blank line ends."""
        if self.out and self.out[-1][0].kind not in (*_STRUCTURED, "code", "blank") and self.out[-1][1].strip():
            self.out.append((line, ""))


def rewritten(lines: Sequence[Line], way: Way) -> Iterator[Placed]:
    """The content of a chunk with its labels in the specified form; a line may come with a text twice."""
    content = fix_parts.take_apart(lines)
    if not all(_can_be_item(part.line) for part in content.parts):
        yield from ((line, line.text) for line in lines)
        return
    writer = _Writer(way, content.parts)
    for part in fix_parts.in_order(content.parts) if way.order else content.parts:
        writer.part(part)
    yield from ((line, line.text) for line in content.prelude)
    yield from writer.out
    yield from ((line, line.text) for line in content.tail)


def _can_be_item(line: Line) -> bool:
    """Whether a label can be made an item of a list: not where it stands in a table or in HTML."""
    return line.kind in ("text", "heading", "indented") and not line.body.startswith("|")


def _rest(part: Part) -> str:
    return tail_of(part.line.text.rstrip(), part.label.rest)


def _item(label: str, rest: str) -> str:
    return f"- {label} {rest}" if rest else f"- {label}"


def _kept(part: Part) -> str:
    """A label that the format does not know as an item, in its own words and dress."""
    if part.line.kind == "heading":
        return _item(f"{part.label.written}:", _rest(part))
    return "- " + lead(part.line.text)[1].removeprefix(part.line.marker).strip()


def _label(part: Part, *, alone: bool = True) -> str:
    """The label as the format has it; as it is written where a sub-label would not be known without its parent."""
    name = part.name or ""
    if alone and name in PARENT and SPECIFIED[name].count(" ") < 2:
        return part.label.written
    asides = _asides(part)
    return " ".join([SPECIFIED[name], *(asides or filter(None, [_ASIDES.get(name)]))])


def _asides(part: Part) -> list[str]:
    """What the label says in parentheses, where that is not what the format has there."""
    found = _PARENTHESES.findall(part.label.written)
    usual = _ASIDES.get(part.name or "", "")
    return found if log_labels.words(" ".join(found).replace("(", "").replace(")", "")) != log_labels.words(usual[1:-1]) else []


def _marked(inline: Sequence[Placed], lines: Sequence[Placed], status: str) -> tuple[list[Placed], list[Placed]] | None:
    first, second = fix_files.with_status(inline, status), fix_files.with_status(lines, status)
    return None if first is None or second is None or not (first or second) else (first, second)
