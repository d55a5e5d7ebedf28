"""What a CI ran again, out of a folder beside the repository: which proofs of the run that bears out, and which it contradicts."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_agentcompliance.evidence.proofs import Freshness
from pytest_agentcompliance.parsing.proofs import again, counts, signatures, statement
from pytest_agentcompliance.parsing.proofs.record import Record
from pytest_agentcompliance.sources.proof_files import OUTPUT_LIMIT, PROOF_LIMIT

MOST = 500  # files of the folder that are read
Grade = Callable[[Record], tuple[Freshness, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reruns say of one proof; all empty where they say nothing.

    ``borne_out``: the same end, and the same counts. ``refused`` is why the proof does not count: what it says went well did not.
    """

    borne_out: bool = False
    note: str = ""
    refused: str = ""


class Reruns:
    """The folder, read once. ``keys`` are those that base trusts; ``grade`` says how far a record holds at the end of the run."""

    def __init__(self, folder: Path, keys: Mapping[str, str], grade: Grade) -> None:
        self._folder, self._keys, self._grade = folder, keys, grade
        self._by_proof: dict[str, Record] = {}
        self.notes: list[str] = []  # what of the folder could not be taken, and why
        for record in sorted(self._records(), key=lambda one: one.sequence):
            self._by_proof[record.rerun_of] = record

    def of(self, proof: Record, digest: str) -> Answer:
        """``proof`` has the work that its output says; ``digest`` is that of its statement."""
        record = self._by_proof.get(digest)
        if record is None:
            return Answer()
        if (record.command, record.folder) != (proof.command, proof.folder):
            return Answer(note="base has another command for it, and that was run again")
        freshness, paths = self._grade(record)
        if freshness == "stale":
            return Answer(note="it was run again over another tree" + (f": {', '.join(paths[:3])}" if paths else ""))
        if not (found := again.differences(proof, record)):
            return Answer(borne_out=True)
        said = f"run again, it {'; it '.join(found)}"
        return Answer(refused=said) if _green(proof) and not _green(record) else Answer(note=said)

    def _records(self) -> Iterator[Record]:
        try:
            names = sorted(name for name in os.listdir(self._folder) if name.endswith(".json"))
        except OSError as wrong:
            self.notes.append(f"{self._folder}: {wrong.strerror}")
            return
        if len(names) > MOST:
            self.notes.append(f"{self._folder}: it has {len(names):,} proofs, of which {MOST} are read")
        for name in names[:MOST]:
            try:
                yield self._read(name)
            except (statement.Malformed, OSError) as wrong:
                self.notes.append(f"{self._folder / name} says nothing: {getattr(wrong, 'strerror', None) or wrong}")

    def _read(self, name: str) -> Record:
        """Raises ``Malformed`` or ``OSError``."""
        plain, envelope = statement.payload(self._file(name, PROOF_LIMIT))
        record = statement.from_statement(plain)
        if envelope is not None and (signed := signatures.verify(envelope, self._keys)).broken:
            raise statement.Malformed(f"its signature is broken: {signed.why}")
        if not record.rerun_of:
            raise statement.Malformed("it is no second run of anything")
        data = self._file(record.output.file, OUTPUT_LIMIT) if record.output.file else b""
        if record.output.file and hashlib.sha256(data).hexdigest() != record.output.sha256:
            raise statement.Malformed("its output was altered")
        work, wrong = counts.read(record, data.decode("utf-8", "replace"))
        if wrong:
            raise statement.Malformed(wrong)
        return replace(record, work=work)

    def _file(self, name: str, limit: int) -> bytes:
        """A regular file of the folder: no link leads out of it, and nothing is waited for."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with open(self._folder / name, "rb", opener=lambda path, _: os.open(path, flags)) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise statement.Malformed("it is no regular file")
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise statement.Malformed(f"it has more than {limit:,} bytes")
        return data


def _green(one: Record) -> bool:
    return one.ended == "exit" and one.exit_code == 0 and not any(work.failing for work in one.work)
