"""The door to the readers of each language."""


from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.outline.symbol import Symbol
from pytest_agentcompliance.parsing.remembered import remembered


def outline(path: str, text: str) -> tuple[Symbol, ...]:
    """What a file of Python, TypeScript, JavaScript or Go declares; nothing of others, or where the grammar cannot say.

    Functions inside of functions count; those without a name do not.
    """
    return tuple(one for one in everything(path, text) or () if one.kind != "callback")


def everything(path: str, text: str) -> tuple[Symbol, ...] | None:
    """The same with the functions that have no name of their own (``callback``); None where the grammar cannot or may not say."""
    language = language_of(path, text)
    return _read(language.name, text) if language is not None else ()


@remembered  # several rules ask about one file
def _read(language: str, text: str) -> tuple[Symbol, ...] | None:
    if language in ("javascript", "typescript", "tsx"):
        from pytest_agentcompliance.parsing.outline import scripts

        return scripts.read(text, language)
    if language == "python":
        from pytest_agentcompliance.parsing.outline import python

        return python.read(text)
    if language == "go":
        from pytest_agentcompliance.parsing.outline import go

        return go.read(text)
    return ()
