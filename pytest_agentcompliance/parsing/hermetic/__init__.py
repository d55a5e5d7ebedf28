"""What ties tests to the world outside: real hosts, waits, the clock, chance, the home folder, services."""

import re
from functools import lru_cache

from pytest_agentcompliance.parsing.hermetic.record import Kind, Tie

__all__ = ["HINT", "HINTS", "Kind", "Tie", "ties"]

# Bytes without one of which nothing is found: cheap, before anything is parsed. Most begin with a letter, which is quicker.
HINTS = (
    rb"sleep\(", rb"setTimeout", rb"waitForTimeout\(", rb"delay\(\s?[\d\w]", rb"wait\((?<!\wwait\()\s?\d",
    rb"toBe\([^\n]{0,200}?(?:Date\.now\(|new Date\(\))", rb"[eE]qual\([^\n]{0,200}?(?:Date\.now\(|new Date\(\))", rb"now\(\)\s?- ?",
    rb"assert [^\n]{0,200}?(?:now|today|time)\(", rb"time\(\) ?-", rb"perf_counter\(\) ?-", rb"monotonic\(\) ?-",
    rb"random\.[a-z]", rb"Math\.random", rb"\(\s{0,9}[fru]?[\"'`]https?://", rb"connect\([^\n]{0,60}://",
    rb"create[A-Z_]\w{1,20}\([^\n]{0,60}://", rb"from_url\([^\n]{0,60}://", rb"MongoClient\(", rb"Path\.home\(", rb"homedir\(",
    rb"expanduser\(", rb"boto3\.",
)  # fmt: skip
HINT = re.compile(b"|".join(HINTS))


@lru_cache(maxsize=256)
def ties(path: str, text: str) -> tuple[Tie, ...]:
    """What a file of tests is tied to, in order; nothing where its language is not read."""
    from pytest_agentcompliance.parsing.hermetic import python, scripts

    if path.endswith((".py", ".pyi")):
        return python.read(text)
    if path.lower().endswith((".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")):
        return scripts.read(path, text)
    return ()
