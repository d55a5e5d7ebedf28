"""What has been read of the evidence, and what could not be: the only evidence that grows during an audit."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Ledger:
    """Filled by the readers as rules ask for contents; read by the audit for its meter."""

    read: set[str] = field(default_factory=set)
    unread: dict[str, str] = field(default_factory=dict)  # path: why

    _asked: set[str] = field(default_factory=set)

    def note_read(self, path: str) -> None:
        self.read.add(path)

    def note_unread(self, path: str, why: str) -> None:
        self.unread[path] = why
        self._asked.add(path)

    def need(self, path: str) -> None:
        """Ask for a file that is known to be unreadable: the verdict that asks is not judged."""
        self._asked.add(path)

    @property
    def asked(self) -> frozenset[str]:
        """The unreadable files that were asked for since they were taken last."""
        return frozenset(self._asked)

    def take(self) -> tuple[str, ...]:
        """The unreadable files that were asked for since the last call, sorted."""
        asked, self._asked = tuple(sorted(self._asked)), set()
        return asked
