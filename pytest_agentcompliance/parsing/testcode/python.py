"""Tests written for pytest and unittest."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import takewhile

from pytest_agentcompliance.parsing.testcode.record import EXACT, LOOSE, NOTHING, PARTIAL, Assertion, Case, Guard, Off, Tests
from pytest_agentcompliance.parsing.testcode.strength import RAISES, WILD, is_vacuous, strength
from pytest_agentcompliance.parsing.testcode.tokens import Token, joined, partners, split, tokens

_COLLECTED = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests?)\.py$")
_SKIPS = re.compile(r"\b(?:skip|skipif|skipIf|skipUnless|SkipTest|skipTest|importorskip|fixme)\b")
_FAILS = re.compile(r"\b(?:xfail|expectedFailure)\b")
_PARAMETRISED = re.compile(r"\b(?:parametrize|parameterized|data|given)\b")
_SURE = re.compile(r"_*(?:assert(?:_[a-z0-9_]+|[A-Z]\w*)?|fail(?:Unless|If|NotEqual)?\w{0,20}|expect)")
_HELPER = re.compile(r"_*(?:assert|expect|verify|check|validate|ensure)(?:_\w+|[A-Z]\w*)|_+assert\w*")
_LEAVES = re.compile(
    r"(?:pytest \. )?(skip|xfail|importorskip) \(|self \. (skipTest) \(|raise (?:unittest \. )?(SkipTest)\b"
    r"|request \. node \. add_marker \( pytest \. mark \. (xfail|skip)"
)
# Calls that say more than that something is there.
_TELLING = re.compile(
    r"(?:isinstance|any|all|hasattr|issubclass|callable|re) \b"
    r"|[\w .]{1,200} \. (?:startswith|endswith|match|search|exists|is_\w+|has_\w+) \("
)
# What takes a failed assertion and says nothing of it, and what never runs what stands in it.
_TAKES = re.compile(r"\b(?:suppress|raises|assertRaises) \( (?:AssertionError|Exception|BaseException)\b(?! , match)")
_NEVER = re.compile(r"(?:if|while) (?:False|0|None|not True) :|for [^:]{1,100} in (?:\[ \]|\( \)|range \( 0 \)|\{ \}) :")
_ENDS = re.compile(r"(?:sys \. exit|exit|quit|os \. _exit|pytest \. exit) \(|raise SystemExit\b")
_COMPARED = ("==", "!=", "<=", ">=", "<", ">", "in", "is")
_BROAD = frozenset({"Exception", "BaseException", "AssertionError"})


@dataclass(frozen=True, slots=True)
class _Statement:
    indent: int
    line: int
    end: int
    tokens: list[Token]

    @property
    def first(self) -> str:
        return self.tokens[0].text


_Marked = tuple[Off, str, int, str]  # how, as written, where, on what that depends
_RUNS: _Marked = ("", "", 0, "")


@dataclass(slots=True)
class _Block:
    indent: int
    kind: str  # class, def, try, except, if, other
    name: str = ""
    case: int = -1
    collects: bool = False
    off: "_Marked" = _RUNS
    said: str = ""


def read(path: str, text: str) -> Tests:
    """The tests of one file; none where pytest would not look for them."""
    statements = _statements(tokens(path, text))
    return _Reader(statements, _COLLECTED.search(path) is not None).read()


def _statements(found: list[Token]) -> list[_Statement]:
    """The lines of code, those in brackets joined."""
    rows: list[_Statement] = []
    now: list[Token] = []
    depth = 0
    for token in found:
        if token.kind == "sign":
            depth = max(0, depth + (token.text in "([{") - (token.text in ")]}"))
        # A bracket that nobody closes must not swallow the rest of the file.
        if now and depth and token.kind == "word" and token.column <= now[0].column and token.text in ("def", "class", "async"):
            depth = 0
            rows.append(_Statement(now[0].column, now[0].line, now[-1].line, now))
            now = []
        if token.kind != "end" and not (token.text == ";" and not depth):
            now.append(token)
        elif now and not depth:
            rows.append(_Statement(now[0].column, now[0].line, now[-1].line + now[-1].text.count("\n"), now))
            now = []
    if now:
        rows.append(_Statement(now[0].column, now[0].line, now[-1].line, now))
    return rows


class _Reader:
    def __init__(self, statements: list[_Statement], collected: bool) -> None:
        self.statements = statements
        self.collected = collected
        self.cases: list[Case] = []
        self.assertions: list[Assertion] = []
        self.blocks: list[_Block] = []
        self.bodies: dict[int, list[str]] = {}
        self.module = _RUNS
        self.marks: dict[str, _Marked] = {}  # names that the file gives to marks
        self.named: dict[str, list[int]] = defaultdict(list)  # the tests of each class or function of the module
        self.defined: dict[tuple[tuple[str, ...], str], int] = {}

    def read(self) -> Tests:
        decorators: list[tuple[str, int]] = []
        swallowing = _swallowing(self.statements)
        for place, one in enumerate(self.statements):
            while self.blocks and self.blocks[-1].indent >= one.indent:
                self.blocks.pop()
            words = [token.text for token in one.tokens[:3]]
            if words[0] == "@":
                decorators.append((joined(one.tokens[1:]), one.line))
            elif words[0] == "class" and len(words) > 1:
                self.blocks.append(self._class(one, words[1], decorators))
                decorators = []
            elif words[0] == "def" or words[:2] == ["async", "def"]:
                name = words[1] if words[0] == "def" else words[-1]
                self.blocks.append(self._function(one, name, decorators))
                decorators = []
            else:
                self._line(one, place, place in swallowing)
        cases = [replace(case, body=" ; ".join(self.bodies.get(place, ()))) for place, case in enumerate(self.cases)]
        if self.module[0]:
            off, said, line, when = self.module
            cases = [case if case.off else replace(case, off=off, off_text=said, off_line=line, when=when) for case in cases]
        return Tests(tuple(cases), tuple(self.assertions))

    def _class(self, one: _Statement, name: str, decorators: list[tuple[str, int]]) -> _Block:
        bases = joined(one.tokens[2:])
        outer = self.blocks[-1] if self.blocks else None
        collects = name.startswith("Test") or "Test" in bases or "Case" in bases or "Spec" in bases
        within = outer is None or (outer.kind == "class" and outer.collects) or outer.kind in ("if", "try", "other")
        off = self._marked(decorators) or (outer.off if outer else _RUNS)
        return _Block(one.indent, "class", name, collects=collects and within, off=off)

    def _function(self, one: _Statement, name: str, decorators: list[tuple[str, int]]) -> _Block:
        outer = self.blocks[-1] if self.blocks else None
        above = self._case()
        block = _Block(one.indent, "def", name, case=above)
        in_class = outer is not None and outer.kind == "class"
        inside_function = any(each.kind == "def" for each in self.blocks)
        fixture = any(re.match(r"(?:pytest \. )?fixture\b", each) for each, _ in decorators)
        if fixture or inside_function:
            return block
        if self.collected and name.startswith("test") and (outer is None or not in_class or outer.collects):
            off = self._marked(decorators) or (outer.off if outer else _RUNS)
            never = next((each.said for each in self.blocks if each.kind == "if" and _NEVER.match(f"if {each.said} :")), "")
            if never and not off[0]:
                off = ("skipped", f"if {never}", one.line, "")
            path = tuple(each.name for each in self.blocks if each.kind == "class")
            block.case = len(self.cases)
            self.named[path[0] if path else name].append(block.case)
            self._replaces((path, name), one, block.case)
            rows = [each for each, _ in decorators if _PARAMETRISED.search(each)]
            self.cases.append(Case(name, path, one.line, one.end, *off, parametrised=bool(rows), rows=sum(map(len, rows))))
        return block

    def _marked(self, decorators: list[tuple[str, int]]) -> _Marked | None:
        return _off(decorators) or next((self.marks[said] for said, _ in decorators if said in self.marks), None)

    def _replaces(self, key: tuple[tuple[str, ...], str], one: _Statement, case: int) -> None:
        """A second test of one name, where no condition stands between them, is the only one that runs."""
        if any(block.kind not in ("class", "def") for block in self.blocks):
            return
        first = self.defined.get(key, -1)
        if first >= 0 and not self.cases[first].off:
            said = f"{joined(one.tokens)} stands below once more"
            self.cases[first] = replace(self.cases[first], off="skipped", off_text=said, off_line=one.line)
        self.defined[key] = case

    def _case(self) -> int:
        return next((block.case for block in reversed(self.blocks) if block.case >= 0), -1)

    def _line(self, one: _Statement, place: int, swallowed: bool) -> None:
        case = self._case()
        if case >= 0:
            self.cases[case] = replace(self.cases[case], end=max(self.cases[case].end, one.end))
            self.bodies.setdefault(case, []).append(joined(one.tokens))
        first = one.first
        said = joined(one.tokens)
        if case < 0 and not self.blocks and first == "pytestmark" and (off := _off([(said, one.line)])):
            self.module = off
        elif case < 0 and "allow_module_level" in said and not any(block.kind == "def" for block in self.blocks):
            self.module = ("skipped", said, one.line, self._condition())
        elif case < 0 and not any(block.kind in ("def", "class") for block in self.blocks):
            self._outside(one, said)
        elif case >= 0 and not self.cases[case].off:
            self._leaving(one, said, case)
        guard: Guard = "in a try that swallows" if swallowed or self._taken() else "in an if" if self._conditional() else ""
        fake = sum(block.kind == "def" for block in self.blocks) > 1  # what a stand-in asserts of its arguments
        self.assertions += (replace(each, guard=guard, sure=each.sure and not fake) for each in _assertions(one, case))
        if one.tokens[-1].text == ":":
            kind = first if first in ("try", "except", "if", "elif", "else") else "other"
            if _NEVER.match(said):
                kind = "if"
            elif _TAKES.search(said):
                kind = "takes"
            off = self.blocks[-1].off if self.blocks else _RUNS
            self.blocks.append(
                _Block(one.indent, "if" if kind in ("elif", "else") else kind, off=off, said=joined(one.tokens[1:-1]) or first)
            )

    def _outside(self, one: _Statement, said: str) -> None:
        """What is done to tests between them: a name for a mark, a test that is taken back, an end before any test."""
        name, equals, value = said.partition(" = ")
        if said.startswith("pytest . importorskip ("):
            self.module = ("skipped", said, one.line, f"{said[23:].strip(') ')} is missing")
        elif _ENDS.match(said) and "__name__" not in self._condition():
            self.module = ("skipped", said, one.line, self._condition())
        elif equals and name.endswith(" . __test__") and value == "False":
            self._back(name.partition(" ")[0], said, one.line)
        elif said.startswith("del "):
            for each in said[4:].split(" , "):
                self._back(each, said, one.line)
        elif equals and " " not in name and (off := _off([(value, one.line)])):
            self.marks[name] = off

    def _back(self, name: str, said: str, line: int) -> None:
        for place in self.named.pop(name, ()):
            if not (case := self.cases[place]).off:
                self.cases[place] = replace(case, off="skipped", off_text=said, off_line=line)

    def _taken(self) -> bool:
        inner = takewhile(lambda block: block.kind != "def", reversed(self.blocks))
        return any(block.kind == "takes" for block in inner)

    def _conditional(self) -> bool:
        inner = takewhile(lambda block: block.kind != "def", reversed(self.blocks))
        return any(block.kind == "if" for block in inner)

    def _condition(self) -> str:
        inner = takewhile(lambda block: block.kind != "def", reversed(self.blocks))
        return " and ".join(block.said for block in inner if block.kind in ("if", "except"))

    def _leaving(self, one: _Statement, said: str, case: int) -> None:
        """A skip, or a return that stands in no condition."""
        inner = list(takewhile(lambda block: block.kind != "def", reversed(self.blocks)))
        owner = next((block for block in reversed(self.blocks) if block.kind == "def"), None)
        if owner is None or self.cases[case].name != owner.name:
            return
        called = _LEAVES.match(said)
        off: Off = ""
        if called:
            off = "expected to fail" if "xfail" in called.groups() else "skipped"
        elif one.first == "return" and not inner and not any(each.case == case for each in self.assertions):
            off = "left before it asserts"
        if off:
            self.cases[case] = replace(self.cases[case], off=off, off_text=said, off_line=one.line, when=self._condition())


def _off(decorators: list[tuple[str, int]]) -> _Marked | None:
    for said, line in decorators:
        head = said.partition("(")[0] if "[" not in said else said
        if _SKIPS.search(head):
            return "skipped", f"@{said}", line, _when(said)
        if "parametrize" in head and (" , [ ]" in said or " = [ ]" in said):
            return "skipped", f"@{said}", line, ""
        if _FAILS.search(head):
            return "expected to fail", f"@{said}", line, _when(said)
    return None


def _when(said: str) -> str:
    """The condition of a mark; ``skip`` has none, and neither has an ``xfail`` that only gives its reason."""
    name, _, given = said.partition("(")
    first = given.partition(" , ")[0].strip(" )")
    return first if re.search(r"skipif|skipIf|skipUnless|xfail", name) and first and not re.match(
        r"(?:reason|strict|raises|run) =|'", first
    ) else ""


def _swallowing(statements: list[_Statement]) -> set[int]:
    """The statements in a ``try`` whose handler takes a failed assertion and says nothing of it."""
    found: set[int] = set()
    open_: list[tuple[int, int]] = []  # indent, place of the try
    for place, one in enumerate(statements):
        while open_ and (
            one.indent < open_[-1][0] or (one.indent == open_[-1][0] and one.first not in ("except", "else", "finally"))
        ):
            open_.pop()
        if one.first == "try":
            open_.append((one.indent, place))
        elif one.first == "except" and open_ and open_[-1][0] == one.indent:
            words = {token.text for token in one.tokens[1:]}
            body = list(takewhile(_deeper(one.indent), statements[place + 1 : place + 20]))
            inline = one.tokens[[token.text for token in one.tokens].index(":") + 1 :] if ":" in words else []
            spoken = [token.text for each in body for token in each.tokens] + [token.text for token in inline]
            says = any(word in ("raise", "fail", "assert", "skip") or _SURE.fullmatch(word) for word in spoken)
            if (words <= {":"} or words & _BROAD) and not says:
                found.update(range(open_[-1][1] + 1, place))
    return found


def _deeper(indent: int) -> Callable[[_Statement], bool]:
    return lambda each: each.indent > indent


def _assertions(one: _Statement, case: int) -> list[Assertion]:
    said = one.tokens
    if one.first == "assert":
        condition = _bare(split(said[1:], ",")[0])
        if len(split(condition, ",")) > 1 and "lambda" not in (token.text for token in condition):  # a tuple always holds
            return [_made(joined(condition), "holds", "", NOTHING, one.line, case)]
        return [_condition(part, one.line, case) for part in split(condition, "and")]
    start = 1 if one.first == "await" else 0
    if one.first in ("with", "async"):
        return _raising(one, case)
    while start < len(said) and said[start].kind == "sign" and said[start].text == "(":
        start += 1
    pairs = partners(said)
    found: list[Assertion] = []
    at = start
    # The chain of a call: a.b(c).d(e): each name that asserts, with what stands before it as its subject.
    while at < len(said) and (said[at].kind in ("word", "string") or said[at].text in (".", "[", "(")):
        token = said[at]
        if token.text in ("[", "("):
            at = pairs.get(at, len(said)) + 1
            continue
        called = at + 1 < len(said) and said[at + 1].text == "("
        if token.kind == "word" and called and (_SURE.fullmatch(token.text) or _HELPER.fullmatch(token.text)):
            given = said[at + 2 : pairs.get(at + 1, len(said))]
            rest = said[pairs.get(at + 1, len(said)) + 1 :]
            found.append(_called(token.text, joined(said[start:at]), given, rest, one.line, case))
            break
        at += 1
    return found


def _bare(part: list[Token]) -> list[Token]:
    """A condition without the brackets around all of it."""
    for _ in range(5):
        if not (len(part) > 2 and part[0].text == "(" and part[0].kind == "sign" and partners(part).get(0) == len(part) - 1):
            break
        part = part[1:-1]
    return part


def _called(  # noqa: PLR0917 - the pieces of one call
    name: str, before: str, given: list[Token], rest: list[Token], line: int, case: int
) -> Assertion:
    parts = [part for part in split(given, ",") if part]
    owner = before.rstrip(" .")
    if name == "expect" and len(rest) > 1 and rest[0].text == ".":  # of playwright
        inner = joined(rest[2:])
        return _made(joined(given), rest[1].text, inner, PARTIAL, line, case)
    if name.startswith("assert_") and owner not in ("", "self", "cls"):  # of a mock: the subject stands before it
        return _made(owner, name, joined(given), strength(name, joined(given), negated=False), line, case)
    if name == "fail":
        return _made("", "fail", "", EXACT, line, case)
    sure = bool(re.fullmatch(r"assert[A-Z]\w*|assert_(?:equal|array_equal|allclose|almost_equal)", name))
    if name == "assertTrue" and parts:
        return _condition(parts[0], line, case)
    subject = joined(parts[0]) if parts else ""
    expected = " , ".join(joined(part) for part in parts[1:])
    return _made(subject, name, expected, strength(name, expected, negated=False), line, case, sure=sure)


def _raising(one: _Statement, case: int) -> list[Assertion]:
    found: list[Assertion] = []
    for place, token in enumerate(one.tokens):
        if token.text in RAISES and place + 1 < len(one.tokens) and one.tokens[place + 1].text == "(":
            end = partners(one.tokens).get(place + 1, len(one.tokens))
            given = [part for part in split(one.tokens[place + 2 : end], ",") if part]
            kind = joined(given[0]) if given else ""
            rest = " , ".join(joined(part) for part in given[1:])
            level = LOOSE if kind in _BROAD and not rest else EXACT if rest else PARTIAL
            found.append(_made("raised", token.text, f"{kind} , {rest}" if rest else kind, level, one.line, case))
    return found


def _condition(part: list[Token], line: int, case: int) -> Assertion:
    part = _bare(part)
    if len(split(part, "or")) > 1:
        options = [joined(each) for each in split(part, "or")]
        level = NOTHING if any(is_vacuous(each) for each in options) else LOOSE
        return _made(options[0], "or", " or ".join(options[1:]), level, line, case)
    negated = bool(part) and part[0].text == "not"
    plain = part[1:] if negated else part
    for place, token, sides in _comparison(plain):
        left, right = joined(plain[:place]), joined(sides)
        relation = token
        if relation in ("is", "==") and right in ("True", "False"):  # a matter of taste beside "assert x"
            return _made(left, "holds" if (right == "True") != negated else "fails", "", PARTIAL, line, case)
        if relation in ("==", "is"):
            level = EXACT
        elif relation == "is not" and right == "None":
            level = LOOSE
        else:
            level = PARTIAL
        if left == right and relation in ("==", "is", ">=", "<="):
            level = NOTHING
        if level == PARTIAL and relation in (">=", ">") and re.fullmatch(r"0|- 1", right) and left.startswith("len ("):
            level = NOTHING if relation == ">=" else LOOSE
        return _made(left, relation, right, level, line, case)
    said = joined(plain)
    if is_vacuous(joined(part)):
        return _made(said, "holds", "", NOTHING, line, case)
    telling = _TELLING.match(said)
    return _made(said, "fails" if negated else "holds", "", PARTIAL if telling or negated else LOOSE, line, case)


def _comparison(part: list[Token]) -> list[tuple[int, str, list[Token]]]:
    depth = 0
    for place, token in enumerate(part):
        if token.kind == "sign":
            depth += (token.text in "([{") - (token.text in ")]}")
        if depth or token.kind == "string":
            continue
        following = part[place + 1].text if place + 1 < len(part) else ""
        if token.text in ("for", "lambda", "if"):
            return []
        if token.text == "not" and following == "in":
            return [(place, "not in", part[place + 2 :])]
        if token.text in _COMPARED:
            if token.text == "is" and following == "not":
                return [(place, "is not", part[place + 2 :])]
            return [(place, token.text, part[place + 1 :])]
    return []


def _made(  # noqa: PLR0917 - fields, in their order
    subject: str, relation: str, expected: str, level: int, line: int, case: int, *, sure: bool = True
) -> Assertion:
    text = " ".join(part for part in (subject, relation, expected) if part)
    return Assertion(text, line, case, subject, relation, expected, level, sure=sure, wild=len(WILD.findall(expected)))
