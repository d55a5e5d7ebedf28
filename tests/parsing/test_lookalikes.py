"""Characters that hide, turn or look alike are told from those that a script, an emoji or a formula needs."""

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.lookalikes.folding import folded
from pytest_agentcompliance.parsing.lookalikes.names import odd_parts
from pytest_agentcompliance.parsing.lookalikes.oddity import MOST, Kind, Level
from pytest_agentcompliance.parsing.lookalikes.paths import canonical, collision_key, disguised, resolved
from pytest_agentcompliance.parsing.lookalikes.tables import latin, nearly
from pytest_agentcompliance.parsing.lookalikes.text import MANY, oddities, suspicious


def levels(line: str, kind: Kind = "code") -> list[Level]:
    return [one.level for _, one in oddities(line, kind)]


@pytest.mark.parametrize(
    ("line", "in_code", "in_prose"),
    [
        # direction
        ("a\u202eb", "breach", "breach"), ("a\u202db", "breach", "breach"), ("a\u2066b\u2069", "breach", "breach"),
        ("\u202aC:\\temp", "breach", "breach"), ("date \u200e2026", "breach", "style"), ("x\u061cy", "breach", "style"),
        ("\u05d0 \u2067(x)\u2069 \u05d1", "breach", ""), ("\u05d0 \u202e\u05d1", "breach", "style"),
        ("\u05d0 %{a}\u200f\u200f\u200f\u200f", "breach", "style"),
        # nobody sees them
        ("T\u200bODO", "breach", "style"), ("a\u2060b", "breach", "style"), ("a\ufeffb", "breach", "style"),
        ("a\u180eb", "breach", "style"), ("var \u3164", "breach", "style"), ("f\u115f()", "breach", "style"),
        ("T\u00adODO", "breach", "style"), ("pay\u200dpal", "breach", "style"), ("a\u200cb", "breach", "style"),
        ("a\u034fb", "breach", "style"), ("a\u2063b", "breach", "style"), ("a\u206ab", "breach", "style"),
        ("a\u200b\u200c\u200b\u200cb", "breach", "breach"), ("hi\U000e0068", "breach", "breach"),
        ("\U0001f3f4\U000e0067", "breach", "breach"), ("a\U000e0100", "breach", "breach"), ("\u845b\U000e0100\U000e0101",
        "breach", "breach"),
        ("pass\ufe0fword", "breach", "breach"), ("\U0001f642\ufe0f\ufe0f", "breach", "breach"),
        ("\ufe0f Note", "style", "style"), ("a \ufe0e b", "style", "style"), ("Donaudampfschiff\u00adfahrt", "style", ""),
        # control characters
        ("# a\rb()", "breach", "style"), ("a\x1b[2K", "breach", "style"), ("a\x08", "breach", "style"), ("TO\x01DO",
        "breach", "style"),
        ("// a\u2028b()", "breach", "style"), ("a\u0085b", "breach", "style"), ("x = '\x1f'", "style", "style"),
        ("\u00e2\u0080\u0099", "style", "style"),
        # letters
        ("p\u0430ypal", "breach", "breach"), ("x = \u0430dmin", "breach", "breach"), ("user\u0430 = 1", "breach", "breach"),
        ("\u0445_coord", "breach", "breach"), ("\u0391pi", "breach", "breach"), ("p\u03b1yload", "breach", "breach"),
        ("\u13aapi", "breach", "breach"), ("h\u0585st", "breach", "breach"), ("\ua4d4able", "breach", "breach"),
        ("\u0441\u043e\u0440\u0443()", "breach", "style"), ("\uff41pi", "breach", "style"), ("\uff34\uff2f\uff24\uff2f",
        "breach", "style"),
        ("\U0001d413\U0001d40e\U0001d403\U0001d40e", "breach", "style"), ("pa\u017fs", "breach", "style"), ("\u212aelvin",
        "breach", "style"),
        ("env\u01c3=1", "breach", "style"), ("\u0261et()", "breach", "style"), ("x()\u037e", "breach", "style"),
        ("con\ufb01g", "style", ""),
        # a sentence of their language stands around them: no deceit, a slip of the keyboard
        ("\u043d\u043e\u0432\u044b\u0439 user\u0430, \u0434\u0430", "style", "style"),
        ("\u0441\u043eo\u0442\u0432\u0435\u0442", "style", "style"),
        ("const p\u0430ypal = 1 // \u0446\u0435\u043d\u0430", "breach", "breach"),
    ],
)  # fmt: skip
def test_what_is_odd(line: str, in_code: str, in_prose: str) -> None:
    assert suspicious(line)
    assert set(levels(line)) == ({in_code} if in_code else set())
    assert set(levels(line, "prose")) == ({in_prose} if in_prose else set())


@pytest.mark.parametrize(
    "line",
    [
        "", "plain = 1\r", "a\tb\r\r", "\x0c", "  \x0c# page",
        "\u0394t in \u00b5s, \u03b1\u03b2 = \u03c3_x + \u03c1V, cos\u03b1, k\u03a9, h\u03bd, \u2207\u03c6",
        "O(n\u00b2) \U0001d4aa(n) \u211d\u207f \U0001d465 \u2113 \u210f",
        "na\u00efve caf\u00e9 \u0141\u00f3d\u017a \u0130stanbul \u1ec7 \u00df \u00e6",
        "\u201cx\u201d \u2018y\u2019 \u2013 \u2014 \u2026 \u2192 \u2022 \u00a0 \u202f \u2009",
        "\u251c\u2500\u2500 \u2502 \u2588 \u280b", "\u2122 \u2103 \u2116 N\u00ba 1\u02e2\u1d57 \u2160\u2161 \u2139\ufe0f",
        "\u26a0\ufe0f \u2764\ufe0f\u200d\U0001f525 \U0001f469\U0001f3fd\u200d\U0001f4bb \U0001f441\ufe0f\u200d\U0001f5e8\ufe0f",
        "#\ufe0f\u20e3 1\ufe0f\u20e3 \U0001f1e9\U0001f1ea",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "\u203c\ufe0f \u3030\ufe0f \u3297\ufe0f \u2194\ufe0f",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0915\u094d\u200d\u0937",
        "\u05e9\u05dc\u05d5\u05dd \u200f(API)\u200e", "\u1826\u180b",
        "\u0e44\u0e17\u0e22\u200b\u0e20\u0e32\u0e29\u0e32", "\u1109\u1160\u11a8", "\u845b\U000e0100\u98fe",
        "\u2268\ufe00 \u4e0d\ufe00",
        "/[a-z\u0430-\u044fA-Z\u0410-\u042f\u0451\u0401]/", "/[A-Za-z\u0410-\u042f\u0430-\u044f]/",
        "[a-z\u03b1-\u03c9A-Z\u0391-\u03a9]",
        "'\\n\u043e\u043d\u0430', '%s\u0430\u044f', \"\\t\u0441\u0442\u043e\u043b\"",
        "API-\u0448\u043a\u0430, PR\u044b, json-\u0444\u0430\u0439\u043b, git\u2019\u043e\u043c",
        "\u0412\u0441\u0435 \u043e \u043d\u0430\u0441: \u0421\u0421\u0421\u0420",
        "\u039a\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1 \u03ba\u03cc\u03c3\u03bc\u03b5\u037e",
        "\u4f7f\u7528\uff21\uff30\uff29\uff0c\u597d\uff1b", "\u4f7f\u7528API\u63a5\u53e3", "\uff76\uff80 \uff21\uff22",
        "\uac00\ub098\ub2e4 \u3131", "\uff21",
        "/\u0261\u028ad/ [\u0261et] \u02c8\u0261\u00e6s", "\u043a\u0412\u0442 2\u0445 \u0425",
    ],
)  # fmt: skip
def test_what_is_at_home(line: str) -> None:
    assert levels(line) == []
    assert levels(line, "prose") == []


def test_word_of_look_alikes_is_at_home_in_a_file_of_its_language() -> None:
    assert levels("\u0441\u043e\u0440\n# \u0436\u0443\u043a") == []
    assert levels("\u0441\u043e\u0440\n# beetle") == ["breach"]


def test_acronym_that_goes_on_is_a_remark_in_a_text_of_its_language() -> None:
    assert levels("'\u0415\u0421\u0422\u042cNULL'") == ["breach"]
    assert levels("'\u0415\u0421\u0422\u042cNULL' # \u0436\u0443\u043a") == ["style"]
    assert levels("'W\u041dERE' # \u0436\u0443\u043a") == ["breach"]


def test_greek_within_a_name_is_a_remark_where_there_are_other_formulas() -> None:
    assert levels("inv\u03b3dt = 1") == ["breach"]
    assert levels("inv\u03b3dt = 1 / \u03b3") == ["style"]
    assert levels("inv\u03b3dt = 1\ninv\u03b3dt += 1") == ["breach", "breach"]
    assert levels("const \u0391pi = \u03b3") == ["breach"]
    assert levels("cache.\U0001d4aaest") == []


def test_lines_of_the_other_text_are_passed_over_as_often_as_it_has_them() -> None:
    assert [line for line, _ in oddities("a\u200bb\nx\na\u200bb\n", "code", "a\u200bb\n")] == [3]


def test_lines_are_counted_at_newlines_alone_and_words_are_told_as_they_read() -> None:
    ((line, one),) = oddities("a\n\x0c\n  p\u0430ypal", "prose")
    assert (line, one.at, one.key) == (3, 2, "p\u0430ypal")
    assert one.said == r"U+0430 CYRILLIC SMALL LETTER A, which reads as 'paypal', in 'p\u0430ypal'"


def test_long_row_of_remarks_hides_no_breach() -> None:
    found = levels("a \ufe0f " * 1000 + "x\u202ey" + "p\u0430y " * 1000)
    assert found.count("style") == MOST
    assert found.count("breach") == MOST + 1


def test_line_of_another_encoding_has_no_control_characters_in_prose() -> None:
    assert levels("caf\udce9 \x07", "prose") == []
    assert levels("caf\udce9\rx") == ["breach"]


_ODD = "a1_-\\%\u0430\u0436\u03b1\uff41\u01c3\ufe0f\u200d\u200b\U0001f642\U000e0067\U0001f3f4\r\x1b\xad\u05d0 \n"


@given(st.text(max_size=60) | st.text(alphabet=_ODD))
def test_nothing_raises_and_ascii_text_is_never_odd(text: str) -> None:
    for kind in ("code", "prose"):
        found = list(oddities(text, kind))
        assert not found or suspicious(text)
        assert all(one.said.isascii() or "reads as" in one.said for _, one in found)
    plain = text.encode("ascii", "ignore").decode()
    assert not any(one.sort.startswith("look-alike") for _, one in oddities(plain, "code"))
    folded(text)


@given(st.text(max_size=40) | st.text(alphabet="aA./\\ \u0430\u200b\u0130\udcff\n\ufb01"))
def test_canonical_is_settled_and_ignores_case(path: str) -> None:
    once = canonical(path)
    assert canonical(once) == once
    assert "\\" not in once
    assert ".." not in once.split("/")
    assert collision_key(collision_key(path)) == collision_key(path)
    list(odd_parts(path))


@pytest.mark.parametrize(
    "path",
    [
        "apps/web/x.ts", "Apps/WEB/X.ts", "\u0430pps/web/x.ts", "apps/w\u0435b/x.ts", "\uff41pps/web/x.ts",
        "ap\u200bps/web/x.ts", "app\u00ads/web/x.ts",
        "app\u017f/web/x.ts", "apps\\web\\x.ts", "apps//web/x.ts", "apps/./web/x.ts", "apps/api/../web/x.ts",
        "apps./web /x.ts", "apps/web/x.ts. ",
        "apps\u2215web/x.ts", "\U0001d41apps/web/x.ts", "apps/web/x.\u0442s", "apps/web\n/x.ts", "../apps/web/x.ts",
        "APPS/\u0392/../web/\u0445.ts",
        "apps/web/x\ufe0f.ts", "/apps/web/x.ts",
    ],
)  # fmt: skip
def test_all_that_pass_for_a_path_are_one(path: str) -> None:
    assert canonical(path) == "apps/web/x.ts"


@pytest.mark.parametrize("path", ["apps/website/x.ts", "apps/w\u00e9b/x.ts", "apps/\u0432\u0435\u0431/x.ts",
"apps/web/\u7db2.ts", "apps/weeb/x.ts"])
def test_what_looks_otherwise_is_another_path(path: str) -> None:
    assert canonical(path) != "apps/web/x.ts"


def test_collision_key_knows_case_and_normalisation_and_no_look_alikes() -> None:
    assert collision_key("Caf\u00e9.md") == collision_key("cafe\u0301.MD")
    assert collision_key("stra\u00dfe") == collision_key("STRASSE")
    assert collision_key("\u0430.md") != collision_key("a.md")
    assert collision_key("a/b") == "a/b"


def test_disguised_names_the_glob_that_is_meant() -> None:
    globs = ["docs/**", "apps/Web/**", "!apps/Web/api/**"]
    assert disguised("apps/w\u0435b/x.ts", globs) == "apps/Web/**"
    assert disguised("apps/w\u0435b/api/x.ts", globs) == ""
    assert disguised("apps/Web/x.ts", globs) == ""
    assert disguised("apps/web/x.ts", globs) == ""  # of this path the canonical form is what is written
    assert disguised("APPS/web/x.ts", globs) == "apps/Web/**"
    assert disguised("APPS/web/x.ts", globs, case=False) == ""
    assert disguised("libs/x.ts", globs) == ""
    assert disguised("\u0434\u043e\u043a/\u0410.md", ["\u0434\u043e\u043a/\u0430.md"]) == "\u0434\u043e\u043a/\u0430.md"


def test_resolved_keeps_case_and_letters() -> None:
    assert resolved("Apps\\w\u0435b/../X/.//a. ") == "Apps/X/a. "
    assert resolved("apps/Web/...") == "apps/Web/..."
    assert resolved("apps/Web/a.ts") == "apps/Web/a.ts"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("a/b\\c", "backslash"), ("a/b ", "at its end"), ("a./b", "at its end"), ("a/b\nc", "control character"),
        ("a/\udcff", "not UTF-8"),
        ("a/us\u0435r", "look-alike letters"), ("a/b\u200b", "invisible"), ("a/\u202ex", "direction"),
        ("\u0441\u043e\u0440\u0443/a", "look-alike"),
    ],
)  # fmt: skip
def test_odd_parts_of_a_path(path: str, said: str) -> None:
    found = list(odd_parts(path))
    assert len(found) == 1
    assert found[0][1] == "breach"
    assert said in found[0][2]


@pytest.mark.parametrize("path", ["a/b.c", ".github/x", "a/[id]/$b.ts", "\u0434\u043e\u043a\u0438/\u0441\u043e\u0440.md",
"\u8cc7\u6599/\uff21.md", "a/\U0001f469\u200d\U0001f4bb.md",
                                  "caf\u00e9/cafe\u0301", "a/../b", "./a"])  # fmt: skip
def test_no_odd_part(path: str) -> None:
    assert list(odd_parts(path)) == []


def test_one_part_may_be_odd_in_two_ways() -> None:
    assert [said.partition(":")[0][:11] for _, _, said in odd_parts("us\u0435r ")] == ["a dot or a ", "look-alike "]


def test_tables_are_those_of_tr39_and_the_environment_cannot_replace_them(tmp_path: Path) -> None:
    data = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_bytes())
    assert len(data) > 5000
    assert [latin(char) for char in "\u0430\u0410\u0406\u0456\u0399\u13aa\uff21\U0001d400\u0436\u00e9a\u00df"] == [
        "a", "A", "I", "i", "I", "A", "A", "A", "", "", "", "",
    ]  # fmt: skip
    assert "".join(map(nearly, "\u0442\u043a\u043d\u0432\u0436\u1d1b\u0280")) == "tkhb\u0436tr"
    (tmp_path / "confusables.json").write_text("{}")
    code = "from pytest_agentcompliance.parsing.lookalikes.tables import latin; print(latin('\\u0430'))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"CONFUSABLE_DATA": str(tmp_path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "a\n"


def test_folded_is_what_a_reader_sees() -> None:
    assert folded("T\u200b\u041eDO \uff26\uff29\uff38ME T&#79;DO \u13a2\u039f") == "TODO FIXME TODO TO"
    assert folded("caf\u00e9 \u2014 \u2705") == "caf\u00e9 \u2014 \u2705"
    assert folded("plain & simple") == "plain & simple"


def test_of_a_very_long_row_of_lines_the_beginning_is_told() -> None:
    found = list(oddities("p\u0430y\n" * (MANY + 50), "code"))
    assert len(found) == MANY + 1
