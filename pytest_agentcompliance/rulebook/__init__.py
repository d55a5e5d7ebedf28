"""The rules themselves. ``log/chunk-heading`` is ChunkHeading in ``log/chunk_heading.py``."""

import importlib.resources
from collections.abc import Iterator


def rules() -> dict[str, str]:
    """Our own rules, found by the files that are there, in a folder or in a zipped wheel alike."""
    return {
        f"{group}/{rule}".replace("_", "-"): f"{__name__}.{group}.{rule}:{''.join(map(str.capitalize, rule.split('_')))}"
        for group, rule in _files()
    }


def _files() -> Iterator[tuple[str, str]]:
    # A group can be called files: its module must not stand in the place of the function.
    for group in importlib.resources.files(__name__).iterdir():
        if group.is_dir() and not group.name.startswith("_"):
            for page in group.iterdir():
                if page.name.endswith(".py") and not page.name.startswith("_"):
                    yield group.name, page.name.removesuffix(".py")
