"""Audit what a coding agent did against what its spec asked of it.

The names below are the public face. They are fetched on first use, so that a
pytest run without ``--agent-compliance`` imports none of our dependencies.
"""

_HOME_OF = {
    "Candidates": "rule",
    "Example": "rule",
    "Finding": "verdict",
    "NotJudged": "errors",
    "Place": "place",
    "Remedy": "verdict",
    "Rule": "rule",
    "Run": "evidence",
}
__all__ = sorted(_HOME_OF)  # noqa: PLE0605  # sorted() gives a list of str; ruff cannot see it


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
