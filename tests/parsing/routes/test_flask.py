"""Routes of Flask: blueprints, nested ones, rules with converters, views that are classes, Flask-RESTful and its kin."""

from textwrap import dedent

from pytest_agentcompliance.parsing.routes import Routes, Span, read


def routes(**files: str) -> Routes:
    return read({f"{name.replace('__', '/').replace('INIT', '__init__')}.py": dedent(text) for name, text in files.items()})


def told(found: Routes) -> list[str]:
    return sorted(f"{one.method} {one.path}" for one in found.routes)


def test_blueprints_and_their_prefixes() -> None:
    found = routes(
        shop__INIT="""
            from flask import Flask
            def create_app(config=None):
                app = Flask(__name__)
                from shop.users import bp as users
                app.register_blueprint(users)
                from shop import admin
                app.register_blueprint(admin.bp, url_prefix="/boss")
                return app
            """,
        shop__users__INIT="""
            from flask import Blueprint
            bp = Blueprint("users", __name__, url_prefix="/users/")
            from shop.users import views
            """,
        shop__users__views="""
            from shop.users import bp
            @bp.route("/")
            def all(): ...
            @bp.route("/<int:id>/<path:rest>", methods=("GET", "DELETE"))
            def one(id, rest): ...
            @bp.post("/<any(a, b):kind>")
            def make(kind): return {}, 201
            """,
        shop__admin="""
            from flask import Blueprint, abort
            bp = Blueprint("admin", __name__, url_prefix="/admin")
            deep = Blueprint("deep", __name__, url_prefix="deep")
            @deep.get("/x")
            @login_required
            def x(): abort(403)
            @bp.before_request
            def checked(): ...
            bp.register_blueprint(deep)
            """,
    )
    assert told(found) == [
        "DELETE /users/{id}/{rest}", "GET /boss/deep/x", "GET /users/", "GET /users/{id}/{rest}", "POST /users/{kind}",
    ]  # fmt: skip
    by_path = {one.path: one for one in found.routes}
    assert by_path["/boss/deep/x"].guards == ("checked", "login_required")
    assert by_path["/boss/deep/x"].statuses == {403}
    assert by_path["/users/{kind}"].statuses == {201}
    assert found.unresolved == ()


def test_rules_that_are_added_and_views_that_are_classes() -> None:
    found = routes(
        main="""
            from flask import Flask
            from flask.views import MethodView, View
            app = Flask(__name__)
            class Base(MethodView):
                decorators = [login_required]
                def get(self): ...
            class Users(Base):
                def post(self): ...
            class Page(View):
                methods = ["GET", "POST"]
                def dispatch_request(self): ...
            def plain(): ...
            app.add_url_rule("/users", view_func=Users.as_view("users"))
            app.add_url_rule("/page", view_func=cached(Page.as_view("page")))
            app.add_url_rule("/plain", "plain", plain, methods=["PATCH"])
            """
    )
    assert told(found) == ["GET /page", "GET /users", "PATCH /plain", "POST /page", "POST /users"]
    spans = {(one.method, one.path): one.handler for one in found.routes}
    assert spans["GET", "/users"] == Span("main.py", 7, 7)
    assert spans["POST", "/users"] == Span("main.py", 9, 9)
    assert {one.guards for one in found.routes if one.path == "/page"} == {("cached",)}


def test_flask_restful_and_its_kin() -> None:
    found = routes(
        main="""
            from flask import Blueprint, Flask
            from flask_restful import Api, Resource
            app = Flask(__name__)
            def scoped(path):
                return "/scope" + path
            class Own(Api):
                def add_scoped(self, resource, *urls, **more):
                    return self.add_resource(resource, *[scoped(one) for one in urls], **more)
            api = Own()
            class Todo(Resource):
                method_decorators = [auth.required]
                def get(self, id): ...
                def delete(self, id): ...
            api.add_resource(Todo, "/todos/<id>", "/t/<id>", endpoint="todo")
            api.add_scoped(Todo, "/x")
            api.init_app(app)
            """,
        rest="""
            from flask import Blueprint
            from flask_restx import Api, Namespace, Resource
            from main import app
            bp = Blueprint("api", __name__, url_prefix="/api/v1")
            api = Api(bp)
            users = Namespace("users")
            @users.route("", "/<int:id>")
            class Users(Resource):
                @users.expect(model)
                def post(self): ...
            api.add_namespace(users, "/people")
            @api.namespace("pets").route("/all")
            class Pets(Resource):
                def get(self): ...
            app.register_blueprint(bp)
            """,
        smorest="""
            from flask_smorest import Api, Blueprint
            from main import app
            api = Api(app)
            blp = Blueprint("tags", __name__, url_prefix="/tags")
            @blp.route("/<name>")
            class Tags(MethodView):
                @blp.arguments(TagSchema)
                @blp.response(201, TagSchema)
                def put(self, data, name): ...
            api.register_blueprint(blp)
            """,
    )
    assert told(found) == [
        "DELETE /scope/x", "DELETE /t/{id}", "DELETE /todos/{id}", "GET /api/v1/pets/all", "GET /scope/x", "GET /t/{id}",
        "GET /todos/{id}", "POST /api/v1/people", "POST /api/v1/people/{id}", "PUT /tags/{name}",
    ]  # fmt: skip
    by_path = {one.path: one for one in found.routes}
    assert by_path["/scope/x"].at == Span("main.py", 16, 16)
    assert by_path["/t/{id}"].guards == ("auth.required",)
    assert by_path["/tags/{name}"].body == "TagSchema"
    assert by_path["/tags/{name}"].statuses == {201}


def test_what_only_a_run_would_tell_is_unresolved() -> None:
    found = routes(
        main="""
            from flask import Flask
            app = Flask(__name__)
            for module in found_plugins():
                app.register_blueprint(module.bp)
            app.add_url_rule(rule, view_func=view)
            app.add_url_rule("/gone", view_func=Gone.as_view("gone"))
            """,
        plugin="def load(app):\n    app.add_url_rule('/p', view_func=p)\n    @app.route('/q')\n    def q(): ...\n",
    )
    assert told(found) == ["GET /gone"]
    places = [(one.path, one.line) for one in found.unresolved]
    assert places == [("main.py", 5), ("main.py", 6), ("plugin.py", 2), ("plugin.py", 3)]
    assert [one.path for one in found.loose] == ["/q"]
