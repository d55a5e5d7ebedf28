"""The HTML page as a text: what it shows, what links where, and that nothing of the audited tree is markup in it."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import html
from pytest_agentcompliance.reporters.account import Account, Exhibits, FileFact
from pytest_agentcompliance.reporters.html import findings, part, scope
from pytest_agentcompliance.reporters.html.words import LONGEST, LONGEST_NAME
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.verdict import Audit, Finding, Meter, Outcome, PolicyFacts, Verdict
from tests.reporters.golden import ACCOUNT, AGREED, AUDIT, EXHIBITS, FINISH, HEAD, HOSTILE, PORT, ROUTE, TREE, VERDICTS
from tests.reporters.html_accounts import HOSTILE as TEXTS
from tests.reporters.html_accounts import hostile, many
from tests.reporters.html_reader import Node, read

BARE = Account(Audit("", "", "", PolicyFacts(""), (), Meter()), version="1")


def page(account: Account = ACCOUNT) -> Node:
    return read(html.dumps(account))


def row(page: Node, clause: str) -> Node:
    return next(one for one in page.by_id("matrix").all("tr") if one.inside and one.all("th") and one.all("th")[0].text == clause)


def group(page: Node, rule: str, state: str) -> Node:
    every = page.all("section", of="found")
    return next(one for one in every if (one.attributes["data-r"], one.attributes["data-s"]) == (rule, state))


def judged(*verdicts: Verdict, exhibits: Exhibits = EXHIBITS, **facts: object) -> Account:
    return replace(ACCOUNT, audit=replace(AUDIT, verdicts=verdicts), exhibits=exhibits, **facts)  # type: ignore[arg-type]


def test_nothing_is_loaded_and_only_our_own_code_may_run() -> None:
    tree = page()
    metas = {one.attributes.get("http-equiv"): one.attributes.get("content", "") for one in tree.all("meta")}
    policy = metas["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag, name in (("style", "page.css"), ("script", "page.js")):
        (one,) = tree.all(tag)
        assert one.inside == [part(name)]
        digest = base64.b64encode(hashlib.sha256(part(name).encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not re.search(r"url\(|@import|https?:", part("page.css"))
    assert not re.search(r"fetch|XMLHttp|import|https?:|innerHTML|eval", part("page.js"))


def test_same_account_gives_the_same_bytes() -> None:
    assert html.dumps(ACCOUNT) == html.dumps(ACCOUNT)


def test_verdict_stands_at_the_top() -> None:
    top = page().all("header", of="top")[0]
    assert top.all("h1")[0].text == "Broken"
    assert "2 clauses broken, 1 at severity warning" in top.text
    assert "WISH-1" in top.text
    assert "unreviewed" not in top.text
    (bar,) = top.all("svg")
    assert bar.attributes["aria-label"].startswith(f"{len(VERDICTS)} verdicts: 2 broken, 1 broken, warning, 1 not judged")
    assert sum(int(one.attributes["width"]) for one in bar.all("rect")) == len(VERDICTS)
    assert [one.text for one in top.all("ul", of="pills")[0].all("a")] == [
        "C3-09 content/todo 1", "C3-10 config/ports 1", "C3-09 content/placeholder 1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "unread", "title"),
    [(Outcome.KEPT, (), "Kept"), (Outcome.BROKEN, (), "Broken"), (Outcome.CRASHED, (), "Could not judge"),
     (Outcome.NOT_JUDGED, ("a.ts",), "Could not judge")],
)  # fmt: skip
def test_top_says_what_the_audit_comes_to(outcome: Outcome, unread: tuple[str, ...], title: str) -> None:
    verdict = replace(VERDICTS[0], outcome=outcome, unread=unread, why="because")
    tree = page(judged(verdict))
    assert tree.all("h1")[0].text == title
    assert tree.all("title")[0].text.startswith(title)
    if unread:
        assert "undecided" in row(tree, "C3-03").text
        assert "could not read a.ts" in row(tree, "C3-03").text


def test_unreviewed_policy_is_said_at_the_top() -> None:
    account = replace(ACCOUNT, audit=replace(AUDIT, policy=replace(AUDIT.policy, reviewed=False)))
    assert "The policy is unreviewed" in page(account).all("header")[0].text


def test_clauses_of_one_heading_stand_together() -> None:
    apart = (VERDICTS[0], VERDICTS[1], replace(VERDICTS[5], section="Scope Constraint"), replace(VERDICTS[3], section=""))
    bodies = page(judged(*apart)).by_id("matrix").all("tbody")
    heads = [one.all("tr", of="group")[0].all("th")[0].text for one in bodies]
    profile = apart[0].profile
    assert heads == [f"Scope Constraint {profile}", f"Non-negotiables {profile}", f"Without a heading {profile}"]
    assert [one.all("th")[1].text for one in bodies] == ["C3-03", "C3-09", "C3-10"]
    assert bodies[0].all("th")[2].text == "C3-23"


def test_clause_with_several_rules_is_one_row() -> None:
    tree = page()
    first = row(tree, "C3-09")
    assert [first.all(tag)[0].attributes["rowspan"] for tag in ("th", "td")] == ["2", "2"]
    assert first.attributes["data-s"] == "broken warned"
    number = first.attributes["data-k"]
    rows = [one for one in tree.all("tr") if one.attributes.get("data-k") == number]
    assert [one.all("td", of="by")[0].text for one in rows] == ["content/todo", "content/placeholder"]
    assert [one.all("td", of="came")[0].text for one in rows] == ["broken", "broken warning"]
    assert [one.all("td", of="saw")[0].text for one in rows] == ["1 finding 1 remark", "1 finding"]


def test_row_of_a_clause_says_why_and_what_was_read() -> None:
    rules = {**ACCOUNT.rules, "log/claims-proved": replace(ACCOUNT.rules["log/claims-proved"], reads=("log", "proofs"))}
    tree = page(replace(ACCOUNT, rules=rules))
    proved = row(tree, "C3-29")
    assert "the run left neither proofs nor a transcript" in proved.all("td", of="by")[0].text
    assert proved.all("td", of="reads")[0].text == "log, proofs"
    assert proved.all("td", of="came")[0].text == "not judged warning"
    assert row(tree, "BE-17").all("td", of="by")[0].text == "no rule: a person a person reads names"
    assert "1 excused" in row(tree, "C3-12").text


def test_every_finding_is_there_with_its_lines() -> None:
    tree = page()
    todo = group(tree, "content/todo", "error")
    (one,) = todo.all("article")
    assert [line.text for line in one.all("pre")[0].all("span")] == [
        "+ export const route = () => {", "+ // TODO: wire the queue", "+ }",
    ]  # fmt: skip
    assert [line.attributes["class"] for line in one.all("pre")[0].all("span")] == ["a", "a at", "a"]
    assert [line.attributes["data-n"] for line in one.all("pre")[0].all("span")] == ["2", "3", "4"]
    assert one.all("button")[0].text == f"{ROUTE}:3"
    assert "TODO stands for work: 'wire the queue'" in one.text
    assert f"fix: {FINISH.text}" in todo.all("p", of="remedy")[0].text
    assert f"revert: {PORT.text}" in group(tree, "config/ports", "error").text
    assert "an owner would be good" in group(tree, "content/todo", "style").text
    assert shown(HOSTILE) in group(tree, "content/placeholder", "warned").text
    excused = group(tree, "decisions/undeclared", "excused")
    assert f"let pass: waivers[0]: {AGREED}" in excused.text
    assert "fix" not in [one.text for one in excused.all("p", of="remedy")]
    fingerprints = {one.fingerprint for verdict in VERDICTS for one in (*verdict.findings, *verdict.excused)}
    assert {one.attributes["data-p"] for one in tree.all("article")} == fingerprints


def test_worst_findings_come_first() -> None:
    states = [one.attributes["data-s"] for one in page().all("section", of="found")]
    assert states == sorted(states, key=list(findings.STATES).index)
    assert len(set(states)) == 4


def test_finding_about_a_whole_file_says_what_its_lines_are() -> None:
    exhibits = replace(EXHIBITS, files=(FileFact("a.ts", "added"), FileFact("b.ts", "deleted"), FileFact("c.bin", "modified")))
    found = tuple(
        Finding("seen", Place(path, line), fingerprint=f"{k}")
        for k, (path, line) in enumerate(
            [("a.ts", None), ("b.ts", None), ("c.bin", None), ("a.ts", 3), ("gone.ts", 1), ("dir/", None)]
        )
    )
    lines = EXHIBITS.excerpts[VERDICTS[1].findings[0].fingerprint]
    exhibits = replace(exhibits, excerpts={"0": lines, "1": lines, "3": lines})
    tree = page(judged(replace(VERDICTS[1], findings=found), exhibits=exhibits))
    assert [next((p.text for p in one.all("p", of="dim")), "") for one in tree.all("article")] == [
        "the whole file, added; the first changed lines", "the whole file, deleted; it began so",
        "the whole file, modified: no line of it can be shown", "", "not a file of the change", "",
    ]  # fmt: skip


def test_remedies_that_differ_stand_at_their_findings() -> None:
    first = VERDICTS[1].findings[0]
    other = replace(first, fingerprint="2", remedy=replace(FINISH, text="Something else."))
    (one,) = page(judged(replace(VERDICTS[1], findings=(first, other)))).all("section", of="found")
    assert [p.text for p in one.all("p", of="remedy")] == [f"fix: {FINISH.text}", "fix: Something else."]
    assert all(article.all("p", of="remedy") for article in one.all("article"))


@pytest.mark.parametrize("account", [ACCOUNT, BARE, hostile("x"), many(50)], ids=["golden", "bare", "hostile", "many"])
def test_links_lead_somewhere_and_ids_are_there_once(account: Account) -> None:
    tree = page(account)
    ids = [one.attributes["id"] for one in tree if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    for name in ("href", "aria-labelledby"):
        for one in tree:
            if name in one.attributes:
                assert one.attributes[name].removeprefix("#") in ids, one.attributes
    assert all(one.attributes["href"].startswith("#") for one in tree.all("a"))


def test_scope_map_shows_what_may_change() -> None:
    exhibits = replace(EXHIBITS, files=(
        FileFact("package.json", "modified", 1, 1), FileFact("src/a.ts", "added", 3), FileFact("src/deep/b.ts", "deleted", 0, 2),
        FileFact("web/c.ts", "modified", 5, renamed_from="web/old.ts"),
    ))  # fmt: skip
    paths = replace(VERDICTS[0], outcome=Outcome.BROKEN, findings=(Finding("no", Place("web/c.ts"), fingerprint="1"),))
    planned = replace(
        VERDICTS[0], rule="scope/planned-files", outcome=Outcome.BROKEN, severity="warning",
        findings=(Finding("no", Place("web/c.ts"), fingerprint="2"), Finding("no", Place("src/a.ts"), fingerprint="3")),
        excused=(Finding("yes", Place("package.json"), fingerprint="4", excuse=AGREED),),
    )  # fmt: skip
    part = page(judged(paths, planned, exhibits=exhibits)).by_id("scope")
    assert part.text.removeprefix("What was changed, and whether it may be ").startswith(
        "4 files, 2 of them outside of what the spec allows, 1 let pass, by scope/allowed-paths, scope/planned-files."
    )
    assert [one.all("code")[0].text for one in part.all("summary")] == ["the root", "src/", "src/deep/", "web/"]
    leaves = {one.all("code")[0].text: one for one in part.all("li")}
    assert leaves["c.ts"].attributes["class"] == "broken"
    assert "outside: allowed-paths, planned-files" in leaves["c.ts"].text
    assert "was web/old.ts" in leaves["c.ts"].text
    assert leaves["a.ts"].attributes["class"] == "warned"
    assert "let pass: planned-files" in leaves["package.json"].text
    assert (leaves["b.ts"].attributes["class"], leaves["b.ts"].text) == ("", "b.ts deleted +0 -2")
    assert leaves["c.ts"].all("button")[0].attributes["data-q"] == "web/c.ts"
    assert leaves["c.ts"].all("button")[0].text == "2 findings"


def test_scope_that_no_rule_judged_is_not_called_allowed() -> None:
    for verdicts in (VERDICTS[1:3], (replace(VERDICTS[0], outcome=Outcome.NOT_JUDGED),)):
        assert "no rule of scope judged whether they may change" in page(judged(*verdicts)).by_id("scope").text


def test_commits_proofs_and_notes_are_told() -> None:
    tree = page()
    assert tree.by_id("commits").all("tbody")[0].text.startswith(f"{HEAD[:10]} 2026-03-02 09:30 Ada feat: add the route 3 files")
    assert "and 1 more" in tree.by_id("commits").text
    proof = tree.by_id("proofs").all("tbody")[0].text
    assert proof.startswith("tests pnpm test")
    assert proof.endswith("exit code 0 exact L1 2026-03-02 09:30")
    assert AUDIT.notes[0] in tree.by_id("notes").text
    for id in (AUDIT.merge_base, HEAD, TREE, AUDIT.policy.digest):
        assert id in tree.by_id("notes").text


def test_what_is_missing_is_said() -> None:
    text = page(BARE).all("main")[0].text
    for sentence in (
        "Nothing was found.", "The run left no log.", "The run has no commit.", "The run left no proof", "There is nothing to add",
    ):  # fmt: skip
        assert sentence in text


def test_rest_is_counted_where_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "MOST", 30)
    monkeypatch.setattr(scope, "FILES", 10)
    tree = page(many(50))
    assert len(tree.all("article")) == 30
    assert "more findings are not shown; the JSON has all of them" in tree.by_id("findings").text
    total = int(re.sub(r"\D", "", tree.all("nav")[0].all("a")[1].text))
    assert f"{total - 30} more findings" in tree.by_id("findings").text
    assert len(tree.by_id("scope").all("li")) == 10
    assert "90 are not shown." in tree.by_id("scope").text


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_hostile_text_is_text_wherever_it_stands(text: str) -> None:
    page = html.dumps(hostile(text))
    page.encode("utf-8")
    assert page.replace("\n", "").isprintable()
    tree, plain = read(page), read(html.dumps(hostile("plain")))
    assert {one.tag for one in tree} <= {one.tag for one in plain}
    kinds = {(one.tag, name) for one in plain for name in one.attributes}
    assert {(one.tag, name) for one in tree for name in one.attributes} <= kinds | {("td", "colspan")}
    assert [one.inside for tag in ("style", "script") for one in tree.all(tag)] == [[part("page.css")], [part("page.js")]]
    assert all(one.attributes["href"].startswith("#") for one in tree.all("a"))
    escaped = " ".join(shown(text).split())
    if len(escaped) < LONGEST_NAME // 3:
        for name in ("matrix", "findings", "chunks", "scope", "commits", "proofs", "notes", "rules"):
            assert escaped in tree.by_id(name).text, name
        assert escaped in tree.all("header")[0].text


def test_no_text_is_longer_than_a_page_can_bear() -> None:
    for one in page(hostile("x" * 10_000)):
        assert all(len(text) <= 4 * LONGEST for text in one.inside if isinstance(text, str)) or one.tag in ("style", "script")


def test_pictures_of_the_docs_are_small_and_load_nothing() -> None:
    images = list((Path(__file__).parents[2] / "docs" / "images").iterdir())
    assert len(images) >= 5
    assert all(one.stat().st_size <= 150_000 for one in images)
    for one in images:
        if one.suffix == ".svg":
            assert re.findall(r"https?://[^\"]*|url\([^#)][^)]*\)|@import", one.read_text("utf-8")) == ["http://www.w3.org/2000/svg"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough_for_everybody(scheme: str) -> None:
    """WCAG 2 AA: 4.5 to 1 for text, 3 to 1 for what is seen beside it."""
    light, dark = re.findall(r":root \{(.*?)\}", part("page.css"), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", light))
    if scheme == "dark":
        colours |= dict(re.findall(r"--([\w-]+): (#\w+);", dark))
    on = {"paper", "raised"}
    texts = dict.fromkeys(("red", "amber", "green", "blue"), on)
    texts |= {"ink": on | {"add", "del", "amber-bg"}, "soft": on | {"add", "del", "amber-bg"}, "link": on | {"amber-bg"}}
    for name, grounds in texts.items():
        extra = {f"{name}-bg"} if f"{name}-bg" in colours else set()
        for ground in grounds | extra:
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    for name in ("gray", "red", "amber", "green", "blue"):
        assert contrast(colours[name], colours["paper"]) >= 3, name


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(2 * one for one in digits) if len(digits) == 3 else digits
    parts = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
