"""Pointers of git-lfs: a few lines that stand for a content which is no part of the repository's objects."""

from hashlib import sha256

from tests.evasions.crafted import BACKEND
from tests.evasions.harness import APP, BASE, HIDDEN, HONEST, SCOPE, TODO, UNAUDITED, Expected, Must, Stage, Unread, attack, control

TEXT = "A pointer in the place of a text is a finding: what it stands for is no part of the change."
IMAGE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
TRACKED = "*.png filter=lfs diff=lfs merge=lfs -text\n"


def pointer(data: bytes, size: int | None = None) -> str:
    """What git-lfs puts into the repository in the place of a content."""
    length = len(data) if size is None else size
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256(data).hexdigest()}\nsize {length}\n"


def stored(stage: Stage, data: bytes) -> None:
    """Put a content where git-lfs keeps its own, in the audited repository's git folder."""
    name = sha256(data).hexdigest()
    stage.write(f".git/lfs/objects/{name[:2]}/{name[2:4]}/{name}", data)


@attack(family="lfs", kind="lfs pointer", defeated=TEXT)
def pointer_for_a_source(stage: Stage) -> Expected:
    """A source of base becomes a pointer whose content is nowhere here."""
    stage.commit("work", {APP: pointer((BASE[APP] + TODO).encode())})
    return Must(HIDDEN, APP, says="pointer") | Must(UNAUDITED, APP) | Unread(APP)


@control("pointer_for_a_source")
def images_in_lfs(stage: Stage) -> None:
    """An image and a font that lie in git-lfs as base's attributes have it; nothing of them is here."""
    stage.found({"packages/backend/.gitattributes": TRACKED + "*.woff2 filter=lfs diff=lfs merge=lfs -text\n"})
    stage.commit("work", {f"{BACKEND}/logo.png": pointer(IMAGE), f"{BACKEND}/sans.woff2": pointer(b"wOF2")})


@attack(family="lfs", defeated=TEXT)
def pointer_with_its_content_beside(stage: Stage) -> Expected:
    """A pointer in the place of a source, with the content (and its marker) in .git/lfs, where a checkout finds it."""
    text = (BASE[APP] + TODO).encode()
    stored(stage, text)
    stage.commit("work", {APP: pointer(text)})
    stage.ask(head="HEAD")
    return Must(HIDDEN, APP, says="pointer")


@attack(family="lfs", defeated=TEXT)
def pointers_by_an_attribute_of_the_run(stage: Stage) -> Expected:
    """The run says that sources lie in git-lfs, and commits one so."""
    attributes = TRACKED.replace("*.png", "*.ts")
    stage.commit("work", {"packages/backend/.gitattributes": attributes, f"{BACKEND}/late.ts": pointer(TODO.encode())})
    return Must(HIDDEN, f"{BACKEND}/late.ts")


@control("pointers_by_an_attribute_of_the_run")
def images_that_go_into_lfs(stage: Stage) -> None:
    """The run puts the images of the backend into git-lfs, and says so in its attributes."""
    stage.found({f"{BACKEND}/logo.png": IMAGE})
    stage.commit("work", {"packages/backend/.gitattributes": TRACKED, f"{BACKEND}/logo.png": pointer(IMAGE)})


@attack(family="lfs", defeated="A pointer is one by its first line, whatever follows it.")
def pointer_with_code_behind_it(stage: Stage) -> Expected:
    """A file that begins as a pointer and goes on as code: git-lfs takes it for a file, a reader for a pointer."""
    path = f"{BACKEND}/late.ts"
    stage.commit("work", {path: pointer(b"x") + HONEST + TODO})
    return Must("content/todo", path) | Must(HIDDEN, path)


@attack(
    family="lfs", defeated=TEXT,
)
def pointer_in_another_dress(stage: Stage) -> Expected:
    """The old form of a pointer, and one with line ends of Windows."""
    old, dos = f"{BACKEND}/old.ts", f"{BACKEND}/dos.ts"
    hawser = pointer(TODO.encode()).replace("git-lfs.github.com/spec/v1", "hawser.github.com/spec/v1")
    stage.commit("work", {old: hawser, dos: pointer(TODO.encode()).replace("\n", "\r\n")})
    return Must(HIDDEN, old), Must(HIDDEN, dos)


@attack(
    family="lfs", defeated=TEXT,
)
def pointer_for_a_script_without_an_ending(stage: Stage) -> Expected:
    """A script without an ending, known by its first line alone, becomes a pointer."""
    path = "packages/backend/bin/deploy"
    stage.found({path: "#!/bin/sh\nexit 0\n"})
    stage.commit("work", {path: pointer(b"#!/bin/sh\n# TODO: finish\n")})
    return Must(HIDDEN, path) | Must(UNAUDITED, path)


@attack(family="lfs", defeated="A content of the work tree is held against the id in the pointer that stands for it.")
def other_content_for_a_pointer(stage: Stage) -> Expected:
    """Base has an image of the frontend as a pointer; the file in the work tree is another one than the pointer says."""
    stage.found({".gitattributes": TRACKED, "apps/web/logo.png": pointer(IMAGE)})
    stage.write("apps/web/logo.png", IMAGE + b"mine")
    return Must(SCOPE, "apps/web/logo.png")


@control("other_content_for_a_pointer")
def checked_out_content_of_a_pointer(stage: Stage) -> None:
    """Base has an image of the frontend as a pointer, and git-lfs has checked out its content: nobody changed it."""
    stage.found({".gitattributes": TRACKED, "apps/web/logo.png": pointer(IMAGE)})
    stored(stage, IMAGE)
    stage.write("apps/web/logo.png", IMAGE)


@control("other_content_for_a_pointer")
def checked_out_content_of_a_pointer_of_the_run(stage: Stage) -> None:
    """The run adds an image through git-lfs; its content lies in the work tree, its pointer in the commit."""
    stage.found({".gitattributes": TRACKED})
    stored(stage, IMAGE)
    stage.commit("work", {f"{BACKEND}/logo.png": pointer(IMAGE)})
    stage.write(f"{BACKEND}/logo.png", IMAGE)
