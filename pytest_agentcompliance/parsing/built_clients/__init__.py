"""Clients and repositories that code builds for itself, and what is around each: the class, the function, what it is built of."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from pytest_agentcompliance.parsing.languages import SCRIPTS, language_of
from pytest_agentcompliance.parsing.lines import Lines

LONGEST = 1_000_000  # characters of a file that is read
MOST = 2000  # of one file
_DEEPEST = 60  # classes, functions and the like around one
_CLASSES = ("class_declaration", "abstract_class_declaration", "class", "class_definition")
_FUNCTIONS = (
    "function_declaration", "generator_function_declaration", "function_expression", "arrow_function", "method_definition",
    "function_definition", "lambda",
)  # fmt: skip
_PARAMETERS = ("formal_parameters", "parameters", "lambda_parameters")
_CONSTRUCTORS = ("constructor", "__init__", "__post_init__")
_SELF = frozenset({"self", "cls", "this"})
_BUILT = ("new_expression", "call_expression", "call")
_CALLS = r"^(?:[\w.]{0,40}\.)?(?:create\w{4,20}|postgres|knex|twilio)$"
_SCRIPT_RULE: Mapping[str, Any] = {"any": [
    *({"kind": kind} for kind in (*_CLASSES[:3], *_FUNCTIONS[:5])),
    *({"kind": kind} for kind in ("ternary_expression", "assignment_pattern", "formal_parameters")),
    *({"kind": kind} for kind in ("return_statement", "if_statement")),
    {"kind": "binary_expression", "regex": r"\?\?|\|\|"},
    {"kind": "augmented_assignment_expression", "regex": r"\?\?=|\|\|="},
    {"kind": "new_expression"},
    {"kind": "call_expression", "has": {"field": "function", "regex": _CALLS}},
]}  # fmt: skip
_PYTHON_RULE: Mapping[str, Any] = {"any": [
    *({"kind": kind} for kind in ("class_definition", "function_definition", "lambda", "parameters", "lambda_parameters")),
    *({"kind": kind} for kind in ("conditional_expression", "return_statement", "if_statement", "call")),
    {"kind": "boolean_operator", "regex": r"\bor\b"},
]}  # fmt: skip
_ALIASED = re.compile(r"\b([A-Za-z_$][\w$]{0,80})[ \t]{1,4}as[ \t]{1,4}([A-Za-z_$][\w$]{0,80})\b")
_DEFAULT = re.compile(
    r"\bimport[ \t]{1,4}([A-Za-z_$][\w$]{0,80})(?:,[^'\"\n]{0,300})?[ \t]{1,4}from[ \t]{1,4}['\"]([^'\"\n]{1,100})['\"]"
)
_CALLED = re.compile(r"([A-Za-z_$][\w$]{0,120})[(<]")
_CALLEE = re.compile(r"(?:new\s{1,20})?([A-Za-z_$][\w$.]{0,120})")
_NAME = re.compile(
    r"(?:export\s+|default\s+|abstract\s+|public\s+|private\s+|protected\s+|static\s+|override\s+|async\s+|\*\s*)*"
    r"(?:class|function|def)?\s*\*?\s*#?([A-Za-z_$][\w$]{0,120})"
)
_ASSIGNED = re.compile(r"([A-Za-z_$][\w$]{0,120})\s*(?::[^=\n]{0,120})?=\s*(?:async\s*)?\Z")
_STATIC = re.compile(r"\b(?:static|protected)\b")
_DECORATED = re.compile(r"@(?:classmethod|staticmethod)\s+(?:async\s+)?\Z")
_NAMED_SO = re.compile(r"(?:^|[\s;{}])([A-Za-z_$][\w$]{0,80})[ ]?(?::[^=\n]{0,60})?=[ ]?(?:await[ ])?\(?\s{0,20}\Z")
_GIVEN = re.compile(r"\breturn\b")
_STATEMENT = 600  # characters of what is given back
_FIRST_TEXT = re.compile(r"\s{0,40}\(?\s{0,40}['\"]([\w-]{1,40})['\"]")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_RETURN = re.compile(r"return\s+(?:await\s+)?\(?\s*(?:new\s[^;\n]{0,200})?")
_FIELD = re.compile(r"\b(?:self|this)\.(\w{1,80})")
_FIELD_SET = re.compile(r"\b(?:self|this)\.(\w{1,80})[ ]?=[ ]?\Z")
_MADE = re.compile(r"new\b|cls\(|[A-Z]\w{0,80}\(")  # what something is handed to that is made
_STRING = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`]*`")
_KEY = re.compile(r"\b\w+\s*(?:=(?!=)|:)")
_BARE = re.compile(r"(?<![\w.$])[A-Za-z_$][\w$]*")
_SETTINGS = frozenset({"process", "os", "env", "settings", "config", "true", "false", "null", "undefined", "new", "int", "str"})
_SET = re.compile(r"^[ \t]*(?:const |let |var )?([\w$,{} ]{1,120}?)[ ]?(?::[^=\n]{1,80})?=(?!=)", re.MULTILINE)
_VALUE = 300  # characters of what a variable is set to
_STEPS = 4  # how far back it is followed
_BEFORE = 8000  # characters before it in which a variable of the same function is looked for
_MOST_WORDS = 40
_MOST_SETS = 200
_MOST_GIVEN = 20  # returns after it
_IMPORTED = re.compile(r"\bfrom\s*['\"]([^'\"\n]{1,200})['\"]")
_NAMES = 1000  # characters of names between import and from
_FROM = re.compile(r"^[ \t]*from[ \t]+([\w.]{1,200})[ \t]+import[ \t]*(\([^()]{0,3000}\)|[^\n(]{1,500})", re.MULTILINE)
_SHORT = 4  # lines of a function that only hands out what its file is there for


@dataclass(frozen=True, slots=True)
class Built:
    """One client or repository that is built. Lines count from 1.

    ``own``: it is a class of the project, and not a client of a package. ``classes`` and ``functions`` are the names of what it
    stands in, the outermost first (a function without a name is empty). ``handed``: some argument is, or comes from, a
    parameter of a function around it that is no constructor; ``configured``: from one of a constructor, or from a field.
    ``fallback``: it only stands in for what was not handed in, or is handed on at once at the top of the file.
    ``returned``: a function hands it out at once. ``alone``: its file has nothing but what is built there.
    ``looked_up``: some argument was waited for in the same function, as the key of a customer is. ``about``: words for what a
    client is there for, beside its name. ``offered``: a method that others may call hands it out.
    """

    line: int
    last: int
    callee: str
    own: bool
    classes: tuple[str, ...]
    functions: tuple[str, ...]
    static: bool
    handed: bool
    configured: bool
    fallback: bool
    returned: bool
    alone: bool
    looked_up: bool
    about: tuple[str, ...] = ()
    offered: bool = False


@dataclass(slots=True)
class _Part:
    kind: str
    start: int
    end: int


@lru_cache(maxsize=64)
def built(path: str, text: str) -> tuple[Built, ...]:
    """What a file of Python, TypeScript or JavaScript builds, in order; nothing of another, or of one that cannot be parsed."""
    language = language_of(path, text)
    name = language.grammar if language is not None else ""
    if (name not in SCRIPTS and name != "python") or len(text) > LONGEST or not _may_build(text, name == "python"):
        return ()
    from pytest_agentcompliance.parsing import grammar
    from pytest_agentcompliance.parsing.code import imports

    said = grammar.nodes([_PYTHON_RULE if name == "python" else _SCRIPT_RULE], name, text)
    if not said:
        return ()
    kinds, row = said[0]
    parts = [_Part(kinds[row[at]], row[at + 1], row[at + 2]) for at in range(0, len(row), 3)]
    modules = frozenset(one.module for one in imports(text, path))
    return tuple(_found(text, parts, modules, name == "python"))


def _may_build(text: str, python: bool) -> bool:
    """Whether a text calls anything by the name of a client, or of a class of its own project: most do not, and are not parsed."""
    from pytest_agentcompliance.parsing.built_clients.table import NAMES, OWN

    called = frozenset(_CALLED.findall(text))
    if not called.isdisjoint(NAMES) or not called.isdisjoint(_aliases(text, python)):
        return True
    mine = {name for name in called if OWN.fullmatch(name) is not None}
    return bool(mine) and not mine.isdisjoint(_own_names(text, python))


def _found(text: str, parts: list[_Part], modules: frozenset[str], python: bool) -> Iterator[Built]:
    from pytest_agentcompliance.parsing.built_clients.table import OWN, client_of

    file = _File(text, Lines(text), _own_names(text, python), _aliases(text, python))
    file.alone = not any(
        text.count("\n", one.start, one.end) >= _SHORT for one in parts if one.kind in _CLASSES or one.kind in _FUNCTIONS
    )
    stack: list[_Part] = []
    found: dict[int, Built] = {}  # of ``A().b()`` the inner call is what is built, and comes last
    for one in parts:
        while stack and stack[-1].end < one.end:
            stack.pop()
        if one.kind in _PARAMETERS and stack:
            given = frozenset(_WORD.findall(text[one.start : one.end][:4000]))
            file.parameters.setdefault(stack[-1].start, given)
            if _named(text, stack[-1]) in _CONSTRUCTORS:
                file.made_of |= {name.lstrip("_") for name in given}
        called = _CALLEE.match(text, one.start) if one.kind in _BUILT else None
        if called is not None and len(found) < MOST and text[called.end() : called.end() + 1] in ("(", "<"):
            mine = called[1] in file.own  # a project's own createClient() is no client's constructor
            packages = client_of(_meant(called[1], file.aliases), frozenset() if mine else modules, python)
            if packages is not None or (OWN.fullmatch(called[1]) is not None and mine):
                found[one.start] = _built(file, one, stack[-_DEEPEST:], packages, called)
        stack.append(one)
    yield from found.values()


def _aliases(text: str, python: bool) -> dict[str, str]:
    """The clients that a file imports under another name, by that."""
    from pytest_agentcompliance.parsing.built_clients.table import DEFAULTS, NAMES, PYTHON

    whole = {name.partition(".")[0] for name in PYTHON if "." in name}
    found = {one[2]: one[1] for one in _ALIASED.finditer(text) if one[1] in NAMES or (python and one[1] in whole)}
    if not python:
        found |= {one[1]: DEFAULTS[one[2]] for one in _DEFAULT.finditer(text) if one[2] in DEFAULTS}
    return found


def _meant(callee: str, aliases: Mapping[str, str]) -> str:
    first, dot, rest = callee.partition(".")
    return f"{aliases.get(first, first)}{dot}{rest}"


def _own_names(text: str, python: bool) -> frozenset[str]:
    """The names that a file imports from its own project."""
    from pytest_agentcompliance.parsing.modules import kind_of

    found: set[str] = set()
    if python:
        for one in _FROM.finditer(text):
            if one[1].startswith(".") or not kind_of(one[1], "python"):
                found.update(_WORD.findall(one[2]))
    else:
        for one in _IMPORTED.finditer(text):
            if one[1].startswith((".", "@/", "~/", "src/", "#")):
                first = text.rfind("import", max(0, one.start() - _NAMES), one.start())
                found.update(_WORD.findall(text, first, one.start()) if first >= 0 else ())
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Sets:
    """What a function sets, in order: where, the names, and those that their value is made of."""

    places: list[int]
    rows: list[tuple[frozenset[str], frozenset[str]]]

    @classmethod
    def read(cls, text: str, start: int) -> "_Sets":
        found = list(_SET.finditer(text))
        rows = [(frozenset(_WORD.findall(one[1])), frozenset(_WORD.findall(_value(text, one.end())))) for one in found]
        return cls([start + one.start() for one in found], rows)

    def between(self, first: int, last: int) -> list[tuple[frozenset[str], frozenset[str]]]:
        """Those that begin between two places, a few hundred at most: the last ones."""
        end = bisect_left(self.places, last)
        return self.rows[max(bisect_left(self.places, first), end - _MOST_SETS) : end]


@dataclass(slots=True)
class _File:
    """A text with its lines, the names that it has of its own project, the parameters of its functions by where these begin.

    ``aliases`` are clients by the names that they are imported under; ``made_of`` are the parameters of its constructors; ``sets``
    is what its outermost functions set.
    """

    text: str
    line: Lines
    own: frozenset[str]
    aliases: Mapping[str, str]
    alone: bool = False
    parameters: dict[int, frozenset[str]] = field(default_factory=dict)
    made_of: set[str] = field(default_factory=set)
    sets: dict[int, _Sets] = field(default_factory=dict)


def _built(file: _File, one: _Part, stack: list[_Part], packages: tuple[str, ...] | None, called: re.Match[str]) -> Built:
    text = file.text
    own = packages is None
    arguments = text[called.end() : one.end][:2000]
    words = frozenset(_WORD.findall(arguments)) - _SELF
    classes: list[str] = []
    functions: list[str] = []
    handed = fallback = static = returned = False
    configured = re.search(r"\b(?:this|self)\.", arguments) is not None or (own and _of_names(arguments))
    words |= _sources(file, words, stack, one.start)
    looked_up = "await" in words
    names: frozenset[str] = frozenset()
    for part in stack:
        if part.kind in _CLASSES:
            classes.append(_named(text, part))
            functions.clear()
            handed = fallback = static = False
        elif part.kind in _FUNCTIONS:
            name = _named(text, part)
            functions.append(name)
            fallback = False
            mine = file.parameters.get(part.start)
            if mine is None and part.kind in ("arrow_function", "lambda"):
                mine = frozenset(_WORD.findall(text[part.start : part.start + 100].partition("=>")[0].partition(":")[0])[:3])
            names |= (mine or frozenset()) - _SELF
            if name in _CONSTRUCTORS:
                configured = configured or not words.isdisjoint(names)
            else:
                handed = handed or not words.isdisjoint(names)
            static = static or _is_static(text, part)
        elif part.kind == "if_statement":
            asked = text[part.start : min(part.end, part.start + 200)].partition("\n")[0]
            fields = {name.lstrip("_") for name in _FIELD.findall(asked)}
            fallback = fallback or not names.isdisjoint(_WORD.findall(asked)) or not file.made_of.isdisjoint(fields)
        elif part.kind in _BUILT:
            fallback = fallback or not (functions or classes or part.start == one.start)
        elif part.kind != "return_statement":
            fallback = True
    around = [part for part in stack if not (part.kind in _BUILT and _MADE.match(text, part.start))]
    kept = _FIELD_SET.search(text, max(0, one.start - 120), one.start)
    # A field that the constructor may be given, and that another method sets where it was not.
    late = not functions or functions[-1] not in _CONSTRUCTORS
    fallback = fallback or (late and kept is not None and kept[1].lstrip("_") in file.made_of)
    inner = around[-1] if around else None
    if inner is not None and inner.kind == "return_statement":
        before = stack[-1].start if stack[-1] is not inner else one.start
        alone = stack[-1].start != one.start
        returned = alone and _RETURN.fullmatch(text, inner.start, before) is not None
    elif inner is not None and inner.kind in ("arrow_function", "lambda"):
        returned = text[inner.start : one.start].rstrip(" (").endswith(("=>", ":")) or _hands_out(text, one, inner, made=static)
    elif inner is not None and inner.kind in _FUNCTIONS:
        returned = _hands_out(text, one, inner, made=static)
    first, last = file.line(one.start), file.line(max(one.start, one.end - 1))
    return Built(
        first, last, _meant(called[1], file.aliases), own, tuple(classes), tuple(functions), static, handed,
        configured or looked_up, fallback, returned, file.alone, looked_up, _words_of(packages or (), arguments),
        returned and _is_open(text, stack),
    )  # fmt: skip


def _is_static(text: str, function: _Part) -> bool:
    """Whether a method belongs to its class, or is one that another class may put its own in place of."""
    if _STATIC.search(text[function.start : function.start + 60].partition("(")[0]) is not None:
        return True
    return _DECORATED.search(text, max(0, function.start - 60), function.start) is not None


def _is_open(text: str, stack: list[_Part]) -> bool:
    """Whether the innermost function is a method that others than its class may call."""
    inner = next((part for part in reversed(stack) if part.kind in _FUNCTIONS), None)
    if inner is None or inner.kind not in ("method_definition", "function_definition"):
        return False
    start = text[inner.start : inner.start + 60].partition("(")[0]
    return "private" not in start and "#" not in start and not _named(text, inner).startswith("_")


def _hands_out(text: str, one: _Part, function: _Part, *, made: bool) -> bool:
    """Whether what is built has a name that the function gives back; or, where ``made`` says so, what is made of it."""
    name = _NAMED_SO.search(text, max(0, one.start - 120), one.start)
    if name is None:
        return False
    after = text[one.end : min(function.end, one.end + _BEFORE)]
    for given in islice(_GIVEN.finditer(after), _MOST_GIVEN):
        value = _statement(after, given.end())
        if value == name[1] or (made and _MADE.match(value) and name[1] in _WORD.findall(value)):
            return True
    return False


def _statement(text: str, at: int) -> str:
    """What stands from a place to the end of its line, or of the brackets that are opened there."""
    depth = 0
    for place in range(at, min(len(text), at + _STATEMENT)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth < 0 or (depth == 0 and text[place] in "\n;"):
            return text[at:place].strip()
    return text[at : at + _STATEMENT].strip()


def _words_of(packages: tuple[str, ...], arguments: str) -> tuple[str, ...]:
    """What a client is there for: its packages, and the service that a client of boto3 is asked for."""
    if "boto3" in packages and (service := _FIRST_TEXT.match(arguments)) is not None:
        return (*packages, service[1])
    return packages


def _of_names(arguments: str) -> bool:
    """Whether arguments have a variable in them, and are not all constants and settings."""
    bare = _KEY.sub("", _STRING.sub("", arguments))
    return any(name[0].islower() and name not in _SETTINGS for name in _BARE.findall(bare))


def _sources(file: _File, words: frozenset[str], stack: list[_Part], start: int) -> frozenset[str]:
    """The names that variables of the same function come from which stand among ``words``, a few steps back."""
    first = next((part for part in stack if part.kind in _FUNCTIONS), None)
    if first is None or len(words) > _MOST_WORDS:
        return frozenset()
    if first.start not in file.sets:
        file.sets[first.start] = _Sets.read(file.text[first.start : first.end], first.start)
    sets = file.sets[first.start].between(start - _BEFORE, start)
    found: set[str] = set()
    for _ in range(_STEPS):
        sources = {name for names, value in sets if not names.isdisjoint(words | found) for name in value}
        if sources <= found:
            break
        found |= sources
    return frozenset(found) - _SELF


def _value(text: str, at: int) -> str:
    """What stands after a ``=``: to the semicolon, else to the end of the line."""
    value = text[at : at + _VALUE]
    head, semicolon, _ = value.partition(";")
    return head if semicolon else value.partition("\n")[0]


def _named(text: str, part: _Part) -> str:
    if part.kind in ("arrow_function", "function_expression", "lambda", "class"):
        found = _ASSIGNED.search(text, max(0, part.start - 250), part.start)
        return found[1] if found else ""
    found = _NAME.match(text, part.start)
    return found[1] if found else ""
