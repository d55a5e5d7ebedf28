"""Routes of FastAPI: prefixes across modules, what stands before a handler, what cannot be known."""

from textwrap import dedent

from pytest_agentcompliance.parsing.routes import Routes, Span, is_candidate, read


def routes(**files: str) -> Routes:
    return read({f"{name.replace('__', '/').replace('INIT', '__init__')}.py": dedent(text) for name, text in files.items()})


def told(found: Routes) -> list[str]:
    return sorted(f"{one.method} {one.path}" for one in found.routes)


def test_prefixes_are_put_together_across_modules() -> None:
    found = routes(
        app__main="""
            from fastapi import FastAPI
            from app.api import router
            from app.config import settings
            app = FastAPI(root_path="/proxy")
            app.include_router(router, prefix=settings.PREFIX)
            @app.get("/health")
            def health(): return {}
            """,
        app__api__INIT="""
            from fastapi import APIRouter
            from . import users
            from .items import router as items
            router = APIRouter(prefix="/v1")
            for one in (users.router, items):
                router.include_router(one)
            """,
        app__api__users="""
            from fastapi import APIRouter
            router = APIRouter(prefix="/users")
            @router.get("")
            def all(): ...
            @router.api_route("/{id:int}", methods=["GET", "PUT"])
            def one(id: int): ...
            @router.websocket("/live")
            async def live(ws): ...
            """,
        app__api__items="""
            import fastapi
            router = fastapi.APIRouter()
            PATH = "/items"
            @router.post(path=PATH + "/{name}")
            def add(): ...
            def listed(): ...
            router.add_api_route(f"{PATH}/", listed, methods=["get"])
            """,
        app__config="""
            from pydantic_settings import BaseSettings
            class Settings(BaseSettings):
                PREFIX: str = "/api"
            settings = Settings()
            """,
        app__INIT="",
    )
    assert told(found) == [
        "GET /api/v1/items/", "GET /api/v1/users", "GET /api/v1/users/{id}", "GET /health", "POST /api/v1/items/{name}",
        "PUT /api/v1/users/{id}",
    ]  # fmt: skip
    assert found.unresolved == ()
    assert found.loose == ()


def test_a_route_says_where_it_is_and_what_stands_before_it() -> None:
    found = routes(
        main="""
            from typing import Annotated
            from fastapi import APIRouter, Depends, FastAPI, HTTPException, status
            from models import Item
            from deps import User
            app = FastAPI(dependencies=[Depends(limit)])
            app.add_middleware(Sessions)
            router = APIRouter(dependencies=[Depends(signed_in)])

            @router.put(
                "/items/{id}",
                status_code=status.HTTP_202_ACCEPTED,
                responses={409: {}},
                dependencies=[Depends(may_write("items"))],
            )
            @audited
            async def put(id: int, item: Item | None, user: User, db: Annotated[Db, Depends(get_db)], late=Depends(lazy)):
                if not item:
                    raise HTTPException(404, "no")
                raise HTTPException(status_code=403)
            app.include_router(router, dependencies=[Depends(own)])
            """,
        models="from pydantic import BaseModel\nclass Item(BaseModel):\n    name: str\n",
        deps="from typing import Annotated\nfrom fastapi import Depends\nUser = Annotated[dict, Depends(current_user)]\n",
    )
    (one,) = found.routes
    assert (one.method, one.path, one.parameters, one.framework) == ("PUT", "/items/{id}", ("id",), "fastapi")
    assert one.at == Span("main.py", 10, 15)
    assert one.handler == Span("main.py", 17, 20)
    assert one.guards == (
        "limit", "Sessions", "own", "signed_in", "may_write", "audited", "current_user", "get_db", "lazy",
    )  # fmt: skip
    assert one.statuses == {202, 409, 404, 403}
    assert one.body == "Item"


def test_factories_and_functions_that_are_given_the_application() -> None:
    found = routes(
        main="""
            from fastapi import APIRouter, FastAPI
            def made(name, prefix="/none"):
                router = APIRouter(prefix=prefix)
                @router.get(f"/{name}")
                def one(): ...
                return router
            def install(app):
                app.include_router(made("a", prefix="/x"))
                app.include_router(made("b", "/y"))
            def create_app() -> FastAPI:
                app = FastAPI()
                install(app)
                return app
            app = create_app()
            """
    )
    assert told(found) == ["GET /x/a", "GET /y/b"]


def test_an_application_that_nobody_makes_counts() -> None:
    found = routes(main="from fastapi import FastAPI\ndef make():\n    app = FastAPI()\n    @app.get('/a')\n    def a(): ...\n")
    assert told(found) == ["GET /a"]


def test_a_mounted_application_lies_under_its_path() -> None:
    found = routes(
        main="""
            from fastapi import FastAPI
            from fastapi.staticfiles import StaticFiles
            app, inner = FastAPI(), FastAPI()
            app.mount("/inner/", inner)
            app.mount("/static", StaticFiles(directory="static"))
            @inner.delete("/a")
            def a(): ...
            """
    )
    assert told(found) == ["DELETE /inner/a"]


def test_classes_that_hold_an_application_or_are_routers() -> None:
    found = routes(
        main="""
            from fastapi import APIRouter, FastAPI
            class Own(APIRouter):
                def __init__(self, name):
                    super().__init__(prefix=f"/{name}")
            class Server:
                def __init__(self):
                    self.app = FastAPI()
                    self.routes()
                def routes(self):
                    @self.app.get("/in")
                    def inside(): ...
                    self.app.add_api_route("/out", self.out, methods=["POST"])
                    router = Own("own")
                    router.get("/call")(self.out)
                    self.app.include_router(router)
                def out(self): ...
            """
    )
    assert told(found) == ["GET /in", "GET /own/call", "POST /out"]
    assert [one.handler.line for one in found.routes if one.handler and one.method == "POST"] == [17]


def test_what_documents_leave_out_is_hidden() -> None:
    found = routes(
        main="""
            from fastapi import APIRouter, FastAPI
            app = FastAPI()
            router = APIRouter(include_in_schema=False)
            @router.get("/a")
            def a(): ...
            @app.get("/b", include_in_schema=False)
            def b(): ...
            @app.get("/c")
            def c(): ...
            app.include_router(router)
            """
    )
    assert [(one.path, one.hidden) for one in found.routes] == [("/a", True), ("/b", True), ("/c", False)]


def test_what_only_a_run_would_tell_is_unresolved() -> None:
    found = routes(
        main="""
            import os
            from fastapi import APIRouter, FastAPI
            from elsewhere import more
            from .gone import lost
            app = FastAPI()
            router = APIRouter()
            app.include_router(more)
            app.include_router(lost)
            app.include_router(router, prefix=os.environ["PREFIX"])
            @router.get("/a")
            def a(): ...
            @app.get(computed())
            def b(): ...
            @app.api_route("/c", methods=ALL)
            def c(): ...
            """
    )
    assert told(found) == []
    assert [one.path for one in found.loose] == ["/a"]
    assert [(one.line, one.why.partition(":")[0]) for one in found.unresolved] == [
        (8, "include_router"), (9, "include_router"), (10, "the prefix is known only when the program runs"),
        (13, "its path is known only when the program runs"), (15, "its methods are known only when the program runs"),
    ]  # fmt: skip


def test_a_router_that_nothing_mounts_is_loose() -> None:
    found = routes(a="from fastapi import APIRouter\nrouter = APIRouter(prefix='/a')\n@router.get('/b')\ndef b(): ...\n")
    assert found.routes == ()
    assert [(one.path, one.handler) for one in found.loose] == [("/a/b", Span("a.py", 4, 4))]
    assert [one.line for one in found.unresolved] == [2]


def test_a_prefix_that_depends_is_not_guessed() -> None:
    found = routes(
        main="""
            from fastapi import FastAPI, APIRouter
            router = APIRouter()
            @router.get("/a")
            def a(): ...
            if debug:
                prefix = "/debug"
            else:
                prefix = "/live"
            try:
                from fast import FastAPI as Fast
            except ImportError:
                Fast = None
            app = FastAPI()
            app.include_router(router, prefix=prefix)
            if False:
                @app.get("/never")
                def never(): ...
            """
    )
    assert told(found) == []
    assert len(found.unresolved) == 1


def test_views_made_of_classes_are_guarded_by_their_fields() -> None:
    found = routes(
        main="""
            from fastapi import APIRouter, Depends, FastAPI
            from fastapi_utils.cbv import cbv
            app, router = FastAPI(), APIRouter()
            class Base:
                user: dict = Depends(current_user)
            @cbv(router)
            class Items(Base):
                @router.get("/items")
                def all(self): ...
            app.include_router(router)
            """
    )
    assert [(one.path, one.guards) for one in found.routes] == [("/items", ("current_user",))]


def test_other_things_with_the_same_names_declare_nothing() -> None:
    found = routes(
        main="""
            from fastapi import FastAPI
            from aiohttp import web
            from unittest import mock
            app, table = FastAPI(), web.RouteTableDef()
            @table.get("/aiohttp")
            async def a(request): ...
            @mock.patch("main.app")
            def b(): ...
            cache = {}
            cache.get("/x")
            """
    )
    assert found == Routes()


def test_candidates_are_told_by_their_text() -> None:
    assert is_candidate("a.py", "router = APIRouter()\n")
    assert is_candidate("a.py", "@users.get('/x')\n")
    assert not is_candidate("a.py", "from fastapi import Depends\nx = {}.get('/a')\n")
    assert not is_candidate("a.txt", "router = APIRouter()\n")
