"""config/ports over small changes: what is paired with what, what is a change and what is none."""

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.parsing import ports
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.config.ports import Ports
from pytest_agentcompliance.verdict import Finding


def findings(before: dict[str, str], after: dict[str, str], **given: object) -> list[Finding]:
    return list(Ports.model_validate(given).findings_in(workshop.run_of(Example("", before=before, after=after))))


def said(before: dict[str, str], after: dict[str, str], **given: object) -> list[str]:
    return [f"{one.at} {one.level}: {one.message}" for one in findings(before, after, **given)]


COMPOSE = "services:\n  web:\n    image: web\n    ports:\n      - '3000:80'\n  db:\n    image: db\n    ports: ['5432:5432']\n"


def test_a_change_names_old_and_new_and_both_places() -> None:
    (message,) = said(
        {"c/compose.yml": COMPOSE}, {"c/compose.yml": COMPOSE.replace("  web:", "  # x\n  web:").replace("3000:80", "3001:80")}
    )
    assert message == (
        "c/compose.yml:6 breach: a port changed from 3000:80 to 3001:80: published by service web "
        "(c/compose.yml:5 at base, c/compose.yml:6 at head)"
    )


def test_a_published_port_of_a_database_counts() -> None:
    (message,) = said({"compose.yml": COMPOSE}, {"compose.yml": COMPOSE.replace("5432:5432", "5433:5432")})
    assert "from 5432:5432 to 5433:5432" in message


def test_both_sides_of_a_mapping_may_change() -> None:
    (message,) = said({"compose.yml": COMPOSE}, {"compose.yml": COMPOSE.replace("3000:80", "3001:81")})
    assert "from 3000:80 to 3001:81" in message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("'3000:80'", '"${WEB_PORT:-3000}:80"'),
        ("'3000:80'", "'127.0.0.1:3000:80'"),
        ("'3000:80'", "'3000:80/tcp'"),
        ("'3000:80'", "target: 80\n        published: 3000"),
        ("'3000:80'", "3000:80 # the web"),
    ],
)
def test_the_same_port_written_otherwise_is_kept(old: str, new: str) -> None:
    assert said({"compose.yml": COMPOSE}, {"compose.yml": COMPOSE.replace(old, new)}) == []


def test_swapped_ports_are_two_changes() -> None:
    assert len(said({".env": "A_PORT=3000\nB_PORT=4000\n"}, {".env": "A_PORT=4000\nB_PORT=3000\n"})) == 2


def test_a_renamed_variable_is_kept() -> None:
    assert said({".env": "PORT=3000\n"}, {".env": "WEB_PORT=3000\n"}) == []


def test_a_moved_and_edited_file_is_kept_and_a_changed_port_in_it_found() -> None:
    before = {"apps/lego/server.ts": "app.listen(3000)\n"}
    assert said(before, {"apps/api/lego/server.ts": "// moved\napp.listen(3000)\n"}) == []
    (message,) = said(before, {"apps/api/lego/server.ts": "// moved\napp.listen(3001)\n"})
    assert "from 3000 to 3001" in message
    assert "apps/lego/server.ts:1 at base, apps/api/lego/server.ts:2 at head" in message


def test_another_name_of_the_compose_file_hides_nothing() -> None:
    (message,) = said({"compose.yml": COMPOSE}, {"compose.yaml": COMPOSE.replace("3000:80", "3001:80")}, additions="allow")
    assert "from 3000:80 to 3001:80" in message


def test_a_constant_of_an_unchanged_file_is_looked_up() -> None:
    ports = {"src/ports.ts": "export const WEB_PORT = 3000\n"}
    before = {"src/main.ts": "app.listen(3000)\n", **ports}
    after = "import { WEB_PORT } from './ports'\napp.listen(WEB_PORT)\n"
    assert said(before, {"src/main.ts": after, **ports}) == []
    other = {"src/ports.ts": "export const WEB_PORT = 4000\n"}
    (message,) = said({**before, **other}, {"src/main.ts": after, **other})
    assert "from 3000 to 4000: listen(), now by WEB_PORT of src/ports.ts:1" in message
    (back,) = said({"src/main.ts": after, **other}, {"src/main.ts": "app.listen(3000)\n", **other})
    assert "from 4000 to 3000" in back


def test_a_table_that_takes_a_port_over_is_told_once() -> None:
    (message,) = said(
        {"web/vite.config.ts": "export default { server: { port: 3001 } }\n"},
        {"web/vite.config.ts": "const { read } = require('../ports.cjs')\nexport default { server: { port: read('WEB_PORT') } }\n",
         "ports.json": '{"WEB_PORT": 8003}\n'},
    )  # fmt: skip
    assert "from 3001 to 8003: server.port, now by WEB_PORT of ports.json:1" in message


def test_what_goes_is_a_breach_where_its_service_stays() -> None:
    (stays,) = findings({"compose.yml": COMPOSE}, {"compose.yml": COMPOSE.replace("    ports: ['5432:5432']\n", "")})
    assert (stays.level, str(stays.at)) == ("breach", "compose.yml")
    (goes,) = findings({"compose.yml": COMPOSE}, {"compose.yml": COMPOSE[: COMPOSE.index("  db:")]})
    assert goes.level == "style"
    (file,) = findings({"Dockerfile": "FROM x\nEXPOSE 80\n"}, {})
    assert file.level == "style"


def test_a_variable_that_nothing_reads_any_more_is_a_remark() -> None:
    before = {".env": "HEALTH_PORT=9091\n", "a.sh": "echo $HEALTH_PORT\n"}
    assert [one.level for one in findings(before, {".env": "A=1\n", "a.sh": before["a.sh"]})] == ["breach"]
    assert [one.level for one in findings(before, {".env": "A=1\n", "a.sh": "echo\n"})] == ["style"]


def test_publishing_what_was_only_listened_at_is_an_addition() -> None:
    (message,) = said(
        {"compose.yml": "services:\n  a:\n    image: a\n    environment: {PORT: 3000}\n"},
        {"compose.yml": "services:\n  a:\n    image: a\n    environment: {PORT: 3000}\n    ports: ['3000:3000']\n"},
    )
    assert "a port is new: 3000:3000, published by service a" in message


def test_clients_are_reported_where_the_policy_says_so() -> None:
    before, after = {".env": "DB_PORT=5432\n"}, {".env": "DB_PORT=5433\n"}
    assert said(before, after) == []
    assert len(said(before, after, clients="report")) == 1


def test_exempt_files_and_what_git_moved_whole_are_not_looked_at() -> None:
    assert said({}, {"tests/docker-compose.yml": COMPOSE, "src/a.test.ts": "app.listen(1234)\n"}) == []
    assert said({"a/compose.yml": COMPOSE}, {"b/compose.yml": COMPOSE}) == []
    assert len(said({}, {"tests/docker-compose.yml": COMPOSE}, exempt=[])) == 2


def test_two_declarations_that_change_are_two_findings() -> None:
    before = {"Dockerfile": "FROM x\nENV PORT=3000\nEXPOSE 3000\n"}
    found = findings(before, {"Dockerfile": "FROM x\nENV PORT=3001\nEXPOSE 3001\n"})
    assert [str(one.at) for one in found] == ["Dockerfile:2", "Dockerfile:3"]


def test_two_variables_are_no_pair() -> None:
    found = said(
        {"a.ts": "serve({ port: process.env.PORT || 3001 })\n"}, {"a.ts": "serve({ port: process.env.METRICS_PORT || 9464 })\n"}
    )
    assert [message.partition(": ")[2][:15] for message in found] == ["a port is gone:", "a port is new: "]


def test_the_fingerprint_survives_moved_lines() -> None:
    one = findings({".env": "PORT=3000\n"}, {".env": "PORT=3001\n"})
    two = findings({".env": "\n\nPORT=3000\n"}, {".env": "\n\n\nPORT=3001\n"})
    assert [each.evidence for each in one] == [each.evidence for each in two] == ["PORT 3000 -> PORT 3001"]


def test_many_ports_of_one_file_are_compared_at_once() -> None:
    old = "".join(f"V{n}_PORT={10_000 + n}\n" for n in range(1500))
    assert len(findings({".env": old}, {".env": old.replace("=1", "=2")})) == 1500


def test_a_variable_of_a_mapping_is_what_the_env_file_says() -> None:
    before = {"compose.yml": COMPOSE, ".env": "API=1\n"}
    by_name = COMPOSE.replace("3000:80", "${WEB_PORT}:80")
    assert not said(before, {"compose.yml": by_name, ".env": "API=1\nWEB_PORT=3000\n"})
    assert not said(before | {".env": "WEB_PORT=3000\n"}, {"compose.yml": by_name, ".env": "WEB_PORT=3000\n"})
    moved = said(before, {"compose.yml": by_name, ".env": "API=1\nWEB_PORT=3001\n"})
    assert any("from 3000:80 to 3001:80" in message for message in moved)
    (unknown,) = said(before, {"compose.yml": by_name, ".env": "API=1\n"})
    assert "from 3000:80 to $WEB_PORT:80" in unknown


def test_both_ends_of_a_mapping_may_be_variables() -> None:
    both = "services:\n  web:\n    image: web\n    ports: ['{}']\n"
    after = {"compose.yml": both.format("${PORT}:${PORT}"), ".env": "PORT=3000\n"}
    assert not said({"compose.yml": both.format("3000:3000"), ".env": ""}, after)
    assert not said({"compose.yml": both.format("${PORT}:${PORT}")}, {"compose.yml": both.format("${WEB}:${WEB}")})


@pytest.mark.parametrize("path", ["DOCKERFILE", "Dockerfile.web", "api/Web.DockerFile"])
def test_the_name_of_a_dockerfile_may_be_written_in_any_case(path: str) -> None:
    (message,) = said({path: "FROM a\nEXPOSE 3000\n"}, {path: "FROM a\nEXPOSE 3001\n"})
    assert f"{path}:2 at head" in message


def test_a_second_script_for_the_same_server_adds_no_port() -> None:
    before, more = '{{"scripts": {{"dev": "next dev -p 3000"{}}}}}', ', "dev:debug": "NODE_OPTIONS=--inspect next dev -p {}"'
    assert not said({"package.json": before.format("")}, {"package.json": before.format(more.format(3000))})
    (message,) = said({"package.json": before.format("")}, {"package.json": before.format(more.format(3009))})
    assert "a port is new: 3009" in message


def test_a_module_that_a_runtime_serves_declares_its_port() -> None:
    before = {"src/index.ts": "export default { port: 3000, fetch: app.fetch }\n"}
    (message,) = said(before, {"src/index.ts": "export default {\n  port: 3001,\n  fetch: app.fetch,\n}\n"})
    assert "from 3000 to 3001" in message
    assert not said({}, {"src/prop.ts": "export default { port: 3000, name: 'rotterdam' }\n"})


def unread(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    run = workshop.run_of(Example("", before=before, after=after))
    assert not list(Ports().findings_in(run))
    return run.ledger.unread


_SERVER = "export const port = 3000\napp.listen(port)\n"
_DEEP = "[" * 200 + "]" * 200
_PUBLISHED = "services:\n  web:\n    image: web\n    ports: ['9999:9999']\n"


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("server.ts", _SERVER, f"// {'x' * (1 << 20)}\n{_SERVER.replace('3000', '3001')}"),
        ("package.json", "{}", '{"scripts"\n: {"dev": "next dev -p 3001"}}'),
        ("package.json", "{}", '{"' + "a" * 2000 + f'": 1, "x": {_DEEP}, "scripts": {{"dev": "next dev -p 3001"}}}}'),
        (".devcontainer/devcontainer.json", "{}", f'{{"x": {_DEEP}, "forwardPorts"\n: [3001, 3002]}}'),
        ("compose.yml", "services: {}\n", f"# {'x' * (1 << 20)}\n{_PUBLISHED}"),
        ("package.json", "{}", '{"scripts": {' + " " * (1 << 20) + '"dev": "next dev -p 3001"}}'),
        (".env", "", "PORT=3000\n" * 3000 + "ADMIN_PORT=3001\n"),
        ("Dockerfile", "FROM node\nEXPOSE 3000\n", "FROM node\nEXPOSE 3000" + " 3000" * 1000 + " 3001\n"),
        ("Dockerfile", "FROM node\nEXPOSE 3000\n", "FROM node\nEXPOSE 3000" + " \\\n  3000" * 1000 + " \\\n  3001\n"),
        ("nginx.conf", "", "listen 3001" + " " * 1000 + ";\n"),
    ],
)  # fmt: skip
def test_padding_hides_no_port(path: str, before: str, after: str) -> None:
    assert said({path: before}, {path: after})


@pytest.mark.walk
@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("server.ts", _SERVER + "const port = 3000\n" * 300_000, "characters"),
        ("server.ts", "a b c d e f\n" * 100_000 + _SERVER, "tokens"),
        ("server.ts", "const port = x\n" * 20_001 + _SERVER, "expressions"),
        (".env", "".join(f"A{k}_PORT=3000\n" for k in range(3000)), "more than 2,000 ports"),
        ("compose.yml", f"x-deep: {'[' * 200}{']' * 200}\n{_PUBLISHED}", "deeper"),
        ("compose.yml", f"x-a: [{'a, ' * 100_000}]\n{_PUBLISHED}", "values"),
        ("run.sh", f"next dev{' a' * 100_000} -p 3001\n", "of a command"),
    ],
)  # fmt: skip
def test_what_is_over_a_bound_is_unread(path: str, text: str, why: str) -> None:
    assert why in unread({}, {path: text})[path]


def test_of_a_large_file_the_changed_lines_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "LONGEST", 500)
    rest = "".join(f"# line {k}\n" for k in range(100))
    assert said({".env": "PORT=3000\n" + rest}, {".env": "PORT=3001\n" + rest}) == [
        ".env:1 breach: a port changed from 3000 to 3001: PORT (.env:1 at base, .env:1 at head)"
    ]
    assert "characters" in unread({"a.ts": _SERVER + rest}, {"a.ts": _SERVER.replace("3000", "3001") + rest})["a.ts"]


def test_a_large_file_without_a_port_is_read() -> None:
    table = "export const rows = [\n" + "  ['word', 12, 'port'],\n" * 250_000 + "]\n"
    assert unread({}, {"rows.ts": table, "data.yml": "- word\n" * 300_000, "more.json": '["x", 12]\n' * 500_000}) == {}
    assert unread({"server.ts": f"{_SERVER}{table}"}, {}) == {}
    assert unread({}, {"vendor/x.min.js": "", "web/lute.min.js": "a=1,b=2;" * 100_000 + "c.listen(3000)"}) == {}


def test_a_program_that_is_a_server_by_its_name_has_a_port_after_p() -> None:
    script = '{"scripts": {"logs": "npx log-sink-server -p %d -l 10Mb"}}\n'
    (message,) = said({"package.json": script % 3333}, {"package.json": script % 3334})
    assert "from 3333 to 3334" in message


def test_a_proxy_to_a_port_that_something_listens_at_is_no_news() -> None:
    proxy = "server {\n  proxy_pass http://127.0.0.1:3000;\n}\n"
    base = {"src/main.ts": "app.listen(3000)\n"}
    assert said(base, {**base, "nginx.conf": proxy}) == []
    assert len(said(base, {**base, "nginx.conf": proxy.replace("3000", "3777")})) == 1
    assert len(said({**base, "nginx.conf": proxy}, {**base, "nginx.conf": proxy.replace("3000", "3001")})) == 1
