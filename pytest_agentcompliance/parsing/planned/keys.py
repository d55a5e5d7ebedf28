"""YAML and JSON line by line, whole or broken: values under their keys, prose in them as prose."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.planned import MOST, Mood, Named, moods, names
from pytest_agentcompliance.parsing.planned.moods import Title
from pytest_agentcompliance.parsing.planned.prose import Prose

DEEPEST = 40  # lists in lists

_KEY = late(r"([\"']?)([A-Za-z_$][\w .$/\[\]-]{0,80}?)\1\s{0,4}:(?=\s|$)\s*")
_DASHES = late(r"(?:-\s+)*(?:-$)?")
_COMMENT = late(r"\s#(?=\s).*$")
_BLOCK = late(r"[|>][+-]?\d?[+-]?\s*(?:#.*)?$")
_ITEM = late(r"(?:[-*+•]|\d{1,3}[.)])\s+")
_ACTION = late(r"(?i)(?:action|change|change_type|type|operation|op|status|mode|kind|access)")
_LOOKS = late(
    r"(?i)[\"']?(?:read(?:[-_ ]?only)?|verify|verif\w+|none|reference\w*|no[-_ ]?(?:change|op)\w*|unchanged|inspect"
    r"|review|check|exists|existing)\b"
)
_PROSE = late(
    r"(?i)(?:description|summary|title|goal|objective|notes?|reason|rationale|details?|approach|why|purpose|context|findings?|decision|story"
    r"|acs?|key_acs|ac_?\d+|acceptance_criteria|criteri\w+|constraints?|risks?|mitigation|questions?|answer|text|overview|behaviou?r)"
)
_COMMANDS = late(
    r"(?i)(?:.{0,60}commands?(?:_.{0,60})?|run|cmd|script|scripts|verif\w+|validation\w*|test_command|imports?(?:_needed)?)"
)


@dataclass(slots=True)
class _Item:
    """An item of a list: the indent of its dash, where its names begin, and whether it says that they are only looked at."""

    indent: int
    start: int
    looked: bool = False


@dataclass(slots=True)
class _Open:
    """A key whose values are being read; ``skip``: they are commands, which name what is run and not what is changed."""

    indent: int
    title: Title | None
    prose: bool
    skip: bool


def read(lines: Sequence[str], first: int = 1) -> Iterator[Named]:
    """Everything that the values name, in the order of the lines."""
    return iter(_Reader().read(lines, first))


class _Reader:
    def __init__(self) -> None:
        self.found: list[Named] = []
        self._open: list[_Open] = []
        self._items: list[_Item] = []
        self._said: Prose | None = None

    def read(self, lines: Sequence[str], first: int) -> list[Named]:
        block = -1  # the indent of the key whose block of text is being read
        remarks = Prose()
        for number, (raw, after) in enumerate(zip(lines, [*lines[1:], ""], strict=False), first):
            line = raw[: names.LONGEST_LINE].expandtabs(4).rstrip()
            body = line.lstrip(" ")
            indent = len(line) - len(body)
            if len(self.found) > MOST:
                break
            if not body or body in ("---", "..."):
                continue
            if block >= 0 and indent > block:
                self._prose(number, body, indent, after.strip() if not _ITEM.match(after.lstrip()) else "")
                continue
            block = -1
            if body.startswith("#"):
                text = body.lstrip("# ")
                item = _ITEM.match(text)
                self.found.extend(remarks.text(number, text[item.end() :] if item else text, 0, bool(item)) if text else ())
                continue
            remarks = Prose()
            block = self._line(number, body, indent)
        return self.found

    def _line(self, number: int, body: str, indent: int) -> int:
        """Read a line of keys and values; the indent of its key where a block of text follows, else -1."""
        dashes = _DASHES.match(body)
        assert dashes is not None  # it matches the empty text
        inner = indent + dashes.end()
        is_item = dashes.end() > 0
        while self._open and (self._open[-1].indent > indent or (self._open[-1].indent == indent and not is_item)):
            self._open.pop()
        while self._items and self._items[-1].indent >= (indent if is_item else indent + 1):
            self._items.pop()
        if is_item:
            self._items.append(_Item(indent, len(self.found)))
        rest = body[dashes.end() :].lstrip("{ ") if body.startswith(("{", "- {")) else body[dashes.end() :]
        above = self._open[-1] if self._open else _Open(-1, None, prose=False, skip=False)
        key = _KEY.match(rest)
        if key is None:
            self._value(number, rest, above)
            return -1
        word = key[2]
        value = rest[key.end() :]
        title = moods.of_title(word.replace("_", " ")) or above.title
        if above.title == "excluded":
            title = "excluded"
        now = _Open(inner, title, above.prose or bool(_PROSE.fullmatch(word)), above.skip or bool(_COMMANDS.fullmatch(word)))
        self._open.append(now)
        if _ACTION.fullmatch(word) and _LOOKS.match(value) and self._items:
            item = self._items[-1]
            self.found[item.start :] = [one._replace(mood="looked-at") for one in self.found[item.start :]]
            item.start, item.looked = len(self.found), True
        if _BLOCK.match(value):
            self._said = Prose(title=None if title == "planned" else title)
            return inner
        if value:
            self._value(number, value, now)
        return -1

    def _prose(self, number: int, body: str, indent: int, behind: str) -> None:
        if (self._open and self._open[-1].skip) or self._said is None:
            return
        item = _ITEM.match(body)
        text = body[item.end() :] if item else body
        self.found.extend(self._said.text(number, text, indent if item else 0, bool(item), behind))

    def _value(self, number: int, value: str, under: _Open) -> None:
        remark = _COMMENT.search(value)
        remark_text = remark[0] if remark else ""
        if remark:
            value = value[: remark.start()]
        value = value.strip().rstrip(",").strip()
        if under.skip or not value or ("/" not in value and "." not in value):
            return
        bare = value.strip("\"'")
        if value.startswith("[") or (value.startswith("{") and not under.prose):
            parts = names.names(value.strip("[]{} "), data=True)
            moods_of: list[Mood] = [_plain(under.title)] * len(parts)
        elif " " not in bare:
            parts = names.names(bare, data=True) if not under.prose else names.names(bare)
            moods_of = [_plain(under.title)] * len(parts)
        else:
            parts = names.names(bare)
            title = under.title if under.title != "planned" or not under.prose else None
            moods_of = moods.of_names(bare + remark_text, parts, title, lead=-1 if under.prose else 0)
        if remark and parts and moods.of_names(bare + " " + remark_text.lstrip(" #"), parts[:1], None, lead=0)[0] == "excluded":
            moods_of = ["looked-at"] * len(parts)
        if any(item.looked for item in self._items[-DEEPEST:]):
            moods_of = ["looked-at"] * len(parts)
        self.found.extend(Named(one.text, number, one.kind, mood) for one, mood in zip(parts, moods_of, strict=True))


def _plain(title: Title | None) -> Mood:
    return title if title in ("looked-at", "excluded") else "planned"
