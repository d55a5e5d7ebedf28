"""Which routes answer with a page for people, or with a part of one, and are no endpoints of an API."""

import re
from collections.abc import Callable

from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.openapi.change import Part
from pytest_agentcompliance.parsing.routes import Route

# What a handler does that answers with a page.
_PAGE = re.compile(
    r"\b(?:res|response|reply|ctx|c)\.(?:render|html|view)\(|\brender_template(?:_string)?\(|TemplateResponse\(|\bHTMLResponse\b|"
    r"text/html|\btype\([\"'](?:text/)?html|(?i:<!doctype html)"
)
_LONGEST = 300  # lines of a handler that are looked at


class Pages:
    """Looks into handlers. ``text_of`` gives the text of a file, empty where there is none."""

    def __init__(self, text_of: Callable[[str], str]) -> None:
        self._text_of = text_of
        self._lines: dict[str, list[str]] = {}  # of files that were looked into, without their comments

    def has(self, route: Route, part: Part) -> bool:
        """Whether a route answers with a page; so does what stands in a file that is half of pages and has nothing documented."""
        if self._is_page(route):
            return True
        beside = [one for one in part.new if one.at.path == route.at.path]
        documented = {one.route.at.path for one in part.after.pairs}
        return route.at.path not in documented and sum(map(self._is_page, beside)) * 2 >= len(beside)

    def _is_page(self, route: Route) -> bool:
        spans = [one for one in (route.at, route.handler) if one is not None]
        return any(_PAGE.search(self._between(one.path, one.line, one.last)) for one in spans)

    def _between(self, path: str, line: int, last: int) -> str:
        if path not in self._lines:
            text = self._text_of(path)
            self._lines[path] = blanked(text, path).split("\n") if text else []
        return "\n".join(self._lines[path][line - 1 : min(last, line + _LONGEST)])
