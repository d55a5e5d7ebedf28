"""Frozen dataclasses into JSON and back, held to their type hints: nothing else is ever made of what was read."""

import json
import types
from collections.abc import Callable, Mapping, Set
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from pytest_agentcompliance.errors import EvidenceError

MOST_MARKS = 20_000_000  # signs that begin or part values: each value takes a hundred times the room of its sign
MARKS = (b"[", b"{", b",")

T = TypeVar("T")


def dumps(value: Any, hint: Any) -> bytes:
    """A value as one line of JSON. A surrogate that stands alone has the three bytes that it would have in UTF-8."""
    return packed(plain(value, hint))


def packed(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def loads(data: bytes, hint: "type[T] | Any", where: str) -> Any:
    """The value that ``dumps`` was given. Raises ``EvidenceError``, which names the spot, for anything else."""
    return typed(untyped(data, where), hint, where)


def untyped(data: bytes, where: str) -> Any:
    """What JSON has. Raises ``EvidenceError``."""
    if sum(map(data.count, MARKS)) > MOST_MARKS:
        raise EvidenceError(f"{where} has more than {MOST_MARKS:,} values, which none of ours has")
    try:
        return json.loads(data.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as wrong:
        raise EvidenceError(f"{where} is no JSON: {str(wrong)[:200]}") from wrong


# Into JSON


def plain(value: Any, hint: Any) -> Any:
    """A value as JSON has it: a dataclass as an object without the fields that have their default."""
    return _writer(hint)(value)


@cache
def _writer(hint: Any) -> Callable[[Any], Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if hint in (str, int, bool, float, object, Any, type(None)) or origin is Literal:
        return _same
    if hint in (datetime, date):
        return lambda value: value.isoformat()
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value: value.value
    if is_dataclass(hint):
        return lambda value: _object(value, hint)
    if origin in (Union, types.UnionType):
        write = _writer(_other(inner))
        return lambda value: None if value is None else write(value)
    if origin is tuple:
        if len(inner) == 2 and inner[1] is Ellipsis:
            each = _writer(inner[0])
            return _same if each is _same else lambda value: [each(one) for one in value]
        writers = [_writer(one) for one in inner]
        return lambda value: [one(part) for one, part in zip(writers, value, strict=True)]
    if origin in (frozenset, Set):
        each = _writer(inner[0])
        return lambda value: sorted(each(one) for one in value)
    if origin is Mapping:
        key, each = _writer(inner[0]), _writer(inner[1])
        if inner[0] is str or get_origin(inner[0]) is Literal:
            return lambda value: {name: each(one) for name, one in value.items()}
        return lambda value: [[key(name), each(one)] for name, one in value.items()]
    raise TypeError(f"{hint} cannot be written")


def _same(value: Any) -> Any:
    return value


def _object(value: Any, hint: Any) -> dict[str, Any]:
    found = {}
    for name, (write, _, default) in _fields(hint).items():
        if (one := getattr(value, name)) is not default and (default is MISSING or one != default):
            found[name] = write(one)
    return found


@cache
def _fields(hint: Any) -> dict[str, tuple[Callable[[Any], Any], Any, Any]]:
    """The fields of a dataclass: how each is written, its type, its default."""
    hints = get_type_hints(hint)
    found = {}
    for one in fields(hint):
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        found[one.name] = (_writer(hints[one.name]), hints[one.name], default)
    return found


def _other(inner: tuple[Any, ...]) -> Any:
    rest = [one for one in inner if one is not type(None)]
    if len(rest) != 1:
        raise TypeError(f"a choice between {inner} cannot be told back")
    return rest[0]


# Out of JSON


def typed(value: Any, hint: Any, where: str) -> Any:
    """What JSON has, held to a type."""
    return _reader(hint)(value, where)


@cache
def _reader(hint: Any) -> Callable[[Any, str], Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if hint in (object, Any):
        return lambda value, where: value
    if hint in (str, int, bool):
        return lambda value, where: value if type(value) is hint else _refuse(where, value, hint.__name__)
    if hint is float:
        return lambda value, where: float(value) if type(value) in (int, float) else _refuse(where, value, "float")
    if origin is Literal:
        return lambda value, where: value if value in inner and type(value) is not bool else _refuse(where, value, str(inner)[:200])
    if hint in (datetime, date):
        return lambda value, where: _day(value, hint, where)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value, where: _member(value, hint, where)
    if is_dataclass(hint):
        return lambda value, where: _made(value, hint, where)
    if origin in (Union, types.UnionType):
        read = _reader(_other(inner))
        return lambda value, where: None if value is None else read(value, where)
    if origin is tuple and not (len(inner) == 2 and inner[1] is Ellipsis):
        readers = [_reader(one) for one in inner]
        return lambda value, where: tuple(
            read(one, where) for read, one in zip(readers, _list(value, where, len(readers)), strict=True)
        )
    if origin in (tuple, frozenset, Set):
        each, kind = _reader(inner[0]), tuple if origin is tuple else frozenset
        return lambda value, where: kind(each(one, where) for one in _list(value, where))
    if origin is Mapping:
        key, each = _reader(inner[0]), _reader(inner[1])
        if inner[0] is str or get_origin(inner[0]) is Literal:
            return lambda value, where: {
                key(name, where): each(one, f"{where}.{name[:60]}") for name, one in _named(value, where).items()
            }
        return lambda value, where: {
            key(pair[0], where): each(pair[1], where) for pair in (_list(one, where, 2) for one in _list(value, where))
        }
    raise TypeError(f"{hint} cannot be read")


def _made(value: Any, hint: Any, where: str) -> Any:
    known, given, there = _fields(hint), {}, _named(value, where)
    for name, one in there.items():
        if name not in known:
            raise EvidenceError(f"{where}: {hint.__name__} has no field {name[:60]!r}")
        given[name] = _reader(known[name][1])(one, f"{where}.{name}")
    for name, (_, _, default) in known.items():
        if name not in given and default is MISSING:
            raise EvidenceError(f"{where}: {hint.__name__} lacks its field {name!r}")
    try:
        return hint(**given)
    except (TypeError, ValueError) as wrong:
        raise EvidenceError(f"{where}: no {hint.__name__} can be made of it: {str(wrong)[:200]}") from wrong


def _day(value: Any, hint: Any, where: str) -> Any:
    if type(value) is not str or len(value) > 64:
        return _refuse(where, value, hint.__name__)
    try:
        return hint.fromisoformat(value)
    except ValueError:
        return _refuse(where, value, hint.__name__)


def _member(value: Any, hint: Any, where: str) -> Any:
    try:
        return hint(value)
    except ValueError:
        return _refuse(where, value, hint.__name__)


def _list(value: Any, where: str, length: int | None = None) -> list[Any]:
    if type(value) is not list or (length is not None and len(value) != length):
        _refuse(where, value, "list" if length is None else f"list of {length}")
    found: list[Any] = value
    return found


def _named(value: Any, where: str) -> dict[str, Any]:
    if type(value) is not dict:
        _refuse(where, value, "object")
    found: dict[str, Any] = value
    return found


def _refuse(where: str, value: Any, wanted: str) -> NoReturn:
    raise EvidenceError(f"{where}: {type(value).__name__} where {wanted} belongs")
