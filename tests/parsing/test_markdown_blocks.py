"""The blocks of Markdown: what is read without the parser is what the parser reads."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import markdown_blocks
from pytest_agentcompliance.parsing.markdown_blocks import blocks

ROWS = st.sampled_from(
    [
        *(
            "# a",
            "## b",
            "  # c",
            "###",
            "#x",
            "text",
            "",
            "",
            "  ",
            "      deep",
            "\u00a0",
            "\x0b",
            "2024",
            "`a`",
            "x <b>",
            "| a |",
        ),
        *(
            "- x",
            "  - y",
            "    - z",
            "-",
            "- # h",
            "- - x",
            "+ * n",
            "1. q",
            "  1) r",
            "-     five",
            "- \tz",
            "* - 1. x",
            "    code",
            "\tx",
        ),
        *(
            "---",
            "--- ",
            "- ---",
            "--",
            "===",
            "***",
            "* * *",
            "|---|",
            "> q",
            ">",
            "```",
            "```sh",
            "  ```",
            "````",
            "- ```",
            "~~~",
            "``` `",
        ),
        *("<!--", "-->", "<!-- one -->", "<div>", "</div>", "<b>", "<details>", "<pre>", "</pre>", "<?php", "?>", "    <!--"),
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(ROWS, max_size=16))
def test_short_way_and_parser_agree(rows: list[str]) -> None:
    assert blocks(rows) == markdown_blocks._parsed(rows)[0]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\n\r"), max_size=20) | ROWS, max_size=12))
def test_any_line_has_one_block(rows: list[str]) -> None:
    assert len(blocks(rows)) == len(rows)


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        (["# a", "```sh", "# b", "```", "c"], ["heading", "fence", "code", "fence", "text"]),
        (["```", "# b"], ["fence", "code"]),
        (["<!--", "# b", "-->", "# c"], ["hidden", "hidden", "hidden", "heading"]),
        (["<div>", "# b", "", "# c"], ["html", "html", "text", "heading"]),
        (["- a", "  # b", "---", "c"], ["text", "text", "rule", "text"]),
        (["a", "---"], ["heading", "under"]),
        (["# a", "", "    b"], ["heading", "text", "indented"]),
    ],
)
def test_kinds(rows: list[str], kinds: list[str]) -> None:
    assert [block.kind for block in blocks(rows)] == kinds
