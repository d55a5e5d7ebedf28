"""Which handlers throw an error away: by what they catch, by what they do then, and by what may fail."""

import re

from pytest_agentcompliance.parsing.swallowed import Handler, Level, Loss

_MOST_CALLS = 4  # of what is tried: more than one step is no longer one expected failure
_REASON = 3  # words of a comment that say more than that the error is ignored

_BROAD = re.compile(r"(?:^|[(,\s.])(?:Base)?Exception\s*(?:$|[),])")
_NOTHING = re.compile(r"(?:pass|\.\.\.|continue|break|return(?: (?:None|null|undefined|void 0|\(?undefined\)?|nil))?)?;?")
_STAND_IN = re.compile(
    r"return (?:False|false|\[\]|\{\}|\(\{\}\)|\(\)|''|\"\"|``|0|-1|set\(\)|dict\(\)|list\(\)|tuple\(\)|new (?:Map|Set)\(\))"
    r"(?: as [\w\[\]<>, ]{1,60})?;?"
)
_CALL = re.compile(r"[\w\])]\s?\(")
# What fails where nothing is wrong, and in JavaScript cannot be caught by its type: texts that are not what they were hoped to be,
_PURE = re.compile(
    r"\bJSON\.parse\(|\bnew (?:URL|RegExp|Date|Intl\.\w{1,40})\(|\bdecodeURI|\batob\(|\bBigInt\(|\b_?require\(|\brequire\.resolve\("
    r"|\b(?:local|session)Storage\b"
)
# files, parts of a page and programs that are not there,
_EXPECTED = re.compile(
    r"\.(?:json|text|formData|arrayBuffer)\(\)"
    r"|\b(?:access|stat|lstat|unlink|rm|rmdir|mkdir|readlink|realpath|readdir|readFile|copyFile|statfs)(?:Sync)?\("
    r"|\bimport\(|\bprocess\.kill\("
    r"|[\"'`](?:which|where|command -v|test -[a-z])[\"'` ]|--version\b"
    r"|\.(?:waitFor\w{0,40}|isVisible|isEnabled|isHidden|textContent|innerText|getAttribute|goBack)\("
)
# and programs that end with another code than 0.
_PROGRAM = re.compile(r"\b(?:exec|execFile|execa|spawn)(?:Sync|Async)?\(|\b(?:exec|run)(?:Git|Command|Cmd)\w{0,20}\(")
_REMOTE = re.compile(r"\bfetch\(|\.then\(|\baxios\b")  # what is read of an answer may fail because the question did
_PURE_CALLS = 12
# What keeps the data of somebody: to remove something there is the work itself, and no tidying up.
_KEEPERS = ("repository", "repositories", "repo", "service", "model", "store", "storage", "dao", "db", "database")
# What ends something: nothing is left to do where that fails.
_ENDS = re.compile(
    r"(?i)\b(?:a?close|end|destroy|dispose|kill|killpg|abort|terminate|disconnect|quit|release|releaseLock|stop|unsubscribe|cancel|"
    r"shutdown|cleanup|clean_up|unlink|unlinkSync|rm|rmSync|rmtree|rmdir|remove_file|unwatch|detach|flush|unref|"
    r"remove\w{0,40}Listener|releasePointerCapture|revokeObjectURL|logout)(?:_\w{1,30}|Sync|Async|All)?\("
    r"|rollback\b|(?-i:\b(?:close|cleanup|cleanUp|dispose|destroy|kill|terminate|disconnect|shutdown|teardown|abort|release|stop)[A-Z]\w{0,60}\()"
    rf"|{''.join(rf'(?<!{one}[.])' for one in _KEEPERS)}\bremove(?:_\w{1,30}|Sync|Async|All)?\("
    r"|\b(?:un|de)(?:pin|lock|register|mount|watch|link|load|follow|stage|set|bind|allocate)(?:[A-Z_]\w{0,30})?\("
)
_ENDING = re.compile(
    r"(?i)^_{0,2}(?:cleanup|clean_up|tear_?down|dispose|a?close|shutdown|destroy|stop|unmount|exit|aexit|del|disconnect|release|kill|terminate|abort)"
)
_ASKS = re.compile(
    r"^_{0,2}(?:is|has|can|should|supports?|exists?|check|try|safe|maybe|validate|detect|looks|probe|test|ping)(?:_|[A-Z0-9]|$)"
    r"|(?i:exists?(?:sync|async)?|available|supported|reachable|running|alive|valid|installed|enabled|healthy)$"
)
# What comments say of an error that means nothing more than that something is not there, or that is left behind.
_ABSENT = re.compile(
    r"(?i)\b(?:not|isn't|doesn't|no)\b.{0,40}\b(?:found|in|installed|available|exists?|there|present|set|configured|supported)\b"
    r"|\bclean-?\s?up\b|\bcleaned\b|\b(?:handled|reported|shown|logged|surfaced|set|raised) (?:by|in|via|inside|elsewhere|above)\b"
    r"|\b(?:fall(?:s|ing)?[ -]?(?:through|back)|fallback|default(?:s|ing)?) (?:to|on) \w"
)
_SAID = re.compile(r"[A-Za-z][\w'-]{1,60}")
_IDLE_WORDS = """
    ignore ignored ignoring ignores silent silently quiet quietly swallow swallowed error errors err exception exceptions failure
    failures fail fails failed failing non-fatal nonfatal non fatal non-critical noncritical critical non-blocking nonblocking
    blocking best effort best-effort skip skipped skipping continue continuing pass noop no-op op nothing do done empty catch
    intentional intentionally intended deliberately expected okay ok fine any all the this that it its is are was and or on if in
    for to of we just only here anyway gracefully graceful degradation handle handled handling proceed fall through
    falls move next keep going not an as with noqa ble except-pass try-except-pass s110 e722 bare broad pylint disable eslint
    no-empty disable-next-line nosec type pragma cover log logged logging cleanup clean up
"""
_IDLE = frozenset(_IDLE_WORDS.split())


def loss(one: Handler, *, explained: bool = True) -> Loss | None:
    """Whether a handler throws its error away, and how; ``explained``: a comment that gives a reason leaves a remark alone."""
    code = " ".join(one.code.split())
    if one.kind == "except" and not one.caught and not re.search(r"\braise\b", code):
        return Loss(one, "a bare except, which catches the end of the process too")
    if not _is_broad(one):
        return None
    if one.kind == "suppress":
        says = f"suppress({_short(one.caught)}) swallows every error"
        return None if _ends(one) else Loss(one, says, _level(one, explained=explained))
    nothing = _NOTHING.fullmatch(code) is not None
    if not nothing and _STAND_IN.fullmatch(code) is None:
        return None
    if _ends(one) or (one.kind != "except" and _expected(one)):
        return None
    what = f"except {_short(one.caught)}" if one.kind == "except" else "if err != nil" if one.kind == "if" else "catch"
    if nothing:
        done = f" and does no more than {code.rstrip(';')}" if code.rstrip(";") else ""
        empty = "an empty catch" if not done and one.kind in ("catch", "promise") else f"{what} swallows the error{done}"
        if one.kind == "if" and code == "return":
            return None  # a function with named results gives the error back so
        answers = one.kind == "if" and bool(code)
        if one.kind == "catch" and code.startswith("return"):  # what only computes says so that there is no answer
            answers = _PROGRAM.search(one.tried) is not None or not re.search(r"\bawait\b", one.tried)
        return Loss(one, empty, "style" if answers else _level(one, explained=explained))
    if _ASKS.search(one.owner):
        return None
    stand_in = code.removeprefix("return ").rstrip(";")
    return Loss(one, f"{what} swallows the error and gives {_short(stand_in)} in place of a result", "style")


def _level(one: Handler, *, explained: bool) -> Level:
    return "style" if explained and gives_reason(one.said) else "breach"


def gives_reason(said: str) -> bool:
    """Whether a comment says more than that an error is ignored: what tools are told says nothing."""
    from pytest_agentcompliance.parsing.suppressions.apart import explanation  # start-up time: where there is a comment

    said = explanation(said) if said else ""
    if _ABSENT.search(said[:2000]):
        return True
    words = [word.lower() for word in _SAID.findall(said[:2000])]
    # "ignore errors of the cache" says less than "the server is going down"
    least = _REASON if words and words[0] in _IDLE else _REASON - 1
    return sum(word not in _IDLE for word in words) >= least


def _is_broad(one: Handler) -> bool:
    if one.kind in ("except", "suppress"):
        return bool(_BROAD.search(one.caught[:500])) or (one.kind == "except" and not one.caught)
    return True


def _ends(one: Handler) -> bool:
    """Whether what may fail only ends something."""
    calls = len(_CALL.findall(one.tried))
    return calls <= _MOST_CALLS and bool(_ENDS.search(one.tried) or _ENDING.search(one.owner))


def _expected(one: Handler) -> bool:
    """Whether what is tried may well fail; a promise that is only held is waited for in another place."""
    calls = len(_CALL.findall(one.tried))
    if one.kind == "promise" and not calls:
        return True
    pure = calls <= _PURE_CALLS and not re.search(r"\bawait\b", one.tried) and _PURE.search(one.tried) is not None
    if pure or _REMOTE.search(one.tried):
        return pure
    return calls <= _MOST_CALLS and bool(_EXPECTED.search(one.tried))


def _short(text: str) -> str:
    return " ".join(text.split())[:60]
