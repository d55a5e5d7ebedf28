"""What a hook remembers of a session: which logs it has looked at, what it has told. It lies outside of any repository."""

import hashlib
import json
import os
import re
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

LARGEST = 256 * 1024  # bytes
KEPT = 30 * 24 * 3600  # seconds that the memory of a session is kept after its last event
OURS = re.compile(r"[0-9a-f]{24}\.json(\.\d+)?")
MOST = 200  # things that are remembered of one kind


@dataclass(slots=True)
class Memory:
    """``logs``: a path to what its file looked like. ``told``: what was said, each by its key. ``blocks``: how often the agent was
    not let go since a person spoke last; ``last``: the key of what it was told then."""

    logs: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    blocks: int = 0
    last: str = ""


def load(session: str) -> Memory:
    """What is remembered of a session; nothing where it is new, and nothing where the file holds what we did not write."""
    if not session:
        return Memory()
    try:
        with _file(session).open("rb") as stream:
            found = json.loads(stream.read(LARGEST))
    except (OSError, ValueError, RecursionError):
        return Memory()
    made = Memory()
    if isinstance(found, dict):
        logs, told = found.get("logs"), found.get("told")
        if isinstance(logs, dict):
            made.logs = {path: look for path, look in logs.items() if isinstance(look, str)}
        if isinstance(told, list):
            made.told = [one for one in told if isinstance(one, str)]
        made.blocks = max(0, found["blocks"]) if type(found.get("blocks")) is int else 0
        made.last = found["last"] if isinstance(found.get("last"), str) else ""
    return made


def save(session: str, memory: Memory) -> bool:
    """Whether it could be written down. It is written whole or not at all."""
    if not session:
        return False
    memory.told = memory.told[-MOST:]
    memory.logs = dict(list(memory.logs.items())[-MOST:])
    try:
        file = _file(session)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _forget(file.parent)
        beside = file.with_name(f"{file.name}.{os.getpid()}")
        with open(beside, "x", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
            json.dump(asdict(memory), stream)
        os.replace(beside, file)
    except (OSError, ValueError):
        return False
    return True


def key(*parts: object) -> str:
    """A short name for what was told."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _file(session: str) -> Path:
    given = os.environ.get("XDG_STATE_HOME", "")
    home = Path(given) if given and Path(given).is_absolute() else Path(os.path.expanduser("~")) / ".local" / "state"
    if not home.is_absolute():
        raise OSError("there is no home")
    return home / "agent-compliance" / "hooks" / f"{key(session)}.json"


def _forget(folder: Path) -> None:
    """Sessions that are long over; what is not ours is left alone, and what another session takes away meanwhile is gone."""
    with os.scandir(folder) as found:
        ours = [one for one in found if OURS.fullmatch(one.name)]
    for one in ours:
        with suppress(OSError):
            if one.stat(follow_symlinks=False).st_mtime < time.time() - KEPT:
                os.unlink(one.path)
