"""YAML as data that an adversary may have written: read by its events, bounded, and held to a model.

No loader constructs anything. One pass over libyaml's events builds plain data, so that an alias bomb, a
second value for one key, a tag or 50,000 brackets (which crash libyaml's composer) end at the event that shows them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.parsing.late import late

MAX_BYTES, MAX_DEPTH, MAX_NODES = 1 << 20, 40, 20_000
MAX_SHOWN = 10  # errors of one file that are listed
MAX_LISTED = 40  # valid words that a message lists

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Only what can be told back from its value is typed: 007, 0644, 1.10, 22:22, on and 2024-01-01 stay as written.
INTEGER = late(r"0|-?[1-9][0-9]{0,17}")
WORDS: Mapping[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
# What YAML refuses, what it takes for the end of a line and an editor does not, and what turns text around on the screen.
UNSEEN = late(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]|\r(?!\n)"
)
TEMPLATE = late(r"(?:[:\-\[,]\s*|^\s*)\{\w+\}[^\s,}\]]")

Path = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


class Lines:
    """Where each key and each item of a file stands, as lines counted from 1."""

    def __init__(self, lines: Mapping[Path, int]) -> None:
        self._lines = lines

    def of(self, path: Sequence[str | int]) -> int:
        """The line of the key or item at this path; of the nearest one around it where there is none."""
        at = tuple(path)
        while at and at not in self._lines:
            at = at[:-1]
        return self._lines.get(at, 1)


def read(text: str | bytes, name: str) -> tuple[Any, Lines]:
    """The one document of a file: None, bool, int, str, lists, and dicts with str keys. An empty file is None.

    Raises ``PolicyError``, which names the file, the line and what to do.
    """
    clean = _clean(text, name)
    builder = _Builder(name)
    try:
        for event in yaml.parse(clean, Loader=LOADER):
            builder.take(event)
    except yaml.YAMLError as wrong:
        raise _broken(wrong, clean, name) from wrong
    return builder.root, Lines(builder.lines)


def checked(model: type[Model], text: str | bytes, name: str) -> tuple[Model, Lines]:
    """A file held to a model. Raises ``PolicyError`` with the file, line, key and nearest valid key of each mistake."""
    data, lines = read(text, name)
    if not isinstance(data, dict):
        keys = ", ".join(_keys(model))
        what = "is empty" if data is None else f"holds {_kind(data)} at its top"
        raise PolicyError(f"{name}:{lines.of(())}: the file {what}; it needs a mapping with the keys {keys}")
    try:
        return fit(model, data), lines
    except ValidationError as wrong:
        raise PolicyError("\n".join(mistakes(model, wrong, lambda path: f"{name}:{lines.of(path)}"))) from wrong


def fit(model: type[Model], data: Mapping[str, Any]) -> Model:
    """Data as a model; a number or a truth value stands for its text where a text is wanted.

    Raises pydantic's ``ValidationError``; ``mistakes`` puts it into words.
    """
    try:
        return model.model_validate(data)
    except ValidationError as wrong:
        repaired = _with_texts(data, [error["loc"] for error in wrong.errors() if error["type"] == "string_type"])
        return model.model_validate(repaired)


def mistakes(model: type[BaseModel], wrong: ValidationError, place: Callable[[Path], str], noun: str = "key") -> Iterator[str]:
    """Each mistake as ``place: path.of.keys: what is wrong; what to do``; at most ten."""
    errors = wrong.errors(include_url=False)
    for error in errors[:MAX_SHOWN]:
        path: Path = tuple(error["loc"])
        if path[-1:] == ("[key]",):
            within, word = path[:-2], str(path[-2])
            message = f"unknown {noun} {shown(word)}; {nearest(word, _words(_at(model, within, keys=True)), noun)}"
        else:
            within, message = _message(model, error["type"], path, error, noun)
        keys = spelled(within)
        yield f"{place(path)}: {keys}{': ' if keys else ''}{message}"
    if len(errors) > MAX_SHOWN:
        yield f"... and {len(errors) - MAX_SHOWN} more"


def spelled(path: Path) -> str:
    """A path as people write it: ``profiles[0].clauses.C3-10``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{_clipped(part)}" for part in path).removeprefix(".")


def nearest(word: str, valid: Sequence[str], noun: str) -> str:
    """The end of a message on a wrong word: the nearest valid one, else all of them."""
    from difflib import get_close_matches

    near = get_close_matches(word, valid, n=1) or get_close_matches(word.lower(), [one.lower() for one in valid], n=1)
    if near:
        return f"did you mean {next((one for one in valid if one.lower() == near[0].lower()), near[0])!r}?"
    if not valid:
        return f"no {noun} can stand here"
    rest = f" and {len(valid) - MAX_LISTED} more" if len(valid) > MAX_LISTED else ""
    return f"the {noun}s here are {', '.join(_clipped(one) for one in valid[:MAX_LISTED])}{rest}"


def _clean(text: str | bytes, name: str) -> str:
    if len(text) > MAX_BYTES:
        raise PolicyError(f"{name}:1: the file is larger than {MAX_BYTES} bytes; make it smaller")
    if isinstance(text, bytes):
        data = text
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as wrong:
            line = data.count(b"\n", 0, wrong.start) + 1
            raise PolicyError(f"{name}:{line}: the file is not UTF-8; save it as UTF-8") from wrong
    text = text.removeprefix("\ufeff")
    if unseen := UNSEEN.search(text):
        line = text.count("\n", 0, unseen.start()) + 1
        if "\udc80" <= unseen[0] <= "\udcff":  # a byte that was no UTF-8 where the text was read
            raise PolicyError(f"{name}:{line}: the file is not UTF-8; save it as UTF-8")
        raise PolicyError(f"{name}:{line}: the character U+{ord(unseen[0]):04X} is not seen on a screen; take it out")
    if directive := re.search("^%", text, re.MULTILINE):  # thousands of %TAG lines take libyaml quadratic time
        line = text.count("\n", 0, directive.start()) + 1
        raise PolicyError(f"{name}:{line}: a line that begins with % is a YAML directive; take it out, or quote and indent it")
    return text


class _Builder:
    """Events into data. Every container that is open has its path, and a mapping the key that waits for its value."""

    def __init__(self, name: str) -> None:
        self.root: Any = None
        self.lines: dict[Path, int] = {}
        self._name, self._nodes, self._documents = name, 0, 0
        self._open: list[tuple[dict[str, Any] | list[Any], Path]] = []
        self._keys: list[str | None] = []

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._admit(event)
            if self._awaits_key():
                self._key(event)
            else:
                self._place(_value(event), event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._admit(event)
            if self._awaits_key():
                self._refuse(event, "a key is a list or a mapping; a key must be a text")
            if len(self._open) == MAX_DEPTH:
                self._refuse(event, f"the data is nested more than {MAX_DEPTH} deep; make it flatter")
            container: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
            path = self._place(container, event)
            self._open.append((container, path))
            self._keys.append(None)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._refuse(event, f"'*{_clipped(str(event.anchor))}' is a YAML alias; quote the glob, or write the value out")
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse(event, "a second document begins here; keep one in the file")

    def _admit(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if isinstance(event, yaml.ScalarEvent) and (unseen := UNSEEN.search(event.value)):  # by an escape: "\e[31m"
            self._refuse(event, f"the escape for U+{ord(unseen[0]):04X} makes a character that is not seen; take it out")
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._refuse(event, f"the file has more than {MAX_NODES} values; make it smaller")
        if event.anchor is not None:
            self._refuse(event, f"'&{_clipped(str(event.anchor))}' is a YAML anchor; take it out, or quote the text")
        if event.tag is not None:
            self._refuse(event, f"{shown(event.tag)} is a YAML tag; quote the glob, or take the tag out")

    def _awaits_key(self) -> bool:
        return bool(self._open) and self._keys[-1] is None and isinstance(self._open[-1][0], dict)

    def _key(self, event: yaml.ScalarEvent) -> None:
        container, path = self._open[-1]
        key = event.value
        if key == "<<" and not event.style:
            self._refuse(event, "'<<' merges another mapping; write its keys out")
        at = (*path, key)
        if key in container:
            self._refuse(event, f"the key {shown(key)} stands here and on line {self.lines[at]}; keep one of them")
        self.lines[at] = _line(event)
        self._keys[-1] = key

    def _place(self, value: Any, event: yaml.Event) -> Path:
        if not self._open:
            self.root = value
            self.lines[()] = _line(event)
            return ()
        container, path = self._open[-1]
        if isinstance(container, list):
            at: Path = (*path, len(container))
            self.lines[at] = _line(event)
            container.append(value)
            return at
        key = self._keys[-1] or ""
        container[key] = value
        self._keys[-1] = None
        return (*path, key)

    def _refuse(self, event: yaml.Event, why: str) -> NoReturn:
        raise PolicyError(f"{self._name}:{_line(event)}: {why}")


def _value(event: yaml.ScalarEvent) -> str | int | bool | None:
    text: str = event.value
    if event.style:  # quoted, or a block
        return text
    if text in WORDS:
        return WORDS[text]
    return int(text) if INTEGER.fullmatch(text) else text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _broken(wrong: yaml.YAMLError, text: str, name: str) -> PolicyError:
    mark = getattr(wrong, "problem_mark", None) or getattr(wrong, "context_mark", None)
    line = mark.line + 1 if mark else 1
    said = " ".join(filter(None, [getattr(wrong, "context", None), getattr(wrong, "problem", None)])) or str(wrong)
    lines = text.split("\n")
    shown = lines[line - 1] if line <= len(lines) else ""
    if "alias" in said:
        hint = "an unquoted * begins an alias: quote the glob, as in \"*.sql\""
    elif "tag" in said:
        hint = "an unquoted ! begins a tag: quote the glob, as in \"!*.sql\""
    elif TEMPLATE.search(shown):
        hint = "a text that begins with { must be quoted"
    elif "mapping values" in said:
        hint = "a text with a colon in it must be quoted; keys of one mapping stand below each other"
    elif "\\t" in said or "\t" in shown:
        hint = "a tab stands where spaces must; use spaces"
    elif "cannot start any token" in said or "anchor" in said:
        hint = "a text that begins with a special character must be quoted"
    else:
        hint = "look at the indentation, the brackets and the quotes on this line and above it"
    return PolicyError(f"{name}:{line}: the YAML is broken ({said}); {hint}")


def _message(model: type[BaseModel], kind: str, path: Path, error: Mapping[str, Any], noun: str) -> tuple[Path, str]:
    """The path that the message is about, and the message."""
    given = error["input"]
    if kind == "extra_forbidden":
        return path[:-1], f"unknown {noun} {shown(path[-1])}; {nearest(str(path[-1]), _keys(_at(model, path[:-1])), noun)}"
    if kind == "missing":
        from difflib import get_close_matches

        others = [one for one in given if isinstance(one, str)] if isinstance(given, dict) else []
        near = get_close_matches(str(path[-1]), set(others) - set(_keys(_at(model, path[:-1]))), n=1)
        return path[:-1], f"the {noun} {path[-1]!r} is missing" + (f"; did you mean it by {shown(near[0])}?" if near else "")
    if kind == "literal_error":
        valid = _words(_at(model, path))
        hint = nearest(str(given), valid, "word") if valid else f"write {error['ctx']['expected']}"
        return path, f"{shown(given)} is not possible; {hint}"
    if kind == "value_error":
        return path, str(error["ctx"]["error"])
    if kind in WANTED:
        return path, f"must be {WANTED[kind]}, and is {_kind(given)}"
    return path, f"{shown(given)}: {error['msg'][:1].lower()}{error['msg'][1:]}"


WANTED = {
    "string_type": "a text", "list_type": "a list", "tuple_type": "a list", "frozen_set_type": "a list", "set_type": "a list",
    "dict_type": "a mapping of keys", "mapping_type": "a mapping of keys", "model_type": "a mapping of keys",
    "int_type": "a whole number", "float_type": "a number", "bool_type": "true or false", "date_type": "a date",
}


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict | BaseModel):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return shown(value)


def shown(value: Any) -> str:
    """A value as a message shows it, at most 60 characters of it."""
    return _clipped(("true" if value else "false") if isinstance(value, bool) else repr(value))


def _clipped(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _words(annotation: Any) -> list[str]:
    return [str(one) for one in get_args(annotation)] if get_origin(annotation) is Literal else []


def _at(annotation: Any, path: Path, *, keys: bool = False) -> Any:
    """The type that a model has at a path, or that the keys there have; None where it says nothing."""
    for part in path:
        annotation = _plain(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            field = annotation.model_fields.get(str(part))
            annotation = field.annotation if field else None
        else:
            arguments = get_args(annotation)
            annotation = (arguments[-1] if arguments[-1] is not ... else arguments[0]) if arguments else None
    annotation = _plain(annotation)
    return get_args(annotation)[0] if keys and get_args(annotation) else annotation


def _plain(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, UnionType):
        rest = [one for one in get_args(annotation) if one is not type(None)]
        return rest[0] if len(rest) == 1 else annotation
    return annotation


def _keys(annotation: Any) -> list[str]:
    return list(annotation.model_fields) if isinstance(annotation, type) and issubclass(annotation, BaseModel) else []


def _with_texts(data: Any, paths: Sequence[tuple[str | int, ...]]) -> Any:
    """A copy in which the numbers and truth values at these paths are texts."""
    copy = _copy(data)
    for path in paths:
        holder: Any = copy
        try:
            for part in path[:-1]:
                holder = holder[part]
            value = holder[path[-1]]
        except (KeyError, IndexError, TypeError):  # pydantic names a branch of a union, not a key
            continue
        if isinstance(value, int):
            holder[path[-1]] = str(value).lower()
    return copy


def _copy(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {key: _copy(value) for key, value in data.items()}
    return [_copy(value) for value in data] if isinstance(data, list | tuple) else data
