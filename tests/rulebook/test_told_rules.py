"""compat/public-api, documentation/changelog and documentation/readme-updated on what an Example cannot say."""

from pytest_agentcompliance import workshop
from pytest_agentcompliance.audit import yield_into
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.compat.public_api import PublicApi
from pytest_agentcompliance.rulebook.documentation.changelog import Changelog
from pytest_agentcompliance.rulebook.documentation.readme_updated import ReadmeUpdated
from pytest_agentcompliance.verdict import Finding
from tests.rulebook.said_of import judged

NODE = '{"name": "shop", "version": "1.2.0", "main": "dist/index.js"}\n'
SHOP = {"package.json": NODE, "src/index.ts": "".join(f"export function f{n}(a: string) {{}}\n" for n in range(4))}
LESS = {"src/index.ts": "export function f0(a: string, b: string) {}\n"}


def test_public_api_says_what_and_counts_the_rest() -> None:
    found, why = judged(PublicApi(most_each=2), SHOP, LESS)
    assert why == ""
    assert [one.message for one in found] == [
        "f0 of shop: its parameter b is new and must be given, and no changelog or guide tells its users",
        "shop does not export f1 any more, and no changelog or guide tells its users; 2 more are like it",
    ]
    assert [str(one.at) for one in found] == ["src/index.ts:1", "src/index.ts"]


def test_public_api_is_told_by_a_changeset_or_a_guide_but_not_by_any_line() -> None:
    assert judged(PublicApi(), SHOP, LESS | {".changeset/a.md": "f0 to f3 went, use g\n\nRemoved: all\n"})[0] == []
    assert judged(PublicApi(), SHOP, LESS | {"docs/migration/2.md": "Use g instead.\n"})[0] == []
    assert len(judged(PublicApi(), SHOP, LESS | {"CHANGELOG.md": "- some words\n"})[0]) == 4


def test_public_api_takes_a_commit_that_is_marked_where_base_has_no_changelog() -> None:
    def found(before: dict[str, str]) -> list[Finding]:
        findings: list[Finding] = []
        example = Example("", before=before, commits=(LESS,), messages=("feat!: fewer\n",))
        yield_into(findings, PublicApi().findings_in(workshop.run_of(example)))
        return findings

    assert found(SHOP) == []
    assert len(found(SHOP | {"CHANGELOG.md": "# Changes\n"})) == 4


def test_private_packages_are_asked_for_by_a_parameter_alone() -> None:
    hidden = SHOP | {"package.json": NODE.replace("{", '{"private": true, ')}
    assert judged(PublicApi(), hidden, LESS)[0] == []
    assert len(judged(PublicApi(private=True), hidden, LESS)[0]) == 4


def test_public_api_of_broken_manifests_is_nothing() -> None:
    for text in ("{", "[]", '{"name": 1}', '{"name": "a", "exports": ' + '{"a":' * 50 + '"b"' + "}" * 51):
        assert judged(PublicApi(), SHOP | {"package.json": text}, LESS)[0] == []


def test_the_parameters_of_a_command_are_not_called() -> None:
    manifest = '[project]\nname = "shop"\n[build-system]\n'
    before = {"pyproject.toml": manifest, "shop/__init__.py": "@cli.command()\ndef go(a): ...\n"}
    assert judged(PublicApi(), before, {"shop/__init__.py": "@cli.command()\ndef go(a, b): ...\n"})[0] == []
    assert len(judged(PublicApi(), before, {"shop/__init__.py": "def go(a, b): ...\n"})[0]) == 1


def test_changelog_says_which_file_is_silent() -> None:
    before = SHOP | {"CHANGELOG.md": "# Changes\n"}
    (found,), _ = judged(Changelog(), before, LESS)
    assert found.message == (
        "shop changed what it offers (f0 changed, f1 was removed, f2 was removed, f3 was removed), and "
        "CHANGELOG.md says nothing of it"
    )
    assert (str(found.at), found.evidence) == ("src/index.ts:1", "changelog of shop")
    assert judged(Changelog(), SHOP, LESS) == ([], "base has no changelog")


def test_changelog_before_1_0_asks_for_the_second_number() -> None:
    before = SHOP | {"CHANGELOG.md": "# Changes\n", "package.json": NODE.replace("1.2.0", "0.2.0")}
    entry = {"CHANGELOG.md": "# Changes\n\n- less\n"}
    assert judged(Changelog(), before, LESS | entry | {"package.json": NODE.replace("1.2.0", "0.3.0")})[0] == []
    (found,), _ = judged(Changelog(), before, LESS | entry | {"package.json": NODE.replace("1.2.0", "0.2.1")})
    assert found.message.startswith("shop goes from 0.2.0 to 0.2.1, and breaks its users (f0 changed, f1 was removed")


def test_readme_findings_are_bounded_and_say_why() -> None:
    before = {"package.json": '{"scripts": {"dev": "x"}}', "README.md": "```\nnpm run dev\n```\n" * 9}
    found, _ = judged(ReadmeUpdated(), before, {"package.json": "{}"})
    assert [one.message for one in found] == ["`npm run dev` is told here still, and package.json has no script dev any more"] * 3
    assert [one.at.line for one in found if one.at] == [2, 5, 8]


def test_readme_of_another_package_is_not_meant() -> None:
    before = {
        "package.json": '{"engines": {"node": ">=18"}}', "a/package.json": '{"engines": {"node": ">=18"}}',
        "a/README.md": "Node 18+\n", "b/README.md": "Node 18+\n",
    }  # fmt: skip
    found, _ = judged(ReadmeUpdated(), before, {"package.json": '{"engines": {"node": ">=20"}}'})
    assert [str(one.at) for one in found] == ["b/README.md:1"]
    assert found[0].message == "`Node 18+` is told here still, and package.json asks for 20 now"


def test_further_documents_are_a_parameter() -> None:
    before = {"Makefile": "a:\n\tb\n", "docs/how.md": "`make a`\n"}
    assert judged(ReadmeUpdated(), before, {"Makefile": ""})[0] == []
    assert len(judged(ReadmeUpdated(documents=["docs/*.md"]), before, {"Makefile": ""})[0]) == 1
