"""Where a file makes a server."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.built_sql.source import Source
from pytest_agentcompliance.parsing.hardening import Open
from pytest_agentcompliance.parsing.lines import Lines

_MADE = {
    True: re.compile(r"(?:express|fastify|Fastify|NestFactory\.create(?:<\w+>)?)\Z"),
    False: re.compile(r"(?:fastapi\.)?FastAPI\Z|(?:flask\.)?Flask\Z"),
}
LIMITED = re.compile(r"(?i)rate[-_ ]?limit|throttl|slowapi|\blimiter\b|limit_req\b")


def found(source: Source) -> Iterator[Open]:
    """The servers that a file makes; none where it limits what it answers itself."""
    if LIMITED.search(source.text):
        return
    line = Lines(source.text)
    for call in source.calls:
        callee = source.code[slice(*call.callee)]
        if len(callee) < 60 and _MADE[source.script].match(callee):
            yield Open(line(call.start), line(call.end - 1), "application", "nothing limits how often it is asked", callee)
