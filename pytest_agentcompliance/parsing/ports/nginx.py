"""nginx: what its servers listen at, and the ports of this machine that they hand on to."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.ports.declared import Declared, at_end

_DIRECTIVE = re.compile(r"[ \t]*(?:server[ \t]*\{[ \t]*)?(listen|proxy_pass|server|fastcgi_pass|grpc_pass)[ \t]+([^;{}\n]+);")
_LOCAL = re.compile(r"(?:https?://|grpcs?://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]):(\d{2,5})(?=[/\s]|$)")


def of_nginx(text: str) -> Iterator[Declared]:
    """``listen`` by its server, ``proxy_pass`` to this very machine by its port."""
    seen: set[str] = set()
    for number, line in enumerate(text.split("\n"), 1):
        found = _DIRECTIVE.match(line)
        if not found:
            continue
        if found[1] == "listen":
            port = at_end(found[2].split()[0])
            if port and f"listen {port}" not in seen:
                seen.add(f"listen {port}")
                yield Declared(f"listen {port}", port, number, "listen")
        elif (local := _LOCAL.match(found[2])) and f"pass {local[1]}" not in seen:
            seen.add(f"pass {local[1]}")
            yield Declared(f"pass {local[1]}", local[1], number, f"{found[1]} of nginx", repeats=True)
