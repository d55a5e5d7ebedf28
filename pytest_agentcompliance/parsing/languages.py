"""Which language a file is written in, told by its name, and by its first line where the name does not say."""

from dataclasses import dataclass

from pytest_agentcompliance.parsing.late import late


@dataclass(frozen=True, slots=True)
class Language:
    """How to read a language's comments.

    ``grammar`` is ast-grep's name of it, ``lexer`` Pygments'; empty where there is none, or none that is
    wanted. ``style`` names the entry of ``scan.STYLES`` that reads it when neither of the two does.
    """

    name: str
    style: str
    grammar: str = ""
    lexer: str = ""


# name, style, grammar, lexer, endings. YAML goes without its grammar: that of ast-grep 0.51 aborts the process
# on deep nesting, and the style reads it exactly enough.
_TABLE = """
javascript   c-js        javascript  -  .js .mjs .cjs .jsx
typescript   c-js        typescript  -  .ts .mts .cts
tsx          c-js        tsx         -  .tsx
python       python      python      -  .py .pyi .pyw .pyx .bzl .star .wsgi .gyp
go           c-go        go          -  .go
rust         c-rust      rust        -  .rs
java         c-java      java        -  .java
kotlin       c-java      kotlin      -  .kt .kts
c            c           c           -  .c .h
cpp          c           cpp         -  .cc .cpp .cxx .hpp .hh .hxx .ino .cu .cuh
csharp       c           csharp      -  .cs .csx
css          css         css         -  .css .pcss .postcss
php          php         php         -  .php .phtml .php5 .inc
ruby         hash        ruby        -  .rb .rake .gemspec .ru .podspec
bash         shell       bash        -  .sh .bash .zsh .ksh .bats
swift        c-java      swift       -  .swift
scala        c-java      scala       -  .scala .sc .sbt
lua          lua         lua         -  .lua
elixir       python      elixir      -  .ex .exs
haskell      haskell     haskell     -  .hs
nix          hash-c      nix         -  .nix
solidity     c           solidity    -  .sol
hcl          hash-c      hcl         -  .tf .tfvars .hcl .nomad
dart         c-java      dart        -  .dart
zig          c           -           zig  .zig
yaml         yaml        -           -  .yml .yaml
jsonc        c-js        -           -  .jsonc .json5 .code-workspace
env          env         -           -  .env
http         http        -           -  .http .rest
prisma       c           -           -  .prisma
proto        c           -           protobuf  .proto
bicep        c           -           -  .bicep
sql          sql         -           sql  .sql .psql .pgsql .mysql .ddl
toml         toml        -           toml  .toml
ini          ini         -           ini  .ini .cfg .conf .desktop .service .editorconfig
properties   ini         -           properties  .properties
make         make        -           make  .mk .mak
dockerfile   docker      -           docker  .dockerfile .containerfile
graphql      hash        -           graphql  .graphql .gql .graphqls
scss         scss        -           scss  .scss
sass         scss        -           sass  .sass
less         scss        -           less  .less
stylus       scss        -           -  .styl
powershell   powershell  -           powershell  .ps1 .psm1 .psd1
r            hash        -           r  .r
perl         hash        -           perl  .pl .pm .t
groovy       c-java      -           groovy  .groovy .gradle .jenkinsfile
julia        python      -           julia  .jl
clojure      lisp        -           clojure  .clj .cljs .cljc .edn
lisp         lisp        -           common-lisp  .lisp .el .scm .rkt
erlang       percent     -           erlang  .erl .hrl
fsharp       c           -           fsharp  .fs .fsx .fsi
ocaml        ocaml       -           ocaml  .ml .mli
objective-c  c           -           objective-c  .m .mm
cmake        hash        -           cmake  .cmake
batch        batch       -           batch  .bat .cmd
tcl          hash        -           tcl  .tcl
awk          hash        -           awk  .awk
fish         shell       -           fish  .fish
coffeescript hash        -           coffeescript  .coffee
crystal      hash        -           crystal  .cr
nim          hash        -           nim  .nim
d            c           -           d  .d
pascal       c           -           pascal  .pas
tex          percent     -           tex  .tex
glsl         c           -           glsl  .glsl .vert .frag .comp
wgsl         c           -           wgsl  .wgsl
thrift       hash-c      -           thrift  .thrift
rego         hash        -           rego  .rego
markup       markup      -           -  .html .htm .xhtml .xml .svg .vue .svelte .astro .xsl .xslt .xsd .wsdl .plist .csproj
template     markup      -           -  .hbs .handlebars .mustache .ejs .erb .jinja .jinja2 .j2 .njk .twig .jsp .cshtml .razor
"""

LANGUAGES: dict[str, Language] = {}
_BY_ENDING: dict[str, Language] = {}
for _row in _TABLE.strip().splitlines():
    _name, _style, _grammar, _lexer, *_endings = _row.split()
    LANGUAGES[_name] = Language(_name, _style, _grammar.strip("-"), _lexer.strip("-"))
    _BY_ENDING |= dict.fromkeys(_endings, LANGUAGES[_name])

# The names of the grammars that read JavaScript and TypeScript.
SCRIPTS = frozenset({"javascript", "typescript", "tsx"})

# Whole file names, in lower case, of files whose ending says nothing or too little.
_BY_NAME = {
    "dockerfile": "dockerfile", "containerfile": "dockerfile", "makefile": "make", "gnumakefile": "make", "cmakelists.txt": "cmake",
    "gemfile": "ruby", "rakefile": "ruby", "vagrantfile": "ruby", "podfile": "ruby", "brewfile": "ruby", "fastfile": "ruby",
    "jenkinsfile": "groovy", "build": "python", "build.bazel": "python", "workspace": "python", "tiltfile": "python",
    "sconstruct": "python", "justfile": "make", "procfile": "yaml", "pipfile": "toml", "poetry.lock": "toml", "cargo.lock": "toml",
    ".gitignore": "ini", ".gitattributes": "ini", ".gitmodules": "ini", ".gitconfig": "ini", ".dockerignore": "ini",
    ".npmrc": "ini", ".npmignore": "ini", ".prettierignore": "ini", ".eslintignore": "ini", ".yarnrc": "yaml", ".pylintrc": "ini",
    ".flake8": "ini", ".coveragerc": "ini", ".editorconfig": "ini", "codeowners": "ini", "requirements.txt": "ini",
    "constraints.txt": "ini", ".bashrc": "bash", ".bash_profile": "bash", ".profile": "bash", ".zshrc": "bash", ".envrc": "bash",
    ".eslintrc": "jsonc", ".eslintrc.json": "jsonc", ".babelrc": "jsonc", ".swcrc": "jsonc", "jsconfig.json": "jsonc",
    "devcontainer.json": "jsonc", "wrangler.json": "jsonc", "nginx.conf": "ini", ".clang-format": "yaml", ".prettierrc": "yaml",
    "go.mod": "c-like", "go.work": "c-like", "crontab": "ini",
}
LANGUAGES["c-like"] = Language("c-like", "c")
_BY_PATTERN = (
    (late(r"\.env(?:\..+)?|.+\.env\..+|env\.(?:example|sample|template)"), "env"),
    (late(r"(?:.+\.)?dockerfile(?:[.-].+)?|containerfile[.-].+"), "dockerfile"),
    (late(r"tsconfig(?:[.-].+)?\.json"), "jsonc"),
    (late(r"makefile[.-].+"), "make"),
    (late(r"requirements[\w.-]*\.(?:txt|in)"), "ini"),
)
_WRAPPERS = (".example", ".sample", ".template", ".tmpl", ".tpl", ".dist", ".bak", ".orig", ".disabled", ".in")
_BY_PROGRAM = {
    "sh": "bash", "bash": "bash", "zsh": "bash", "ksh": "bash", "dash": "bash", "ash": "bash", "bats": "bash", "fish": "fish",
    "python": "python", "pypy": "python", "uv": "python", "node": "javascript", "nodejs": "javascript", "bun": "typescript",
    "deno": "typescript", "tsx": "typescript", "zx": "javascript", "ruby": "ruby", "perl": "perl", "php": "php", "lua": "lua",
    "rscript": "r", "pwsh": "powershell", "make": "make", "awk": "awk", "gawk": "awk", "tclsh": "tcl", "elixir": "elixir",
    "groovy": "groovy", "julia": "julia",
}


def language_of(path: str, text: str = "") -> Language | None:
    """The language of a file, or None when it has no comments or is not known. Of ``text`` only the first line is read."""
    name = path.rpartition("/")[2].lower()
    if name.endswith(".json") and path.rpartition("/")[0].endswith(".vscode"):
        return LANGUAGES["jsonc"]
    if known := _by_name(name):
        return known
    for wrapper in _WRAPPERS:
        if name.endswith(wrapper) and (known := _by_name(name.removesuffix(wrapper))):
            return known
    if "." not in name.lstrip(".") and text.startswith("#!"):
        return LANGUAGES.get(_BY_PROGRAM.get(_program(text[2:300].split("\n", 1)[0]), ""))
    return None


def _program(command: str) -> str:
    """The program that a first line ``#! ...`` names, without its folder and version."""
    words = [word for word in command.split() if "=" not in word and not word.startswith("-")]
    names = [word.rpartition("/")[2].lower() for word in words]
    name = names[1] if len(names) > 1 and names[0] == "env" else "".join(names[:1])
    return name.rstrip("0123456789.")


def _by_name(name: str) -> Language | None:
    if name in _BY_NAME:
        return LANGUAGES[_BY_NAME[name]]
    for pattern, language in _BY_PATTERN:
        if pattern.fullmatch(name):
            return LANGUAGES[language]
    stem, dot, ending = name.rpartition(".")
    return _BY_ENDING.get(dot + ending) if stem or dot else None
