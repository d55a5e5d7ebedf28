"""The words in which people say what came of a check."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.work import Check

NAMES: dict[Check, re.Pattern[str]] = {
    "tests": re.compile(
        r"(?i)\b(?:(?:unit|integration|e2e|end-to-end|backend|frontend|regression) )?"
        r"(?:tests|test[- ]?suites?|test (?:runs?|results)|specs|pytest|jest|vitest|mocha|playwright|cypress"
        r"|(?:npm|pnpm|yarn|bun|make|go|cargo|mise|nx|turbo|task|just)(?: run)?(?: -{1,2}[\w=-]{1,30}){0,3} test)\b"
    ),
    "type check": re.compile(
        r"(?i)\b(?:type[- ]?check(?:s|ing|er)?|check-types|tsc|mypy|pyright|typescript(?: compil\w+)?|types)\b"
    ),
    "lint": re.compile(r"(?i)\b(?:(?:es)?lint(?:s|ing|er)?|ruff|biome|flake8|clippy|rubocop)\b"),
    "build": re.compile(r"(?i)\b(?:builds?|compil(?:ation|es?|ed))\b"),
    "schema": re.compile(r"(?i)\b(?:(?:prisma )?schema(?: validation)?|prisma validate)\b"),
}
_NOT_THE_CHECK = re.compile(  # "test file", "build script", "lint rule", "type check script": things, and no run of them
    r"(?i)^s? (?:files?|data|cases? for|fixtures?|coverage|plans?|suite to|scripts?|rules?|config\w*|steps?|commands?"
    r"|infrastructure"
    r"|setup|for|to|that|which|of|in)\b"
)
_FILL = (
    r"(?:[\s:=\-–—*_~|,]|[✓✔✅]|\(?(?<!\d)\d{1,6}(?!\d)(?:/\d{1,6}(?!\d))?%?\)?|\(s\)|\bin\b|\ball\b|\bnow\b|\bstill\b|\balso\b|\bruns?\b"
    r"|\bare\b|\bis\b"
    r"|\bwas\b|\bwere\b|\bhave\b|\bhas\b|\bsuites?\b|\bstatus\b|\bresults?\b|\bcheck\b|\bcompil\w+\b|\bcompletes?d?\b|\bfully\b"
    r"|→|>|\bcontinued?\b|\bcontinues? to\b|\bthree\b|\btwo\b|\bboth\b|;\sit\b|\band it\b"
    r"|\bvalidation\b|\bsuccess rate\b){0,12}"
)
_GOOD = (
    r"(?:pass(?:ed|es|ing)?|succe(?:ed(?:s|ed)?|ssfully|ssful(?! (?!for |on |in |with |and |after |now )[a-z])|ss)|green"
    r"|clean(?:ly)?|✓|✔|✅|ok)(?![\w-])(?! rates?\b)"
)
_OBJECT = re.compile(r"(?i) (?:the|a|an|its|their|this|these|that|through|data|args?|arguments?|options?|down|along|on|it)\b")
_THEN_GOOD = re.compile(rf"(?i){_FILL}{_GOOD}")
_ERRORLESS = re.compile(
    r"(?i)\s{0,2}(?:is |are |runs? |ran |completes?d? |finish(?:es|ed) )?(?:with(?:out| no| 0| zero)) (?:any )?(?:errors?"
    r"|failures?|issues?)\b"
)
_NO_FAILURES = re.compile(
    r"(?i)[,:]?\s(?:and |which |with ){0,2}(?:there (?:were|are) |had |has |have |shows? |showed |reported |reports )?(?:no|0"
    r"|zero) failures?\b"
)
_GOOD_THEN = re.compile(
    r"(?i)\b(?:pass(?:es|ed)|passing) (?:all |the |every |both |of |our |its ){0,3}(?:existing |new |unit |\d{1,6} ){0,2}"
    r"(?P<what>tests?|test suites?|type[- ]?checks?|lint(?:ing)?|build)\b"
)
_BUILT = re.compile(
    r"(?i)\b(?:builds?|compil(?:es?|ed)|type[- ]?checks?|typechecked|lints?|linted)(?: \w{1,20}){0,3}? "
    r"(?:cleanly|successfully|without (?:any )?(?:\w{1,12} )?(?:errors?|issues?|warnings?)|with (?:no|0"
    r"|zero) (?:\w{1,12} )?(?:errors?|issues?))\b"
    r"|\bsuccessfully (?:builds?|compil(?:es?|ed)|type[- ]?checked|linted)\b"
)
_NO_ERRORS = re.compile(
    r"(?i)\b(?:no|0|zero) (?P<what>type(?:script|[- ]?check(?:ing)?)?|tsc|mypy|lint(?:ing|er)?|eslint|ruff|build|compil(?:e"
    r"|er|ation)"
    r"|tests?) (?:errors?|failures?|issues?|warnings? or errors?)\b"
    r"|\b(?P<that>typescript|type|tsc|lint(?:ing)?|eslint|build|compil\w{1,6}) errors?\s?[:|][\s\d|]{0,20}?\b0\b"
)
_COUNT = re.compile(r"(?<![\w.,/-])(\d{1,6})(?:\s?(?:/|of|out of)\s?(\d{1,6}))?(?![\w%]|\.\d)")
_AHEAD = re.compile(
    r"(?i)(?:^|[\s(|*])(?<!task )(?<!step )(?<!phase )(\d{1,6})(?:\s?(?:/|of|out of)\s?\d{1,6})?"
    r" (?:(?:unit|new|existing|backend|frontend|integration|e2e|regression|component|api|smoke|of|the) ){0,3}$"
)
_A_PASS = re.compile(r" pass\b")  # "a final lint pass" is one more go
_SHARE = re.compile(r"(?<![\w.,/-])(\d{1,6})\s?(?:/|of|out of)\s?(\d{1,6})(?![\w%])")
_ALMOST = re.compile(r"(?i)\b(?:almost|nearly|most|some|half|only)\b")
_SUITES = re.compile(r"(?i)\bsuites?\b")
FAILED = re.compile(
    r"(?i)\b(?:fail\w*|broken|errors?|errored|red|crash\w*|times? out|timed out|blocked|skipped|not (?:yet )?(?:\w{1,12} ){0,2}"
    r"(?:run|pass\w*|built|build|compile\w*|verified|tested|executed|work\w*|succe\w*|available|installed|able|possible)"
    r"|(?:could|can|did|does|do|was|were)(?: not|n['’]t)|cannot|unable|unverified|untested|without running|unsuccessful\w*"
    r"|missing)\b|[✗✘❌⚠]"
)
NONE_WRONG = re.compile(
    r"(?i)\b(?:no|0|zero|without|any) (?:\w{1,16} ){0,2}(?:fail\w*|errors?|crash\w*|skipped)\b|\b(?:fail\w*|errors?"
    r"|skipped)\s?[:=|]\s?0\b"
    r"|\berror (?:handl\w+|cases?|messages?|states?|paths?|types?|boundar\w+|codes?|scenarios?)\b"
)
RED_NOW = re.compile(r"(?i)\b(?:fails|(?:is|are|still) failing|(?:does|do)(?: not|n['’]t) (?:yet )?(?:pass|build|compile))\b")
RED = re.compile(
    r"(?i)(?<![\w.-])[1-9]\d{0,5} (?:\w{1,16} ){0,2}(?:fail(?:s|ed|ing|ures?)?|errors?|red)\b"
    r"|\bfail(?:s|ed|ing|ures?)?\b[^.;]{0,60}\b(?:pre-?existing|unrelated|known|flaky)|\b(?:pre-?existing|unrelated|known"
    r"|flaky)\b[^.;]{0,60}\bfail"
    r"|\b(?:(?:except|apart from|other than|but for) (?:for )?(?:the |one |two |\d{1,4} )|but (?:one |two |\d{1,4} ))"
)
FAILS = re.compile(
    r"(?i)\b(?:fail(?:s|ed|ing|ures?)?|broken|red|(?:do|does|did|could|can)(?: not|n['’]t) (?:be )?(?:pass|run|build"
    r"|compile|start|verified)"
    r"|cannot (?:be )?run|not (?:yet )?(?:passing|run|green|clean|verified)|times? out|timed out|need(?:s|ed)? a)\b|[✗✘❌⚠]"
)
LEFT = re.compile(
    r"(?i)\b(?:one|two|three|four|a few|some|several|[1-9]\d{0,5})\b(?: (?:[\w-]{1,20})){0,3}? (?:findings?|issues?|problems?"
    r"|violations?|complaints?|warnings?|errors?)\b[^.;]{0,60}\b(?:remain\w*|left|leave|still|open|stay\w*)\b"
    r"|\b(?:remain\w*|left|still|open|has|have|reports?|shows?) (?:[\w-]{1,20} ){0,3}?(?:findings?|issues?|problems?|violations?"
    r"|complaints?)\b"
)
_A_TEST = re.compile(r"(?i)\btest(?:s\b|_\w{1,80}|\b)|[\w-]\.(?:test|spec)\b|\w_test\b")
NONE_LEFT = re.compile(
    r"(?i)\b(?:no|0|zero|without|any) (?:\w{1,16} ){0,2}(?:findings?|issues?|problems?|violations?|complaints?|warnings?|errors?)\b"
)
_MADE_GOOD = re.compile(
    r"(?i)\b(?:fix(?:ed|es|ing)?|resolv\w+|repair\w*|no longer|previous\w*|earlier|before|initial\w*|originally|at first|first"
    r"|used to|(?:was|were|had been) (?:fail|broken|red)\w*|after|if|would|should|now pass\w*|correct(?:ed|s)?|address\w*|cover\w*"
    r"|without (?:the|this|my) (?:fix|change|patch)|tests? (?:that|for|the))\b"
)
ANY = re.compile(
    r"(?i)\b(?:checks?|verif\w+|compil\w+|commands?|ci|quality gates?|environment|sandbox|coverage|thresholds?|suites?)\b"
)
DONE = re.compile(
    r"(?i)\b(?:(?:all|both|every) (?:the |of the |quality |three |two |four ){0,2}(?:checks?|gates?|verifications?)"
    r"(?: (?:are|have|now|still|all)){0,3} (?:pass(?:ed|es|ing)?|green|clean)"
    r"|everything (?:passes|passed|works|is green|is verified|implemented)|(?:issue|bug|problem|task|feature|fix"
    r"|implementation|work|story|ticket|change|segfault|crash"
    r"|error)s?\b[^.;!?|]{0,160}?"
    r"\b(?:has|have) (?:now |all )?been (?:successfully |fully |completely )?"
    r"(?:addressed|fixed|resolved|solved|implemented|completed|done|finished)"
    r"|(?:implementation|task|work|feature|fix|story|ticket|everything|trd implementation) (?:is |are )?(?:now |fully |all )?"
    r"(?:complete|completed|done|finished|fixed|resolved)"
    r"|(?:i['’]?(?:ve| have)|we['’]?(?:ve| have)) (?:now |also )?(?:successfully |fully )?"
    r"(?:fixed|resolved|solved|addressed|implemented|completed|built|finished)"
    r"|successfully (?:fixed|resolved|solved|addressed|implemented|completed|built))\b"
)
CHECKS = re.compile(r"(?i)\b(?:checks?|verifications?|verified)\b")
NOT_DONE = re.compile(
    r"(?i)\b(?:not|never|partial(?:ly)?|partly|unable|cannot|could|should|would|will|must|if|once|until|whether|verif\w+"
    r"|check\w*|confirm\w*"
    r"|ensur\w+|to be)\b|n['’]t\b"
)
_LABEL = re.compile(
    r"(?i)^[\s\-*+•#✓✔✅|]{0,8}(?:\[x\] )?(?:[A-Za-z]{1,16} ){0,2}?(?P<what>tests?|type ?check(?:s|ing)?|lint(?:ing)?|build)\s?:"
)
_LABELLED = re.compile(rf"(?i)[^.;]{{0,110}}?(?<![\w-]){_GOOD}")
_EVERY = re.compile(r"[\s*_✓✔✅]{0,6}([1-9]\d{0,5})\s?/\s?\1(?![\d/])")
_RUNNERS = re.compile(
    r"(?i)\b(?:npm|pnpm|yarn|bun|uv|poetry|hatch|mise|deno|vitest|jest|turbo|nx|cypress|go|cargo)(?: -\S{1,30}){0,3} run\b"
)
_FOUND_SO = re.compile(
    r"(?i)\b(?:verified|confirmed|checked|validated|shows?|showed|shown|means?|meaning|saw|reports?|reported|ensured"
    r"|ensuring|proves?|demonstrat\w+) that\b"
)
_OPEN = re.compile(
    r"(?i)\b(?:should|will|must|would|could|can|may|might|verify|verifies|verifying|ensure|ensures|make sure|expect(?:ed"
    r"|s)?|once|until|if|when"
    r"|whether|needs?|needed|not|no|never|without|previous(?:ly)?|earlier|originally|pending|todo|let me|let's|let us"
    r"|going to|i'll|we'll|want|try"
    r"|trying|goal|target|require[sd]?|criteri\w+|run|re-?run|that|neither|nor|instead|fail\w*)\b|n['’]t\b"
)
_OPEN_IN_CLAUSE = re.compile(r"(?i)\b(?:to|after|before|for|so|make|makes|making|get|getting|let|lets|help\w*)\b")


def passes(line: str) -> Iterator[tuple[Check, int, int]]:
    """Which checks a line says passed, with the span of the words that say so; each once."""
    seen = set[Check]()
    for check, pattern in NAMES.items():
        for found in list(pattern.finditer(line))[:6]:
            rest = line[found.end() : found.end() + 120]
            if _NOT_THE_CHECK.match(rest):
                continue
            if check != "tests" and _A_PASS.match(rest):
                continue
            said = _THEN_GOOD.match(rest)
            if said and said[0].lower().endswith(("pass", "passes", "passed")) and _OBJECT.match(rest, said.end()):
                continue  # what is handed on
            said = (
                said
                or (_NO_FAILURES.match(rest) if check == "tests" else None)
                or (_ERRORLESS.match(rest) if check != "schema" else None)
            )
            if said and check not in seen:
                seen.add(check)
                yield check, found.start(), found.end() + said.end()
    label = _LABEL.match(line)
    if label and "tests" not in seen and _of(label["what"]) == "tests" and (said := _EVERY.match(line, label.end())):
        seen.add("tests")
        yield "tests", label.start("what"), said.end()
    if label and (said := _LABELLED.match(line, label.end())) and not FAILED.search(NONE_WRONG.sub(" ", said[0])):
        one = _of(label["what"])
        if one not in seen:
            seen.add(one)
            yield one, label.start("what"), said.end()
    for pattern in (_GOOD_THEN, _BUILT, _NO_ERRORS):
        for found in list(pattern.finditer(line))[:4]:
            groups = found.groupdict()
            one = _of(groups.get("what") or groups.get("that") or found[0])
            if one not in seen:
                seen.add(one)
                yield one, found.start(), found.end()


def partial(line: str, start: int, end: int) -> bool:
    """Whether the words say that not all did: ``2 of 3 tests pass``, ``almost all tests pass``."""
    before = line[max(0, start - 40) : start]
    some = [*_SHARE.finditer(before), *_SHARE.finditer(line[start:end])]
    return any(int(one[1]) < int(one[2]) for one in some) or bool(_ALMOST.search(before))


def count(line: str, start: int, end: int) -> int | None:
    """How many tests the words say passed: ``20 tests passed``, ``Tests: 19/20 passing``, ``all 20 tests``; of suites none."""
    if _SUITES.search(line[start:end]):
        return None
    ahead = _AHEAD.search(line[max(0, start - 40) : start])
    found = [int(ahead[1])] if ahead else [int(one[1]) for one in _COUNT.finditer(line[start:end])]
    return found[0] if len(found) == 1 else None


def fails(sentence: str, check: Check) -> bool:
    """Whether a sentence says that a check fails as things stand; of two that it names the nearer one is meant."""
    rest = NONE_WRONG.sub(" ", sentence)
    if _MADE_GOOD.search(rest):
        return False
    named: list[tuple[re.Match[str], Check]] = [
        (found, one) for one, pattern in NAMES.items() for found in list(pattern.finditer(rest))[:6]
    ]
    if check == "tests":
        named += [(found, "tests") for found in list(_A_TEST.finditer(rest))[:6]]
    for bad in list(FAILS.finditer(rest))[:6]:
        near = min(named, key=lambda one: max(one[0].start() - bad.end(), bad.start() - one[0].end()), default=None)
        if near is not None and near[1] == check:
            return True
    return False


def open_question(before: str) -> bool:
    """Whether the words before a claim make it none: what should be, what is to be done, what was."""
    before = _RUNNERS.sub(" ", _FOUND_SO.sub(" ", before))
    return bool(_OPEN.search(before) or _OPEN_IN_CLAUSE.search(before.rpartition(",")[2]))


def _of(name: str) -> Check:
    name = name.lower()
    if name.startswith(("type", "tsc", "mypy")) or "type" in name[:24]:
        return "type check"
    if "lint" in name or "ruff" in name:
        return "lint"
    return "tests" if "test" in name else "build"
