"""The ports that files of configuration declare: what counts, how it is written, whose it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.ports import declared, kind_of
from pytest_agentcompliance.parsing.ports.names import holds_port, of_client


def ports(text: str, path: str) -> list[tuple[int, str]]:
    """Line and port of what is declared and no client's."""
    return [(one.line, one.port) for one in declared(text, path) if one.port and not one.client]


def test_compose_in_all_its_forms() -> None:
    text = (
        "x-web: &web\n"
        "  ports:\n"
        '    - "${WEB_PORT:-3000}:80"\n'
        "services:\n"
        "  web:\n"
        "    <<: *web\n"
        "    image: web\n"
        "    environment:\n"
        "      - PORT=${PORT:-3000}\n"
        "      - REDIS_PORT=6379\n"
        "      - API_URL=http://localhost:9000\n"
        "  shell:\n"
        "    image: sshd\n"
        '    ports: [22:22, "127.0.0.1:6000-6005:6000-6005/udp", "8080", "[::1]:81:80"]\n'
        "    expose:\n"
        "      - 9000\n"
        "  long:\n"
        "    build: .\n"
        "    ports:\n"
        "      - target: 80\n"
        '        published: "8080"\n'
        "    command: uvicorn app:app --host 0.0.0.0 --port 8000\n"
        '    healthcheck: {test: ["CMD", "curl", "http://localhost:8000"]}\n'
    )
    assert ports(text, "docker-compose.yml") == [
        (3, "3000:80"), (9, "3000"), (14, "22:22"), (14, "6000-6005:6000-6005/udp"), (14, "8080"), (14, "81:80"), (16, "9000"),
        (21, "8080:80"), (22, "8000"),
    ]  # fmt: skip
    assert ports(text, "deploy/stack.yaml") == ports(text, "docker-compose.yml")
    (database,) = declared("services:\n  db:\n    image: postgres\n    ports: ['5432:5432']\n", "compose.yml")
    assert database.published
    assert not database.client


def test_dockerfile_with_stages_variables_and_the_exec_form() -> None:
    text = (
        "FROM node AS dev\nARG PORT=3000\nENV PORT=$PORT A=b\nEXPOSE ${PORT} \\\n  9229/tcp 53/udp\n# EXPOSE 1234\n"
        'FROM dev AS run\nEXPOSE 8000-8002\nCMD ["gunicorn", "-b", "0.0.0.0:8000", "app"]\nHEALTHCHECK CMD curl localhost:8000\n'
    )
    assert ports(text, "api/Dockerfile.dev") == [
        (2, "3000"), (3, "3000"), (4, "3000"), (4, "9229"), (4, "53/udp"), (8, "8000-8002"), (9, "8000"),
    ]  # fmt: skip


def test_env_files_know_whose_port_it_is() -> None:
    text = (
        "PORT=3000\n# PORT=1234\nexport WS_PORT='3001' # sockets\nDB_PORT=5432\nPGPORT=5432\nSMTP_PORT=587\nVITE_PORT=5173\n"
        "VITE_API_PORT=9000\nNEXT_PUBLIC_API_PORT=9000\nAPI_URL=http://localhost:9000\nTIMEOUT=5000\n"
        "METRICS_PORT=${PORT}\nVIEWPORT=1024\n"
    )
    assert ports(text, ".env.example") == [(1, "3000"), (3, "3001"), (7, "5173"), (12, "3000")]
    assert [one.key for one in declared(text, ".env") if one.client] == [
        "DB_PORT", "PGPORT", "SMTP_PORT", "VITE_API_PORT", "NEXT_PUBLIC_API_PORT",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("script", "port"),
    [
        ("next dev -p 3001", "3001"),
        ("PORT=3001 next dev", "3001"),
        ("cross-env NODE_ENV=test PORT=3001 node server.js", "3001"),
        ("vite --port=5173 --strictPort", "5173"),
        ("pnpm run build && vite preview --port 4173", "4173"),
        ("storybook dev -p 6006 --ci", "6006"),
        ("ng serve --port 4200", "4200"),
        ("vercel dev --listen 3000", "3000"),
        ("serverless offline --httpPort 3002", "3002"),
        ("uvicorn app.main:app --host 0.0.0.0 --port 8000", "8000"),
        ("gunicorn app:app --bind 0.0.0.0:8000", "8000"),
        ("python manage.py runserver 0.0.0.0:8000", "8000"),
        ("python -m http.server 8001", "8001"),
        ("php -S localhost:8080", "8080"),
        ("docker run --rm -p 8080:80 nginx", "8080:80"),
        ("node --inspect=0.0.0.0:9229 dist/main.js", "9229"),
        ("psql -h localhost -p 5432", ""),
        ("wait-on tcp:3000 http://localhost:3000", ""),
        ("kill-port 3000", ""),
        ("lsof -ti:3000 | xargs kill", ""),
        ("mkdir -p 2024", ""),
        ("jest --testTimeout 5000", ""),
        ("tsc -p 10", ""),
        ("if ! pg_isready --host x --port 5434; then exit; fi", ""),
        ("DB_PORT=5434 && serve-it --port $DB_PORT", ""),
        ("app --db-port 5432", ""),
    ],
)
def test_package_scripts(script: str, port: str) -> None:
    text = json.dumps({"name": "x", "version": "1.2.3", "scripts": {"dev": script}}, indent=2)
    assert ports(text, "apps/web/package.json") == ([(5, port)] if port else [])


def test_kubernetes_and_helm() -> None:
    text = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec:\n  ports:\n    - port: 80\n      targetPort: 8080\n"
        "      nodePort: 30080\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n"
        "      containers:\n        - name: a\n          ports:\n            - containerPort: 8080\n          env:\n"
        "            - {name: PORT, value: '8080'}\n            - {name: DB_PORT, value: '5432'}\n"
        "          livenessProbe: {httpGet: {port: 8080}}\n          args: [--metrics-port, '9090']\n"
    )
    assert ports(text, "k8s/api.yaml") == [(6, "80"), (7, "8080"), (8, "30080"), (19, "8080"), (21, "8080"), (24, "9090")]
    values = "service:\n  port: 80\nredis:\n  port: 6379\nlivenessProbe:\n  httpGet: {port: 80}\nimage: {tag: 1.25}\n"
    assert ports(values, "charts/api/values.yaml") == [(2, "80")]
    template = (
        "{{- if .Values.on }}\napiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  ports:\n"
        "    - port: {{ .Values.port }}\n      targetPort: 8080\n{{- end }}\n"
    )
    assert ports(template, "charts/api/templates/service.yaml") == [(9, "8080")]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("nginx.conf", "server {\n  listen 80;\n  listen [::]:80;\n  proxy_pass http://api:3000;\n}\n", [(2, "80")]),
        ("nginx/default.conf", "location / {\n  proxy_pass http://localhost:3000/;\n}\n# listen 81;\n", [(2, "3000")]),
        ("Procfile", "web: gunicorn app:app --bind 0.0.0.0:$PORT\nworker: uvicorn a:b --port 8001\n", [(2, "8001")]),
        (".devcontainer/devcontainer.json", '{ // c\n "forwardPorts": [3000, "db:5432"],\n "appPort": "8080:80",\n}\n',
         [(2, "3000"), (2, "5432"), (3, "8080:80")]),
        ("angular.json", '{"projects": {"a": {"architect": {"serve": {"options":\n {"port": 4300}}}}}}', [(2, "4300")]),
        ("infra/ports.json", '{"WEB_PORT": 8000,\n "REDIS_PORT": 6379,\n "_note": "8000-8999"}\n', [(1, "8000")]),
        ("supabase/config.toml", "[api]\nport = 54321\n[db]\nport = 54322\n[other]\nport = 1234\n", [(2, "54321")]),
        ("src/application.properties", "server.port=8081\nspring.redis.port=6379\n", [(1, "8081")]),
        ("tempo.yml", "server:\n  http_listen_port: 3200\nreceivers:\n  http:\n    endpoint: 0.0.0.0:4318\n",
         [(2, "3200"), (5, "4318")]),
        ("serverless.yml", "custom:\n  serverless-offline:\n    httpPort: 3001\n", [(3, "3001")]),
        ("run.sh", "#!/bin/sh\nPORT=${1:-1420}\npsql -p 5432\nvite --port $PORT\n", [(2, "1420"), (4, "1420")]),
        ("Makefile", "PORT ?= 3000\ndev:\n\t@uvicorn a:b --port 8000\n", [(1, "3000"), (3, "8000")]),
        ("Properties/launchSettings.json",
         '{"profiles": {"a": {"applicationUrl": "https://localhost:5001;http://localhost:5000"}}}',
         [(1, "5001"), (1, "5000")]),
    ],
)  # fmt: skip
def test_other_kinds(path: str, text: str, expected: list[tuple[int, str]]) -> None:
    assert ports(text, path) == expected


def test_ranges_protocols_and_wrong_numbers() -> None:
    text = "FROM x\nEXPOSE 3000-3000 3000-2000 70000 5 080 53/UDP\n"
    assert ports(text, "Dockerfile") == [(2, "3000"), (2, "53/UDP")]


def test_kinds_are_told_by_the_path() -> None:
    paths = ("a/Dockerfile.worker", ".env.local", "infra/compose.web.yaml", "x/vite.config.mts", "a.tsx")
    assert [kind_of(path) for path in paths] == [
        "dockerfile", "env", "yaml", "code", "",
    ]  # fmt: skip
    skipped = (
        "pnpm-lock.yaml",
        "package-lock.json",
        ".github/workflows/ci.yml",
        "openapi.yaml",
        "README.md",
        "types.d.ts",
        "Cargo.toml",
    )
    assert not any(kind_of(path) for path in skipped)


def test_names() -> None:
    said = ("PORT", "httpPort", "DEFAULT_PORT", "DefaultHTTPPort", "port_number", "PGPORT", "server.port", "--port")
    assert all(holds_port(name) for name in said)
    assert not any(
        holds_port(name)
        for name in ("viewport", "import", "export", "report", "support", "transport", "fromPort", "portal", "ports")
    )
    assert of_client(["REDIS_PORT"])
    assert of_client(["port", "createPool"], "3307")
    assert of_client(["port"], "5432")
    assert not of_client(["port"], "3000")
    assert not of_client(["API_PORT"], "5432")


@pytest.mark.parametrize(
    "path", ["compose.yml", "Dockerfile", ".env", "package.json", "nginx.conf", "a.yaml", "a.toml", "run.sh", "Procfile"]
)
def test_large_and_broken_text_is_nothing(path: str) -> None:
    assert declared("port 3000 " * 200_000, path) == ()
    assert isinstance(declared('{"scripts": {"dev": "vite --port', path), tuple)


_PIECES = st.sampled_from(
    ["ports", "port", "PORT", ":", "=", "-", " ", "\n", "\t", "3000", "80:80", "${", "}", "$PORT", '"', "'",
     "`", "[", "]", "{", "(", ")",
     ",",
     "EXPOSE ", "FROM x as y", "listen", "services:\n  a:\n    image: x\n    ports:\n      - ", "&a ", "*a", "<<: ", "--port ",
     "-p ", "??", "||",
     "process.env.", "class X", "def f", "=>", "\\", "0.0.0.0:8000", "#", "//", "/*", "\ud800", "\0", "é", "default",
     "apiVersion: v1\nkind: Pod\n"]
)  # fmt: skip


@given(
    st.lists(_PIECES, max_size=60).map("".join),
    st.sampled_from(
        ["compose.yml", "Dockerfile", ".env", "package.json", "nginx.conf", "values.yaml", "a.toml", "run.sh", "Procfile",
         "a.ts", "a.py", "a.go",
         "vite.config.ts", "ports.json", "angular.json", "devcontainer.json", "appsettings.json"]
    ),
)  # fmt: skip
def test_no_text_raises(text: str, path: str) -> None:
    for one in declared(text, path):
        assert one.line >= 1
        assert one.line <= text.count("\n") + 1
        assert one.port or one.refers
