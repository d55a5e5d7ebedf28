"""Tests written for jest, vitest, mocha, jasmine, playwright, cypress and node:test."""

import re
from dataclasses import replace
from functools import cached_property

from pytest_agentcompliance.parsing.testcode.record import LOOSE, NOTHING, UNKNOWN, Assertion, Case, Guard, Off, Tests
from pytest_agentcompliance.parsing.testcode.strength import WILD, strength
from pytest_agentcompliance.parsing.testcode.tokens import Token, joined, partners, split, tokens

COLLECTED = re.compile(
    r"(?:[._-](?:tests?|spec|e2e|cy|e2e-spec|integration|stories)|(?:^|/)tests?)\.[cm]?[jt]sx?$"
    r"|(?:^|/)__tests__/[^.]+\.[cm]?[jt]sx?$"
    r"|(?:^|/)tests?/.*\.[cm]?js$"
)
_CASES = frozenset("it test specify fit xit xtest xspecify".split())  # noqa: SIM905 - a table of words
_SUITES = frozenset("describe context suite fdescribe xdescribe xcontext".split())  # noqa: SIM905 - a table of words
_OFF: dict[str, Off] = {
    "skip": "skipped", "xit": "skipped", "xtest": "skipped", "xdescribe": "skipped", "xcontext": "skipped", "xspecify": "skipped",
    "skipIf": "skipped", "runIf": "skipped", "fixme": "skipped", "todo": "left to do", "fails": "expected to fail",
    "failing": "expected to fail", "fail": "expected to fail",
}  # fmt: skip
_ONLY = frozenset({"only", "fit", "fdescribe"})
_NOT_CASES = frozenset("beforeEach afterEach beforeAll afterAll extend use step setTimeout slow info mock configure".split())  # noqa: SIM905 - a table of words
_WORDS = frozenset(
    "to be been is that which and has have with at of same but does still also deep any all own nested ordered".split()  # noqa: SIM905 - a table of words
)
_HELPER = re.compile(r"(?:assert|expect|verify|check|should|validate)[A-Z_]\w*")
_STARTERS = frozenset({"expect", "assert", "expectTypeOf", "assertType"})
_CALLS = _CASES | _SUITES
_LEAVING = frozenset({"test", "it", "this", "ctx", "t", "context", "return"})
_GUARDS = frozenset({"if", "try", "else"})
_ASSERTS = re.compile(r"assert|expect|verify|check|should|validate")  # what every assertion begins with


def read(path: str, text: str) -> Tests:
    """The tests of one file; none where no runner would look for them."""
    if not COLLECTED.search(path):
        return Tests((), tuple(_Reader(tokens(path, text)).read().assertions))
    return _Reader(tokens(path, text)).read()


MOST = 3000  # tests of one file
LONGEST, BODY = 300, 800  # tokens of what one assertion, one test is told by


class _Reader:
    """Walks over the tokens from left to right; what encloses a place is known from tables that one pass fills."""

    def __init__(self, found: list[Token]) -> None:
        self.found = found
        self.pairs = partners(found)
        self.spans: list[tuple[int, int, int]] = []  # start, end, place of the case
        self.suites: list[tuple[int, int, str, Off, str, int, str]] = []
        self.open: list[tuple[int, int, str, Off, str, int, str]] = []  # those of the suites that enclose the place
        self.cases: list[Case] = []
        self.ifs, self.tries = self._guarded()
        self.inside: list[int] = []  # for each token its case

    def read(self) -> Tests:
        found = self.found
        for place, (kind, text, _, _) in enumerate(found):
            if text in _CALLS and kind == "word" and not self._after_dot(place) and len(self.cases) < MOST:
                self._call(place)
        self.inside = _innermost([(start, end, number) for start, end, number in self.spans], len(found))
        for place, (kind, text, _, _) in enumerate(found):
            if text in _LEAVING and kind == "word":
                self._leaving(place)
        asserting = {text for text in {token.text for token in found} if _ASSERTS.match(text)}  # each word is asked once
        assertions = [
            one for place, (kind, text, _, _) in enumerate(found) if text in asserting and kind == "word"
            for one in self._assertion(place)
        ]  # fmt: skip
        return Tests(tuple(self.cases), tuple(assertions))

    @cached_property
    def counts(self) -> tuple[list[int], list[int]]:
        """For each token how many braces are open, and how many words before it begin an assertion."""
        depths, asserted = [0], [0]
        depth = count = 0
        for kind, text, _, _ in self.found:
            if kind == "sign":
                depth += (text == "{") - (text == "}")
            elif text in _STARTERS:
                count += 1
            depths.append(depth)
            asserted.append(count)
        return depths, asserted

    def _joined(self, start: int, end: int, most: int = LONGEST) -> str:
        return joined(self.found[start : min(end, start + most)])

    def _after_dot(self, place: int) -> bool:
        return place > 0 and self.found[place - 1].text in (".", "?.", "function", "import", "const", "new")

    def _text(self, place: int) -> str:
        return self.found[place].text if 0 <= place < len(self.found) else ""

    def _chain(self, place: int) -> tuple[list[str], int]:
        """The words after a name, with calls and templates between them left out, and the place of the last bracket opened."""
        words = [self._text(place)]
        at = place + 1
        while True:
            if self._text(at) == "." and at + 1 < len(self.found) and self.found[at + 1].kind == "word":
                words.append(self._text(at + 1))
                at += 2
                if words[-1] in ("each", "skipIf", "runIf", "for") and self._text(at) == "(":
                    at = self.pairs[at] + 1
                elif words[-1] == "each" and at < len(self.found) and self.found[at].kind == "string":
                    at += 1
            elif self._text(at) == "<":  # it.each<Row>(...)
                end = next((step for step in range(at, min(at + 60, len(self.found))) if self._text(step) == ">"), -1)
                if end < 0:
                    return words, -1
                at = end + 1
            else:
                return words, at if self._text(at) == "(" else -1

    def _call(self, place: int) -> None:
        words, opened = self._chain(place)
        if opened < 0 or _NOT_CASES & set(words):
            return
        end = self.pairs[opened]
        given = split(self.found[opened + 1 : min(end, opened + BODY)], ",")
        title = given[0] if given else []
        while self.open and self.open[-1][1] < place:
            self.open.pop()
        # The first argument is a name: a string, a template, or something that holds one; a function makes it no test.
        if not title or title[0].text in ("(", "async", "function", "{", "!") or any(token.text == "=>" for token in title):
            return
        given = [part for part in given if part]
        if len(given) < 2 and "todo" not in words and title[0].kind != "string":
            return
        suite = bool(_SUITES & set(words))
        when = joined(
            self.found[place + 4 : self.pairs[place + 3]]
        ) if {"skipIf", "runIf"} & set(words) and self._text(place + 3) == "(" else ""
        name = joined(title).strip("'\"`")
        off: Off = next((_OFF[word] for word in words if word in _OFF), "")
        if words[1:2] == ["each"] and [self._text(place + at) for at in range(3, 7)] == ["(", "[", "]", ")"]:
            off = "skipped"
        if len(given) > 2 and given[1][0].text == "{" and not off:  # node:test's options
            options = joined(given[1])
            off = "skipped" if re.search(
                r"\bskip : (?!false\b)", options
            ) else "left to do" if re.search(r"\btodo : (?!false\b)", options) else ""
        if not suite and len(given) < 2 and not off:
            off = "left to do"
        line = self.found[place].line
        said = (".".join(words) + "([])" * (off == "skipped" and words[-1] == "each")) if off else ""
        if suite:
            self.suites.append((opened, end, name, off, said, line, when))
            if len(self.open) < 20:
                self.open.append(self.suites[-1])
            if "only" in words or words[0] in _ONLY:
                self.cases.append(Case(name, tuple(one[2] for one in self.open[:-1]), line, line, only=True, body=""))
            return
        above = list(self.open)
        if not off:
            off, said, line_off, when = next(
                ((one[3], one[4], one[5], one[6]) for one in reversed(above) if one[3]), ("", "", 0, "")
            )
        else:
            line_off = line
        self.spans.append((opened, end, len(self.cases)))
        self.cases.append(
            Case(
                name, tuple(one[2] for one in above), line, self.found[end].line, off, said, line_off, when,
                only="only" in words or words[0] in _ONLY, parametrised="each" in words or "${" in name,
                rows=opened - place if "each" in words else end - opened,
                body=self._joined(opened + 1 + len(title), end, BODY),
            )
        )  # fmt: skip

    def _case(self, place: int) -> int:
        return self.inside[place]

    def _leaving(self, place: int) -> None:
        """``test.skip()``, ``test.skip(cond, why)``, ``this.skip()``, ``t.skip()`` in a test or suite; a return before all else."""
        case = self._case(place)
        token = self.found[place]
        off: Off = ""
        if token.text == "return":
            if case >= 0 and not self.cases[case].off and self._leaves(place, case):
                off = "left before it asserts"
        elif self._text(place + 1) == "." and self._text(place + 2) in (
            "skip", "fixme", "todo", "fail"
        ) and self._text(place + 3) == "(":
            first = self.found[place + 4] if place + 4 < len(self.found) else None
            titled = token.text in ("test", "it") and (self._text(place + 2) == "todo" or self._text(place + 5) == ",")
            named = first is not None and first.kind == "string" and titled
            off = "" if named or self._after_dot(place) else _OFF[self._text(place + 2)]
        if not off:
            return
        said = token.text if token.text == "return" else f"{token.text}.{self._text(place + 2)}()"
        given = split(self.found[place + 4 : self.pairs[place + 3]][:LONGEST], ",")[0] if token.text != "return" else []
        when = joined(given) if token.text in ("test", "it") and given and given[0].kind != "string" else self._guard(place, case)
        if case >= 0:
            inside = [case]
        elif token.text == "return":
            return
        else:
            suite = next((one[:2] for one in reversed(self.suites) if one[0] < place < one[1]), (0, len(self.found)))
            inside = [number for start, end, number in self.spans if suite[0] < start and end <= suite[1]]
        for number in inside:
            if not self.cases[number].off:
                self.cases[number] = replace(self.cases[number], off=off, off_text=said, off_line=token.line, when=when)

    def _leaves(self, place: int, case: int) -> bool:
        """Whether a return stands right in the body of a test, before what it asserts, and gives nothing back."""
        following = self.found[place + 1] if place + 1 < len(self.found) else None
        if following is not None and following.text not in (";", "}") and following.line == self.found[place].line:
            return False
        start, end = self.starts[case]
        depths, asserted = self.counts
        if depths[place] - depths[start] != 1:
            return False
        return asserted[place] == asserted[start] and asserted[end] > asserted[place]

    @cached_property
    def starts(self) -> dict[int, tuple[int, int]]:
        return {number: (start, end) for start, end, number in self.spans}

    def _guarded(self) -> tuple[list[int], list[int]]:
        """For each token where the innermost ``if`` around it begins, and the innermost ``try`` that swallows; -1 for none."""
        ifs: list[tuple[int, int, int]] = []
        tries: list[tuple[int, int, int]] = []
        for place, (kind, text, _, _) in enumerate(self.found):
            if text not in _GUARDS or kind != "word" or self._after_dot(place):
                continue
            if text == "try" and self._text(place + 1) == "{":
                end = self.pairs[place + 1]
                if self._text(end + 1) != "catch":
                    continue
                at = end + 2
                if self._text(at) == "(":
                    at = self.pairs[at] + 1
                body = self.found[at : min(self.pairs.get(at, at) + 1, at + LONGEST)]
                if not any(one.text in ("throw", "expect", "assert", "fail", "reject", "done", "skip") for one in body):
                    tries.append((place + 1, end, place + 1))
            elif text == "if" and self._text(place + 1) == "(":
                at = self.pairs[place + 1] + 1
                end = self.pairs[at] if self._text(at) == "{" else self._line_end(at)
                ifs.append((at - 1, end, at - 1))
            elif text == "else" and self._text(place + 1) == "{":
                ifs.append((place + 1, self.pairs[place + 1], place + 1))
        return _innermost(ifs, len(self.found)), _innermost(tries, len(self.found))

    def _line_end(self, place: int) -> int:
        line = self._text(place) and self.found[place].line
        at = place
        while at < min(len(self.found), place + LONGEST) and self.found[at].line == line:
            at += 1
        return at

    def _guard(self, place: int, case: int) -> Guard:
        start = self.starts[case][0] if case >= 0 else -1
        return "in a try that swallows" if self.tries[place] > start else "in an if" if self.ifs[place] > start else ""

    def _assertion(self, place: int) -> list[Assertion]:
        token = self.found[place]
        name = token.text
        before = self._text(place - 1)
        if name == "should" and before == "." and self._text(place + 1) in (".", "("):
            return [self._should(place)]
        if before in (".", "?.", "function", "const", "async"):
            return []
        if before in (",", "{") and not (_HELPER.fullmatch(name) or (name in _STARTERS and self._text(place + 1) == "(")):
            return []
        if name == "assert" and self._text(place + 1) == "." and self._text(place + 3) == "(":
            return [self._asserted(self._text(place + 2), place, place + 3)]
        if name == "assert" and self._text(place + 1) == "(":
            return [self._asserted("ok", place, place + 1)]
        if name in ("expect", "expectTypeOf") and self._text(place + 1) in ("(", "."):
            return self._expect(place)
        if _HELPER.fullmatch(name) and self._text(place + 1) == "(" and name not in _STARTERS and self._text(
            self.pairs[place + 1] + 1
        ) not in ("{", ":", "=>"):
            case = self._case(place)
            given = self._joined(place + 2, self.pairs[place + 1])
            return [self._made(place, case, given, name, "", UNKNOWN, sure=False)]
        return []

    def _expect(self, place: int) -> list[Assertion]:
        at = place + 1
        if self._text(at) == ".":
            if self._text(at + 1) not in ("soft", "poll", "element"):
                return []  # expect.assertions, expect.anything
            at += 2
        if self._text(at) != "(":
            return []
        subject = self._joined(at + 1, self.pairs[at])
        return [self._matched(place, subject, self.pairs[at] + 1)]

    def _matched(self, place: int, subject: str, at: int) -> Assertion:
        """The chain after what is asserted about: ``.not.toBe(5)``, ``.to.be.true``."""
        words: list[str] = []
        given: list[str] = []
        negated = swallowed = False
        while self._text(at) in (".", "?.") and at + 1 < len(self.found) and self.found[at + 1].kind == "word":
            word = self._text(at + 1)
            at += 2
            called = self._text(at) == "("
            inner = self._joined(at + 1, self.pairs[at]) if called else ""
            if called:
                at = self.pairs[at] + 1
            if word == "catch":
                swallowed = "throw" not in inner
            elif word == "not":
                negated = not negated
            elif word in ("then", "finally"):
                break
            elif called or word not in _WORDS | {"resolves", "rejects", "eventually"}:
                words.append(word)
                if called:
                    given.append(inner)
            elif word == "rejects":
                words.append(word)
        expected = " , ".join(given)
        matcher = words[-1] if words else ""
        level = NOTHING if not matcher else strength(matcher, expected, negated)
        if subject == expected and subject and not negated:
            level = NOTHING
        if subject == "true" and matcher in ("toBeTruthy", "toBeDefined", "ok", "true"):
            level = NOTHING
        if matcher in ("a", "an"):
            level = LOOSE
        relation = ("not." if negated else "") + ".".join(words)
        made = self._made(place, self._case(place), subject, relation, expected, level)
        return replace(made, guard="in a try that swallows") if swallowed else made

    def _should(self, place: int) -> Assertion:
        start, line = place, self.found[place].line
        while start > max(0, place - LONGEST):
            if self.found[start - 1].line != line or self._text(start - 1) in (";", "{", "}"):
                break
            start -= 1
        subject = joined(self.found[start : place - 1])
        if self._text(place + 1) == "(":  # cypress
            given = split(self.found[place + 2 : self.pairs[place + 1]][:LONGEST], ",")
            matcher = joined(given[0]).strip("'") if given else ""
            expected = " , ".join(joined(part) for part in given[1:])
            return self._made(place, self._case(place), subject, f"should {matcher}", expected, UNKNOWN)
        return self._matched(place, subject, place + 1)

    def _asserted(self, matcher: str, place: int, opened: int) -> Assertion:
        given = [part for part in split(self.found[opened + 1 : self.pairs[opened]][:LONGEST], ",") if part]
        subject = joined(given[0]) if given else ""
        expected = joined(given[1]) if len(given) > 1 and matcher != "ok" else ""
        negated = matcher.startswith("not")
        level = strength(matcher, expected, negated=False) if not negated else LOOSE
        if matcher == "ok" and given:  # assert(a === 5) says as much as assert.equal(a, 5)
            sides = split(given[0], "===", "==")
            if len(sides) == 2:
                return self._made(
                    place, self._case(place), joined(sides[0]), "equal", joined(sides[1]), strength("equal", "", negated=False)
                )
        if matcher == "ok" and subject in ("true", "1"):
            level = NOTHING
        return self._made(place, self._case(place), subject, f"assert.{matcher}", expected, level)

    def _made(  # noqa: PLR0917 - fields, in their order
        self, place: int, case: int, subject: str, relation: str, expected: str, level: int, *, sure: bool = True
    ) -> Assertion:
        text = " ".join(part for part in (subject, relation, expected) if part)
        guard = self._guard(place, case)
        return Assertion(
            text, self.found[place].line, case, subject, relation, expected, level, guard, sure, len(WILD.findall(expected))
        )


def _innermost(spans: list[tuple[int, int, int]], count: int) -> list[int]:
    """For each place the value of the innermost span around it; -1 where there is none."""
    table = [-1] * count
    starts = {start: (end, value) for start, end, value in spans}
    open_: list[tuple[int, int]] = []
    last = 0
    # Between two places where something begins or ends all have one value.
    for place in sorted({at for start, end, _ in spans for at in (start, start + 1, end) if 0 <= at < count}):
        if place > last and open_:
            table[last:place] = [open_[-1][1]] * (place - last)
        while open_ and open_[-1][0] <= place:
            open_.pop()
        table[place] = open_[-1][1] if open_ else -1
        if place in starts:
            open_.append(starts[place])
        last = place + 1
    if open_ and last < count:
        table[last:] = [open_[-1][1]] * (count - last)
    return table
