"""Two versions of a project's tests: what was taken out, and what says less than it did.

Tests and assertions are compared as multisets over the whole change, so that what was moved, split, renamed or folded
into one accuses nobody.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from pytest_agentcompliance.parsing.testcode.record import EXACT, LOOSE, NOTHING, PARTIAL, UNKNOWN, Assertion, Case, Tests
from pytest_agentcompliance.parsing.testcode.strength import RAISES

Kind = Literal["deleted", "rewritten", "off", "only", "loosened", "guarded", "fewer", "edited"]

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
_NAMES = re.compile(r"[A-Za-z_$][A-Za-z0-9_-]{2,80}")
_STRINGS = re.compile(r"'[^'\n]{6,200}'|\"[^\"\n]{6,200}\"|`[^`\n]{6,200}`")
_STAND_IN = re.compile(r"^_?(?:mock|fake|stub|spy)_?(?=[A-Za-z])")
_TELLING = re.compile(r"[a-z][A-Z]|[a-z]_[a-z]")
_CALLED = re.compile(r"([A-Za-z_][A-Za-z0-9_]{2,80}) \(")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_NUMBER = re.compile(r"(?:- )?(\d[\d_]*(?:\.\d+)?)(?:e ?-? ?\d+)?")
MOST_PARTS = 200  # assertions of one test that are looked at one by one
SET_TO = 120  # characters of what a variable is set to
MOST = 50_000  # looks at two tests side by side
ALIKE = 0.6  # of the words of two names, from which one test is taken for the other
LIKE = 0.5  # of the words of two bodies, from which one test took the place of the other
FOLDED = 0.5  # of the words of a test that a table has which took it in
NEVER = frozenset({"not.toHaveBeenCalled", "not.toBeCalled", "assert_not_called", "assert_not_awaited"})
EQUAL = frozenset({"==", "toBe", "toEqual", "toStrictEqual", "equal", "deepEqual", "assertEqual", "Equal"})
MEANT = 6  # characters of what is compared with what, from which it says something
ROW = 0.5  # of the words of two names, from which one test became a row of the other
REWRITTEN = 0.3  # of the tests of a file that have new names, from which it was written anew


@dataclass(frozen=True, slots=True)
class File:
    """A file of tests at both ends; ``before`` is empty where it was added, ``after`` where it was deleted."""

    path: str
    before: Tests
    after: Tests
    old: str = ""  # its path before, where it was another


@dataclass(frozen=True, slots=True)
class Weaker:
    """One thing that the tests checked and no longer do. ``line`` is that of head, None where nothing is left of it."""

    kind: Kind
    path: str
    line: int | None
    name: str  # of the test
    before: str
    after: str
    words: frozenset[str]  # what the test, or the assertion, names
    count: int = 1
    when: str = ""  # of a test that is switched off: on what that depends
    suites: tuple[str, ...] = ()  # that the test stood in
    was: str = ""  # its name before, where it was another
    calls: frozenset[str] = frozenset()  # what a deleted test called
    parts: tuple["Part", ...] = ()  # the assertions that are gone, or ask for less


@dataclass(frozen=True, slots=True)
class Part:
    """One assertion that went: what it asked about, and all that it names, with what its variable was set to."""

    about: frozenset[str]
    words: frozenset[str]


@dataclass(slots=True)
class _Pair:
    file: File
    before: Case | None  # None: what stands in no test
    after: Case | None
    lost: list[Assertion]
    gained: list[Assertion]


def compared(files: Sequence[File]) -> list[Weaker]:
    """What the tests of a change check less than before, in the order of the files."""
    pairs, gone, new = _paired(files)
    folded = _folded(pairs, gone, new)
    helped = frozenset(one.key for pair in pairs if pair.after is None for one in pair.gained)
    asserted = {id(one[1]): len(one[2]) for one in gone}
    _cancel(pairs, gone, new)
    # What all went into other tests is no less than before.
    gone = [one for one in gone if id(one[1]) not in folded and (one[2] or not asserted[id(one[1])])]
    shared = frozenset(one.relation for pair in pairs if pair.after is None for one in pair.gained)
    room = Counter[int]()  # the assertions of the new tests of each file
    for file, case, held in new:
        room[id(file)] += len(held) * (not case.off)
    found = [one for pair in pairs for one in _weaker(pair, _spare(pair, pairs, room[id(pair.file)]), shared, helped)]
    found += _deleted(gone, new, _rewritten(files))
    found += _only(files)
    order = {file.path: place for place, file in enumerate(files)}
    return _merged(sorted(found, key=lambda one: (order[one.path], one.line or 0, one.kind)))


_Found = tuple[File, Case, list[Assertion]]


def _cases(file: File, tests: Tests) -> list[_Found]:
    held: dict[int, list[Assertion]] = defaultdict(list)
    for one in tests.assertions:
        held[one.case].append(one)
    return [(file, case, held[place]) for place, case in enumerate(tests.cases)]


def _paired(files: Sequence[File]) -> tuple[list[_Pair], list[_Found], list[_Found]]:
    """The tests of both ends that are one test; those that are gone; those that are new."""
    pairs: list[_Pair] = []
    gone: list[_Found] = []
    new: list[_Found] = []
    for file in files:
        after = _cases(file, file.after)
        left = list(range(len(after)))
        by_path: dict[tuple[tuple[str, ...], str], list[int]] = defaultdict(list)
        by_name: dict[str, list[int]] = defaultdict(list)
        for place, (_, case, _) in enumerate(after):
            by_path[case.path, case.name].append(place)
            by_name[case.name].append(place)
        taken: set[int] = set()
        before = _cases(file, file.before)
        match: dict[int, int] = {}
        for index in (0, 1):
            for place, (_, case, _) in enumerate(before):
                options = by_path[case.path, case.name] if index == 0 else by_name[case.name]
                if place not in match and (hit := next((one for one in options if one not in taken), None)) is not None:
                    match[place] = hit
                    taken.add(hit)
        for place, (_, case, held) in enumerate(before):
            if place in match:
                pairs.append(_Pair(file, case, after[match[place]][1], *_changed(held, after[match[place]][2])))
            else:
                gone.append((file, case, held))
        new += [after[place] for place in left if place not in taken]
        outside = [[one for one in tests.assertions if one.case < 0] for tests in (file.before, file.after)]
        if any(outside):
            pairs.append(_Pair(file, None, None, *_changed(*outside)))
    return pairs, *_renamed(pairs, gone, new)


def _renamed(pairs: list[_Pair], gone: list[_Found], new: list[_Found]) -> tuple[list[_Found], list[_Found]]:
    """Pair what was moved or renamed: by name, by code, by what is asserted, by a name that is much the same."""
    keys: tuple[Callable[[_Found], object], ...] = (
        lambda one: (one[1].path, one[1].name),
        lambda one: one[1].name,
        lambda one: one[1].body or None,
    )
    for key in keys:
        shelf: dict[object, list[_Found]] = defaultdict(list)
        for one in new:
            if key(one) is not None:
                shelf[key(one)].append(one)
        rest: list[_Found] = []
        for one in gone:
            if shelf.get(key(one)):
                match = shelf[key(one)].pop(0)
                pairs.append(_Pair(match[0], one[1], match[1], *_changed(one[2], match[2])))
            else:
                rest.append(one)
        used = {id(pair.after) for pair in pairs}
        gone, new = rest, [one for one in new if id(one[1]) not in used]
    for score, least in ((_shared, 0.5), (_alike, ALIKE), (_likeness, LIKE)):
        if not gone or not new:
            break
        looks = MOST
        rest = []
        shelved = _Shelf(new)
        for one in gone:
            near = shelved.near(one) if looks > 0 else []
            looks -= len(near)
            scores = [score(one, other) for other in near]
            best = near[scores.index(max(scores))] if scores else None
            if best is not None and max(scores) >= least:
                pairs.append(_Pair(best[0], one[1], best[1], *_changed(one[2], best[2])))
                shelved.take(best)
            else:
                rest.append(one)
        gone, new = rest, shelved.left()
    return _replaced(pairs, gone, new)


def _replaced(pairs: list[_Pair], gone: list[_Found], new: list[_Found]) -> tuple[list[_Found], list[_Found]]:
    """Pair the tests of one suite of which as many came as went."""
    suites: dict[tuple[str, tuple[str, ...]], list[_Found]] = defaultdict(list)
    for one in new:
        suites[one[0].path, one[1].path].append(one)
    went = Counter((one[0].path, one[1].path) for one in gone)
    rest: list[_Found] = []
    for one in gone:
        key = one[0].path, one[1].path
        if key[1] and len(suites[key]) >= went[key]:
            match = suites[key].pop(0)
            went[key] -= 1
            pairs.append(_Pair(match[0], one[1], match[1], *_changed(one[2], match[2])))
        else:
            rest.append(one)
    used = {id(pair.after) for pair in pairs}
    return rest, [one for one in new if id(one[1]) not in used]


def _folded(pairs: list[_Pair], gone: list[_Found], new: list[_Found]) -> set[int]:
    """The tests that became rows of a test that runs for several."""
    tables: dict[str, list[Case]] = defaultdict(list)
    for file, case, _ in new:
        if case.parametrised and not case.off:
            tables[file.path].append(case)
    for pair in pairs:
        was, now = pair.before, pair.after
        if was and now and now.parametrised and not now.off and (not was.parametrised or now.rows > was.rows):
            tables[pair.file.path].append(now)
    found: set[int] = set()
    for file, case, _ in gone:
        mine = _counted(case.body)
        for table in tables[file.path][:MOST_PARTS]:
            row = f"'{case.name}'" in table.body or f'"{case.name}"' in table.body
            if row or (mine & _counted(table.body)).total() >= FOLDED * mine.total() or _like_names(case, table) >= ROW:
                found.add(id(case))
                break
    return found


class _Shelf:
    """The new tests, found by what they assert or by their file."""

    def __init__(self, new: list[_Found]) -> None:
        self._new = {id(one[1]): one for one in new}
        self._by: dict[str, list[int]] = defaultdict(list)
        for one in new:
            for key in {one[0].path, *(each.key for each in one[2])}:
                self._by[key].append(id(one[1]))

    def near(self, gone: _Found) -> list[_Found]:
        ids = dict.fromkeys(each for key in (gone[0].path, *(one.key for one in gone[2])) for each in self._by.get(key, ())[:300])
        return [self._new[one] for one in ids if one in self._new]

    def take(self, one: _Found) -> None:
        del self._new[id(one[1])]

    def left(self) -> list[_Found]:
        return list(self._new.values())


def _shared(one: _Found, other: _Found) -> float:
    mine, its = Counter(each.key for each in one[2]), Counter(each.key for each in other[2])
    return (mine & its).total() / mine.total() if mine else 0.0


def _alike(one: _Found, other: _Found) -> float:
    return _like_names(one[1], other[1]) if one[0] is other[0] else 0.0


def _like_names(one: Case, other: Case) -> float:
    mine, its = (_name_parts(each) for each in (one, other))
    return len(mine & its) / max(1, len(mine | its))


def _name_parts(case: Case) -> frozenset[str]:
    return _lowered(case.name) - {"test", "should"}


@lru_cache(maxsize=4096)
def _lowered(name: str) -> frozenset[str]:
    return frozenset(part.lower() for part in _PARTS.findall(name[:400]))


@lru_cache(maxsize=4096)
def _counted(body: str) -> Counter[str]:
    return Counter(_WORD.findall(body))


def _likeness(one: _Found, other: _Found) -> float:
    """How much of the code of one test another has; of tests that share no word of their names only that of nearly all counts."""
    if one[0] is not other[0]:
        return 0.0
    mine, its = _counted(one[1].body), _counted(other[1].body)
    both = (mine & its).total()
    like = both / max(1, mine.total(), its.total())
    held = both / mine.total() if mine.total() > 5 else 0.0
    named = _alike(one, other)
    return max(like, 0.7 * held) if named >= 0.2 else like * 0.7


def _changed(before: Iterable[Assertion], after: Iterable[Assertion]) -> tuple[list[Assertion], list[Assertion]]:
    """What one multiset of assertions has and the other has not."""
    lost: list[Assertion] = []
    there = defaultdict(list)
    for one in after:
        there[one.key, one.guard].append(one)
    for one in before:
        if there[one.key, one.guard]:
            there[one.key, one.guard].pop()
        else:
            lost.append(one)
    return lost, [one for rest in there.values() for one in rest]


def _cancel(pairs: list[_Pair], gone: list[_Found], new: list[_Found]) -> None:
    """Take away what only went from one test to another."""
    gained: dict[str, list[tuple[_Pair | None, Assertion]]] = defaultdict(list)
    for pair in pairs:
        own = Counter(map(_about_and_how, pair.lost))  # what stands for one of its own came from nowhere else
        for each in pair.gained:
            if own[_about_and_how(each)]:
                own[_about_and_how(each)] -= 1
            else:
                gained[each.key].append((pair, each))
    for one in new:
        for each in one[2]:
            gained[each.key].append((None, each))
    used: set[int] = set()
    for lost, was_test in [*((pair.lost, False) for pair in pairs), *((one[2], True) for one in gone)]:
        kept: list[Assertion] = []
        for each in lost:
            options = gained[each.key]
            for place, (owner, other) in enumerate(options[:50]):
                # What is left of a test in a function that nobody runs is gone.
                if not (each.guard == "" and other.guard) and not (was_test and owner is not None and owner.after is None):
                    del options[place]
                    used.add(id(other))
                    break
            else:
                kept.append(each)
        lost[:] = kept
    for pair in pairs:
        pair.gained = [one for one in pair.gained if id(one) not in used]


def _spare(pair: _Pair, pairs: list[_Pair], there: int) -> int:
    """The assertions of the new tests of a file: some of what another test lost may have gone there in another form.

    What a helper asserted may have gone into any test.
    """
    file = pair.file
    if pair.after is None:
        there += sum(len(each.gained) for each in pairs if each.file is file and each.after and not each.after.off)
    return there


def _weaker(pair: _Pair, spare: int, shared: frozenset[str], helped: frozenset[str]) -> Iterator[Weaker]:
    """What one test checks less. ``shared`` is how helpers that are new assert, ``helped`` what: that went there is not counted."""
    file, before, after = pair.file, pair.before, pair.after
    name = after.name if after else ""
    if before and after and after.off and not before.off:
        yield Weaker("off", file.path, after.off_line, name, before.name, after.off_text, words(before.body), when=after.when)
        return
    if after and after.off:
        return
    lost, gained = list(pair.lost), list(pair.gained)
    together: list[tuple[Assertion, Assertion]] = []
    for alike in (_about_and_how, _about):
        shelf: dict[object, list[Assertion]] = defaultdict(list)
        for one in reversed(gained):
            shelf[alike(one)].append(one)
        taken: set[int] = set()
        rest: list[Assertion] = []
        for one in lost:
            if shelf[alike(one)]:
                together.append((one, shelf[alike(one)].pop()))
                taken.add(id(together[-1][1]))
            else:
                rest.append(one)
        lost, gained = rest, [one for one in gained if id(one) not in taken]
    branched = Counter(other.subject for other in pair.gained if other.guard == "in an if")
    for one, other in together:
        yield from _judged(file, name, one, other, branches=branched[other.subject] > 1)
    never = {other.subject for other in pair.gained if other.relation in NEVER}  # where it is not called now, nor is it so
    lost = [one for one in lost if after is None or (one.key not in helped and one.subject not in never)]
    lost = [one for one in lost if after is None or (one.relation not in shared and not _just_called(one, after))]
    sure = [one for one in lost if one.sure and one.strength != NOTHING and not _within(one, gained)]
    if any(other.strength == EXACT for other in gained) and not any(map(_of_error, gained)):
        errors = [one for one in sure if _of_error(one)]  # what was an error is a value now: several looks at it were one
        sure = [one for one in sure if not _of_error(one)] + errors[:1]
    suites = before.path if before else ()
    was = before.name if before and before.name != name else ""
    parts = _parts(sure, before.body if before else "")
    strong = [one for one in sure if one.strength in (EXACT, PARTIAL)]
    if strong and gained and all(other.strength in (NOTHING, LOOSE) and other.sure for other in gained) and spare < len(sure):
        one, other = strong[0], gained[0]
        named, count = words(one.text), len(strong)
        yield Weaker("loosened", file.path, other.line, name, one.text, other.text, named, count, "", suites, was, parts=parts)
    elif len(sure) > len(gained) + spare:
        line = after.line if after else None
        missing = len(sure) - len(gained)
        shown = " ; ".join(one.text for one in sure[:3])
        now = " ; ".join(one.text for one in gained[:3])
        yield Weaker("fewer", file.path, line, name, shown, now, _common(sure), missing, "", suites, was, parts=parts)


def _parts(lost: list[Assertion], body: str) -> tuple[Part, ...]:
    return tuple(Part(about(one), words(f"{one.text} {_set_to(one, body)}")) for one in lost[:MOST_PARTS])


def about(one: Assertion) -> frozenset[str]:
    """The fields, functions and texts that an assertion asks about, without the variable that they are read from."""
    named = _NAMES.findall(one.subject)
    told = frozenset(said[1:-1] for said in _STRINGS.findall(f"{one.subject} {one.expected}"))
    called = bool(_CALLED.match(one.subject))  # what is called is no variable
    return frozenset(named if called else named[1:] or named) | told


def _set_to(one: Assertion, body: str) -> str:
    """What the variable was set to that an assertion begins with."""
    name = _NAMES.search(one.subject)
    at = f" {body}".rfind(f" {name[0]} = ") if name else -1
    return body[at : at + SET_TO].partition(" ;")[0] if at >= 0 else ""


_ERRORS = re.compile(r"\(* ?(?:error|err|e|raised|exc|exc_info|excinfo|thrown|caught|fail)\b")
_WHOLE = re.compile(r"([A-Za-z_$][\w$]*(?: \. [\w$]+)*)(?: != .+)?")


def _of_error(one: Assertion) -> bool:
    return one.relation.rpartition(".")[2] in RAISES or _ERRORS.match(one.subject) is not None


def _within(one: Assertion, gained: list[Assertion]) -> bool:
    """Whether a part of something was asked for, all of which is compared now."""
    for other in gained[:MOST_PARTS]:
        whole = _WHOLE.fullmatch(other.subject)
        equal = other.relation in EQUAL or (other.relation == "t.Error" and " != " in other.subject)
        if whole and equal and other.strength == EXACT and not other.guard and len(other.expected + other.subject) > MEANT:
            padded = f" {one.subject} "
            if f" {whole[1]} " in padded and one.subject != whole[1] and other.expected not in ("true", "false", "True", "False"):
                return True
    return False


def _just_called(one: Assertion, after: Case) -> bool:
    """Whether there was only to be no error, which a call asks for as well that stands there bare."""
    quiet = one.relation.endswith("not.toThrow") or one.relation in ("doesNotThrow", "doesNotReject", "NotPanics")
    return quiet and len(called := _counted(one.subject)) > 0 and not called - _counted(after.body)


def _about_and_how(one: Assertion) -> object:
    return one.subject, one.relation


def _about(one: Assertion) -> object:
    return one.subject


def _common(lost: list[Assertion]) -> frozenset[str]:
    return frozenset().union(*(words(one.text) for one in lost))


def _judged(file: File, name: str, one: Assertion, other: Assertion, *, branches: bool) -> Iterator[Weaker]:
    """Two assertions about one thing."""
    named = words(one.text)
    if other.guard and not one.guard and not branches:
        yield Weaker("guarded", file.path, other.line, name, one.text, f"{other.text} ({other.guard})", named)
    elif _contrary(one, other):  # that is another value
        yield Weaker("edited", file.path, other.line, name, one.text, other.text, named)
    elif _less(one, other):
        yield Weaker("loosened", file.path, other.line, name, one.text, other.text, named)
    elif one.relation == other.relation and one.expected != other.expected and one.strength == EXACT and one.expected:
        yield Weaker("edited", file.path, other.line, name, one.text, other.text, named)


def _contrary(one: Assertion, other: Assertion) -> bool:
    return (_absent(one) and other.strength != NOTHING and not _absent(other)) or (
        one.relation == "NoError" and other.relation == "Error"
    )


def _absent(one: Assertion) -> bool:
    """Whether there has to be nothing."""
    none = one.relation == "is" and one.expected == "None"
    return none or one.relation in ("toBeNull", "toBeUndefined", "null", "undefined", "Nil")


def _less(one: Assertion, other: Assertion) -> bool:
    if UNKNOWN not in (one.strength, other.strength) and other.strength < one.strength:
        return True
    more = other.expected.startswith(one.expected.rstrip(" ,") + " ,")  # only what comes after it is new
    if other.wild > one.wild and other.strength <= one.strength and not more:
        return True
    return one.relation == other.relation and _widened(one, other)


def _widened(one: Assertion, other: Assertion) -> bool:
    """Whether a bound or a tolerance lets more pass than before."""
    sides = [_NUMBER.fullmatch(each.expected) for each in (one, other)]
    relation = one.relation.rpartition(".")[2]
    if sides[0] and sides[1]:
        was, now = (float(side[1].replace("_", "")) * (-1 if side[0].startswith("-") else 1) for side in sides if side)
        if relation in (
            "<",
            "<=",
            "toBeLessThan",
            "toBeLessThanOrEqual",
            "below",
            "most",
            "lessThan",
            "assertLess",
            "assertLessEqual",
            "Less",
            "LessOrEqual",
        ):
            return now > was
        if relation in (
            ">",
            ">=",
            "toBeGreaterThan",
            "toBeGreaterThanOrEqual",
            "above",
            "least",
            "assertGreater",
            "assertGreaterEqual",
            "Greater",
            "GreaterOrEqual",
        ):
            return now < was
    if relation in ("toBeCloseTo", "assertAlmostEqual", "closeTo") or "approx" in one.expected:
        was_, now_ = (re.split(r" , ", each.expected, maxsplit=1) for each in (one, other))
        if was_[0] == now_[0] and was_ != now_:
            tolerance = [_NUMBER.search(each[1]) if len(each) > 1 else None for each in (was_, now_)]
            if tolerance[0] and tolerance[1]:
                values = [_float(each[0]) for each in tolerance if each]
                digits = relation == "toBeCloseTo" or "places" in now_[1]
                return values[1] < values[0] if digits else values[1] > values[0]
            return tolerance[1] is not None and relation != "toBeCloseTo"
    return False


def _float(text: str) -> float:
    try:
        return float(text.replace(" ", "").replace("_", ""))
    except ValueError:
        return 0.0


def _rewritten(files: Sequence[File]) -> frozenset[str]:
    """The files whose tests were written anew, and assert as much as before."""
    found = set()
    for file in files:
        was, now = ([case.name for case in tests.cases if not case.off] for tests in (file.before, file.after))
        asserts = [sum(one.sure and one.strength != NOTHING for one in tests.assertions) for tests in (file.before, file.after)]
        kept = (Counter(was) & Counter(now)).total()
        if was and len(now) >= len(was) and asserts[1] >= asserts[0] and 1 - kept / len(was) >= REWRITTEN:
            found.add(file.path)
    return frozenset(found)


def _replaced_by(gone: list[_Found], new: list[_Found]) -> set[int]:
    """The tests that gave way to new ones of the same function, which assert as much."""
    pool = {id(case): sum(one.sure and one.strength != NOTHING for one in held) for _, case, held in new if not case.off}
    calls: dict[str, list[int]] = defaultdict(list)
    for _, case, _ in new:
        for name in set(_CALLED.findall(case.body)):
            calls[name].append(id(case))
    found: set[int] = set()
    for _, case, held in gone:
        mine = _lowered(" ".join((*case.path, case.name)))
        about = [name for name in sorted(set(_CALLED.findall(case.body))) if mine >= _lowered(name)]
        about += sorted({name for one in held for name in _CALLED.findall(one.subject) if _TELLING.search(name)} - set(about))
        options = [one for name in about if len(name) > 4 for one in calls[name][:MOST_PARTS] if pool.get(one)]
        if held and sum(pool[one] for one in set(options)) >= len(held):
            found.add(id(case))
            owed = len(held)
            for one in dict.fromkeys(options):
                owed, pool[one] = max(0, owed - pool[one]), max(0, pool[one] - owed)
    return found


def _deleted(gone: list[_Found], new: list[_Found], rewritten: frozenset[str]) -> Iterator[Weaker]:
    """Tests that nothing took the place of."""
    replaced = _replaced_by(gone, new)
    for file, case, held in gone:
        if case.off:
            continue
        shown = " ; ".join(one.text for one in held[:3])
        kind: Kind = "rewritten" if file.path in rewritten or id(case) in replaced else "deleted"
        named, calls = words(f"{case.name} {case.body}"), frozenset(_CALLED.findall(case.body))
        parts = _parts(held, case.body)
        yield Weaker(kind, file.path, None, case.name, shown, "", named, len(held), "", case.path, "", calls, parts)


def _only(files: Sequence[File]) -> Iterator[Weaker]:
    for file in files:
        was = Counter(case.name for case in file.before.cases if case.only)
        for case in file.after.cases:
            if case.only and not was[case.name]:
                yield Weaker("only", file.path, case.line, case.name, "", "only", frozenset())


def _merged(found: list[Weaker]) -> list[Weaker]:
    """One finding for a mark that takes several tests out."""
    first: dict[tuple[str, int | None, str], int] = {}
    merged: list[Weaker] = []
    for one in found:
        key = one.path, one.line, one.after
        if one.kind == "off" and key in first:
            place = first[key]
            kept = merged[place]
            merged[place] = replace(kept, words=kept.words | one.words, count=kept.count + 1)
            continue
        if one.kind == "off":
            first[key] = len(merged)
        merged.append(one)
    return merged


def words(text: str) -> frozenset[str]:
    """The names in a piece of code, and the texts of its strings."""
    names = frozenset(_NAMES.findall(text))
    stood_for = frozenset(name[0].lower() + name[1:] for each in names if (name := _STAND_IN.sub("", each)) and name != each)
    return names | stood_for | frozenset(said[1:-1] for said in _STRINGS.findall(text))
