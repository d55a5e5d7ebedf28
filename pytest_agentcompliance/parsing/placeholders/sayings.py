"""What comments say: lines of comments that belong together, and the sentences of the book in them."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pytest_agentcompliance.parsing.comments import Comment
from pytest_agentcompliance.parsing.placeholders.book import Book, Sentence

# What stands before the words in a comment's line.
_LEADER = re.compile(r"[ \t]*(?:/\*+!?|\*+/?|//+[/!]?|\#+!?|[rRuUbB]?(?:\"\"\"|''')|)[ \t]*(?:[-\u2022][ \t]+)?")
_CLOSERS = ("*/", '"""', "'''")
_BESIDE = 4  # lines below a comment in which the code that it speaks of is looked for
_NEAR = 60  # characters around a sentence that say whether it is only talked about


@dataclass(frozen=True, slots=True)
class Block:
    """Comments that follow one another line by line: their words, and the line of the first."""

    text: str
    line: int
    starts: tuple[int, ...]  # where each line begins in the text
    trailing: bool  # code stands before it, in its line

    def line_at(self, offset: int) -> int:
        return self.line + bisect_right(self.starts, offset) - 1

    @property
    def last(self) -> int:
        return self.line + len(self.starts) - 1


def blocks(told: Iterable[Comment], lines: Sequence[str]) -> Iterator[Block]:
    """The comments of a file, those of following lines together."""
    held: list[str] = []
    first, trailing = 0, False
    for one in told:
        first_line = one.text.split("\n", 1)[0].strip()
        alone = one.line <= len(lines) and lines[one.line - 1].lstrip().lstrip("{").startswith(first_line)
        text = [_bare(line) for line in one.text.split("\n")]
        if held and alone and not trailing and one.line == first + len(held) and len(held) < 200:
            held += text
            continue
        if held:
            yield _block(held, first, trailing)
        held, first, trailing = text, one.line, not alone
    if held:
        yield _block(held, first, trailing)


def _bare(line: str) -> str:
    """A line of a comment without what makes it one."""
    words = _LEADER.sub("", line, count=1).rstrip()
    closer = next((one for one in _CLOSERS if words.endswith(one)), "")
    return words.removesuffix(closer).rstrip("* \t") if closer else words


def _block(held: list[str], first: int, trailing: bool) -> Block:
    starts, at = [], 0
    for line in held:
        starts.append(at)
        at += len(line) + 1
    return Block("\n".join(held), first, tuple(starts), trailing)


def said(block: Block, sentences: Iterable[Sentence], book: Book, lines: Sequence[str]) -> tuple[Sentence, int, str] | None:
    """The first of the sentences that a block says of the code: with its line and the words of that line."""
    small = " ".join(block.text.lower().split())
    for sentence in sentences:
        if not any(word in small for word in sentence.seen):
            continue
        for found in sentence.regex.finditer(block.text):
            if _talk(block.text, found, book) or _taken_back(sentence, block.text, found) or not _beside(sentence, block, lines):
                continue
            line = block.line_at(found.start())
            index = line - block.line
            start = block.starts[index]
            stop = block.text.find("\n", found.end())
            return sentence, line, " ".join(block.text[start : stop if stop >= 0 else len(block.text)].split())
    return None


def _talk(text: str, found: re.Match[str], book: Book) -> bool:
    """Whether the words are only talked about: quoted, denied, or what something else looks for."""
    before, after = text[max(0, found.start() - _NEAR) : found.start()], text[found.end() : found.end() + _NEAR]
    if before.endswith(("'", '"', "`", "\u2018", "\u201c")) and after.startswith(("'", '"', "`", "\u2019", "\u201d")):
        return True
    if book.talk_before.search(before) or book.talk_after.match(after):
        return True
    return book.talk_of_tests.search(before) is not None


def _taken_back(sentence: Sentence, text: str, found: re.Match[str]) -> bool:
    around = text[max(0, found.start() - _NEAR) : found.end() + _NEAR]
    return sentence.taken_back is not None and sentence.taken_back.search(around) is not None


def _beside(sentence: Sentence, block: Block, lines: Sequence[str]) -> bool:
    if sentence.beside is None:
        return True
    if block.trailing:
        return bool(sentence.beside.match(lines[block.line - 1].lstrip()))
    below = (line.strip() for line in lines[block.last : block.last + _BESIDE])
    code = next((line for line in below if line), "")
    return bool(sentence.beside.match(code))
