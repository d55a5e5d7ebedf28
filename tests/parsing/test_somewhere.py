"""A quick look for a pattern finds what a search finds, and a look for words never misses one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import built_sql, hardening, logged
from pytest_agentcompliance.parsing.built_sql import calls
from pytest_agentcompliance.parsing.queries import declared, python
from pytest_agentcompliance.parsing.somewhere import Anywhere, may_say

WORDS = [
    "select", "SELECT ", "insert into", "update a set", "updateset", "delete from", "create table ", "x", "_", " ", "\n", ".", "(",
    "raw(", "draw(", "where(", "from sqlalchemy", "import sqlalchemy", ".query(req", ".execute( req", "unsafe", "pwd", "xpwd",
    "_pwd", "api_key", "apikey", "mail", "email", "e", ".env",
    "environ", "req.body", "request.headers", "card_num", "bcrypt", "cors",
    "CORS_", "Flask(", "FastAPI(", "jwt", "\u017f", "\u0131", "\u212a", "\u0130", "ſelect ", "creden\u017fial", "\u00e9",
]  # fmt: skip
TEXT = st.lists(st.sampled_from(WORDS), max_size=8).map("".join)
ANYWHERE = [built_sql._SQL, logged.SENSITIVE, calls._VERB]


@pytest.mark.parametrize("number", range(len(ANYWHERE)))
@given(text=TEXT)
def test_a_pattern_is_found_where_a_search_finds_it(number: int, text: str) -> None:
    one = ANYWHERE[number]
    assert one.found(text) == (one._pattern.search(text) is not None)
    assert one.places(text) == [at for at in range(len(text)) if one._pattern.match(text, at)]


@given(text=TEXT)
def test_what_leaves_things_open_has_one_of_its_words(text: str) -> None:
    assert may_say(text, hardening._WORDS) or hardening._SAYS.search(text) is None


def test_of_letters_beyond_ascii_nothing_is_said() -> None:
    assert may_say("\u017f", ["a"])
    assert not may_say("s", ["a"])
    assert Anywhere(re.compile("(?i)s"), ("s",)).found("\u017f")


@pytest.mark.parametrize(("pattern", "words"), [
    (declared._TYPED, declared._TYPES), (declared._MADE, declared._MAKERS), (declared._DEFINED, ("mongoose", "sequelize")),
    (python._MADE, python._MAKERS), (python._DRIVER, python._DRIVERS), (python._TYPED, ("Session",)),
])  # fmt: skip
def test_each_match_of_a_pattern_has_one_of_its_words(pattern: re.Pattern[str], words: tuple[str, ...]) -> None:
    told = 0
    for word in sorted(set(re.findall(r"[A-Za-z_][\w]*(?:\.\w+)?", pattern.pattern.replace("\\", " ")))):
        for text in (
            f"a: {word} ", f"a = {word}(", f"A = {word}.model(", f"A = {word}.define(", f" {word} ", f"with x.{word}() as a",
            f"with {word}() as a", f"a: Async{word} ",
        ):  # fmt: skip
            if pattern.search(text):
                told += 1
                assert any(one in text for one in words), text
    assert told


NAMES = [
    *sorted(logged._SECRETS), *("_".join(pair) for pair in sorted(logged._PAIRS)), "email", "my_email", "e_mail", "resetToken",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_is_secret_by_its_name_has_one_of_the_words(name: str) -> None:
    camel = re.sub(r"_(\w)", lambda one: one[1].upper(), name)
    for each in (name, camel, name.upper()):
        assert logged._kind(each, False) is None or may_say(each, logged._SAID)
    assert logged._kind(name, False) is not None


@pytest.mark.parametrize("given", [
    "req.body", "request?.headers", "req['body']", 'process["env"]', "os.environ", "r.Header", "ctx.request.body", "req.rawHeaders",
    "self.key.get_secret_value", "req.cookies",
])  # fmt: skip
def test_what_is_whole_has_one_of_the_words(given: str) -> None:
    assert may_say(given, logged._SAID)
