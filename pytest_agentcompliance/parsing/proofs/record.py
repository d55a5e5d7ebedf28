"""What a proof holds, before it is spelled as a statement and after it was read from one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pytest_agentcompliance.parsing.work import Work

FOLDER = ".agent-compliance/proofs"  # where proofs lie; left out of the tree that they prove


@dataclass(frozen=True, slots=True)
class FileState:
    """A path in which the work tree differed from base when the command started.

    ``mode`` and ``oid`` are as git has them, "0" and empty for a path that is gone. ``patch`` is the SHA-256 of its patch against
    base as ``git patch-id --stable`` reads it, file by file and with white space counted; it survives a rebase.
    """

    mode: str
    oid: str
    patch: str


@dataclass(frozen=True, slots=True)
class Output:
    """What the command printed, as it lies beside the proof: cut in the middle where it was long, secrets masked."""

    file: str = ""  # its name in the folder of proofs
    sha256: str = ""  # of the file's bytes
    bytes: int = 0  # that the command printed in all
    cut: int = 0  # bytes that were left out
    masked: int = 0  # secrets that were masked


@dataclass(frozen=True, slots=True)
class Record:
    """One run of a command.

    ``exit_code``: negative for the signal that ended it, None where it did not start. ``tree`` is the id of the work tree as it
    stood, without proofs; ``base`` and ``base_tree`` those of the merge base (empty where none was found); ``files`` all paths
    that differ from base's, None where they were too many; ``changed`` the paths that the command itself changed.
    ``previous`` is the digest of the proof before, empty for the first; ``rerun_of`` the digest of the one that this runs again.
    """

    name: str
    command: tuple[str, ...]
    started: datetime
    seconds: float
    exit_code: int | None
    ended: Literal["exit", "signal", "timeout", "not started"] = "exit"
    folder: str = ""
    tree: str = ""
    base: str = ""
    base_tree: str = ""
    patch_id: str = ""
    files: Mapping[str, FileState] | None = None
    changed: tuple[str, ...] = ()
    work: tuple[Work, ...] = ()
    output: Output = Output()
    tools: Mapping[str, str] = field(default_factory=dict)
    lockfiles: Mapping[str, str] = field(default_factory=dict)  # path to SHA-256
    sequence: int = 1
    previous: str = ""
    rerun_of: str = ""
    version: str = ""  # of this package
