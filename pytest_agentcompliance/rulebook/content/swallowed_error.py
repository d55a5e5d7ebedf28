"""content/swallowed-error: no error is thrown away by what is added."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.evidence.fresh import Things, deleted
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:  # start-up time: the readers of code are imported when a file is a candidate
    from pytest_agentcompliance.parsing.swallowed import Handler, Loss

EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/dist/**", "**/build/**", "**/.next/**", "**/generated/**",
    "*.generated.*", "*.gen.*", "*_pb2.py", "*_pb2_grpc.py", "*.pb.go", "*.min.js", "*.d.ts", "*.pyi", "**/playwright/**",
    "**/cypress/**", "*.stories.*",
]  # fmt: skip
_CODE = (".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".py", ".pyw", ".go")
_SHOWN = 80  # characters of what is tried in a finding's evidence


class SwallowedError(Rule):
    """No bare except, swallowed exception or empty catch is added.

    Why: an error that is thrown away comes back as a wrong result in another place, on another day, without the one line that
    would have said what failed.

    In Python a bare ``except`` that does not raise again is reported, and an ``except Exception`` or ``suppress(Exception)`` that
    does nothing, goes on, or returns None. In TypeScript and JavaScript it is a ``catch`` or ``.catch`` that is empty or goes
    on, and one that returns nothing, null or undefined where something was waited for; in Go an ``if err != nil`` without a
    body. A comment that only says that the error is ignored changes nothing; one that gives a reason leaves a remark, and
    so does a handler that returns false or an empty list. Narrow types are kept, and so is whatever logs, reports, raises, sets
    or returns something. Where a language cannot catch by type, so is what may well fail without anything being wrong: a text
    that is no JSON, a file that is not there, a command that is not installed; and everywhere what only closes, stops or
    removes something. What moved is not new.

    Blind spots: tests; ``_ = f()`` in Go, whose type is not known; an error that is logged where it ought to be raised; errors
    without a message; what is expected is told by the names of the calls that are tried, so that a function of ours called
    ``close`` may hide one that matters; promises that nobody waits for; other languages.
    """

    explained: bool = Field(
        default=True, description="Whether a comment that gives a reason turns a breach into a remark; false: it changes nothing."
    )
    exempt: list[str] = Field(
        default=EXEMPT, description="Globs of files that are left out, beside those of tests; a later !glob takes files out again."
    )

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    candidates: ClassVar[Candidates] = Candidates(
        endings=_CODE, contains=(
            # A fixed letter first: ten times as quick as a boundary.
            rb"except\b(?<!\wexcept)", rb"suppress\((?<!\wsuppress\()", rb"catch\b(?<!\wcatch)", rb"err\w* != nil",
            rb"Err\w* != nil",
        )
    )
    remedy: ClassVar[Remedy] = Remedy(
        "fix",
        "Catch the type that is expected and nothing else; let the rest through, raise it as an error of your own, "
        "or log it with what was being done.",
    )
    examples = (
        Example(
            "A bare except, and an except or suppress of everything that does nothing, are reported.",
            after={
                "a.py": "try:\n    run()\nexcept:\n    log.error('failed')\n",
                "b.py": "def f():\n    try:\n        run()\n    except Exception:\n        pass\n    for a in rows:\n"
                        "        try:\n            send(a)\n        except (ValueError, Exception) as e:\n            continue\n",
                "c.py": "import contextlib\n\nwith contextlib.suppress(Exception):\n    send()\n",
                "d.py": "def f():\n    try:\n        return load()\n    except BaseException:\n        return None\n",
            },
            finds=("a.py:3", "b.py:4", "b.py:9", "c.py:3", "d.py:4"),
        ),
        Example(
            "An empty catch, one that returns nothing, and an empty handler of a promise are reported.",
            after={
                "a.ts": "try {\n  await save(a)\n} catch (e) {}\n",
                "b.ts": "async function b() {\n  try {\n    return await load()\n  } catch {\n    return null\n  }\n}\n",
                "c.js": "send(mail).catch(() => {})\nsend(mail).catch((e) => undefined)\n",
                "d.tsx": "for (const a of rows) {\n  try {\n    save(a)\n  } catch (e: unknown) {\n    continue\n  }\n}\n",
                "e.go": "package e\n\nfunc E() {\n\tif err := save(); err != nil {\n\t}\n}\n",
            },
            finds=("a.ts:3", "b.ts:4", "c.js:1", "c.js:2", "d.tsx:4", "e.go:4"),
        ),
        Example(
            "A comment that only says that the error is ignored changes nothing.",
            after={
                "a.ts": "try {\n  await store.update(id)\n} catch {\n  // Non-fatal, ignore\n}\n",
                "b.py": "try:\n    send()\nexcept Exception:  # noqa: BLE001\n    pass  # best effort\n",
            },
            finds=("a.ts:3", "b.py:3"),
        ),
        Example(
            "A comment that gives a reason leaves a remark, and so does something empty in place of a result.",
            after={
                "a.ts": "try {\n  await warm(cache)\n} catch {\n  // the next request fills the cache from the database\n}\n",
                "b.ts": "async function rows() {\n  try {\n    return await query()\n  } catch {\n    return []\n  }\n}\n",
            },
            styles=("a.ts:3", "b.ts:4"),
        ),
        Example(
            "Where reasons do not count, it is reported like any other.",
            given={"explained": False},
            after={"a.ts": "try {\n  await warm(cache)\n} catch {\n  // the next request fills the cache from the database\n}\n"},
            finds=("a.ts:3",),
        ),
        Example("Narrow types, and what logs, reports, raises, sets or answers, are kept.", after={
            "a.py": "try:\n    import numpy\nexcept ImportError:\n    numpy = None\n"
                    "try:\n    a()\nexcept FileNotFoundError:\n    pass\n"
                    "try:\n    b()\nexcept:\n    undo()\n    raise\ntry:\n    c()\nexcept Exception:\n    log.exception('c')\n"
                    "try:\n    d()\nexcept Exception as e:\n    return Failed(e)\n",
            "b.ts": "try {\n  await a()\n} catch (e) {\n  logger.error({ e }, 'a failed')\n}\n"
                    "try {\n  await b()\n} catch (e) {\n  if (e.code !== 'ENOENT') throw e\n}\nc().catch((e) => setError(e))\n"
                    "d().catch(report)\n",
            "c.go": "package c\n\nfunc C() error {\n\tif err := save(); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n",
        }),
        Example("What may well fail without anything being wrong is kept, where a language cannot catch it by its type.", after={
            "a.ts": "function parse(text: string) {\n  try {\n    return JSON.parse(text)\n  } catch {\n    return null\n  }\n}\n"
                    "async function exists(path: string) {\n  try {\n    await fs.access(path)\n    return true\n  } catch {\n"
                    "    return false\n  }\n}\nconst body = await response.json().catch(() => ({}))\n",
        }),
        Example("So is what only ends something.", after={
            "a.ts": "await browser.close().catch(() => {})\ntry {\n  fs.unlinkSync(temp)\n} catch {}\n",
            "b.py": "def close(self):\n    try:\n        self.socket.shutdown()\n    except Exception:\n        pass\n",
        }),
        Example(
            "What base had already, what moved, and what tests do are kept.",
            before={"a.ts": "try {\n  await save(a)\n} catch (e) {}\n", "b.py": "try:\n    send()\nexcept Exception:\n    pass\n"},
            after={
                "a.ts": "if (a) {\n  try {\n    await save(a, now)\n  } catch (e) {}\n}\n",
                "lib/b.py": "try:\n    send()\nexcept Exception:\n    pass\n",
                "b.test.ts": "try {\n  fail()\n} catch {}\n",
            },
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.testcode import is_test  # start-up time: when a change is judged

        wanted = [one for one in self.touched(changes) if not matches(one.path, self.exempt) and not is_test(one.path)]
        things: Things[Handler] = Things(lambda one: one.whole, lambda one: one.key, lambda one: range(one.line, one.last + 1))
        found: list[tuple[FileChange, Loss]] = []
        more: Counter[tuple[str, ...]] = Counter()
        for change in changes.readable(wanted):
            old, new = _handlers(change.before), _handlers(change.after)
            more.update(one.whole for one in new)
            more.subtract(one.whole for one in old)
            found += ((change, told) for one in things.added(change, old, new) if (told := self._told(one)) is not None)
        if found:  # what went from one file to another is counted off against where it was
            for change in changes.readable(deleted(changes, wanted, self.searched)):
                more.subtract(one.whole for one in _handlers(change.before))
        for change, told in found:
            one = told.handler
            if more[one.whole] > 0:
                more[one.whole] -= 1
                yield Finding(told.says, Place(change.path, one.line), told.level, evidence=_evidence(one))

    def _told(self, one: "Handler") -> "Loss | None":
        from pytest_agentcompliance.parsing.swallowed.judging import loss

        return loss(one, explained=self.explained)


def _handlers(side: Content | None) -> "tuple[Handler, ...]":
    from pytest_agentcompliance.parsing.swallowed.reading import handlers

    return handlers(side.text(), side.path) if side is not None and is_file(side.mode) else ()


def _evidence(one: "Handler") -> str:
    return f"{one.kind} {one.caught}: {' '.join(one.code.split())} <- {' '.join(one.tried.split())[:_SHOWN]}"
