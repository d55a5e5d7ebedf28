"""What a command printed, as far as it is kept: the beginning and the end, whole lines in the order in which they came."""

from collections import deque

HEAD, TAIL = 256 * 1024, 768 * 1024  # bytes that are kept of the beginning and of the end
MARGIN = 16 * 1024  # bytes beyond both, so that a secret on the cut is masked as a whole
LINE = 64 * 1024  # bytes of a line that is not ended yet; more of it is kept as it comes


class Tape:
    """Takes parts of several streams. A line of one is not torn by what another says in the middle of it."""

    def __init__(self) -> None:
        self.total = 0
        self._open: dict[int, bytearray] = {}  # what came behind the last line end of each stream
        self._head = bytearray()
        self._tail: deque[bytearray] = deque()
        self._held = 0  # bytes in the tail

    def feed(self, stream: int, part: bytes) -> None:
        """A part of a stream, as it came."""
        self.total += len(part)
        begun = self._open.setdefault(stream, bytearray())
        end = part.rfind(b"\n") + 1
        if len(part) - end + (0 if end else len(begun)) > LINE:
            end = len(part)
        if end:
            self._keep(begun)
            self._keep(part[:end])
            begun.clear()
        begun += part[end:]

    def kept(self) -> tuple[bytes, bytes]:
        """The beginning and the end, each with what lies beyond the cut; the end is empty where nothing was left out."""
        for part in self._open.values():
            self._keep(part)
        self._open.clear()
        tail = b"".join(self._tail)
        if self.total <= HEAD + TAIL:
            return bytes(self._head) + tail, b""
        return bytes(self._head), tail[-(TAIL + MARGIN) :]

    def _keep(self, part: bytes | bytearray) -> None:
        if (room := HEAD + MARGIN - len(self._head)) > 0:
            self._head += part[:room]
            part = part[room:]
        if not part:
            return
        if self._tail and len(self._tail[-1]) + len(part) <= LINE:
            self._tail[-1] += part
        else:
            self._tail.append(bytearray(part))
        self._held += len(part)
        while self._held - len(self._tail[0]) >= TAIL + MARGIN:
            self._held -= len(self._tail.popleft())
