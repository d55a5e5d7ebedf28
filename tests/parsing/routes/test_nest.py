"""Routes of NestJS: controllers, the modules that hold them, and what is set for all of an application."""

from pytest_agentcompliance.parsing.routes import Routes, scripts

MAIN = """\
import { NestFactory } from '@nestjs/core';
import { VersioningType } from '@nestjs/common';
import { AppModule } from './app.module';
async function bootstrap() {
  const app = await NestFactory.create<NestExpressApplication>(AppModule);
  SET
  await app.listen(3000);
}
bootstrap();
"""
MODULE = """\
import { Module } from '@nestjs/common';
import { APP_GUARD, RouterModule } from '@nestjs/core';
import { ThrottlerGuard } from '@nestjs/throttler';
import { CatsModule } from './cats/cats.module';
import { AppController } from './app.controller';
@Module({ imports: [CatsModule, IMPORTS], controllers: [AppController],
  providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }] })
export class AppModule {}
"""
APP = """\
import { Controller, Get } from '@nestjs/common';
@Controller()
export class AppController {
  @Get('health') health() { return 'ok'; }
}
"""
CATS_MODULE = """\
import { Module } from '@nestjs/common';
import { CatsController } from './cats.controller';
@Module({ controllers: [CatsController] })
export class CatsModule {}
"""
CATS = """\
import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Put as Replace,
  UseGuards, Version } from '@nestjs/common';
const WHERE = 'toys';
@UseGuards(JwtAuthGuard, RolesGuard)
@ApiTags('cats')
@Controller('cats')
export class CatsController {
  constructor(private readonly cats: CatsService) {}
  @Get()
  list() { return this.cats.list(); }
  @Public()
  @Get(':id')
  @ApiNotFoundResponse()
  async one(@Param('id', ParseIntPipe) id: number): Promise<Cat> {
    if (!id) throw new BadRequestException();
    return this.cats.one(id);
  }
  @Post()
  @HttpCode(HttpStatus.NO_CONTENT)
  @Roles('admin')
  create(@Body() dto: CreateCatDto) { return this.cats.create(dto); }
  @Replace([':id', 'by-name/:name'])
  replace() {}
  @Delete(`:id/${WHERE}`)
  @ApiExcludeEndpoint()
  remove() {}
  private helper() {}
}
"""


def _read(setting: str = "", imports: str = "", cats: str = CATS, **more: str) -> Routes:
    return scripts.read({
        "src/main.ts": MAIN.replace("SET", setting),
        "src/app.module.ts": MODULE.replace("IMPORTS", imports),
        "src/app.controller.ts": APP,
        "src/cats/cats.module.ts": CATS_MODULE,
        "src/cats/cats.controller.ts": cats,
        **more,
    })  # fmt: skip


def _said(found: Routes) -> set[str]:
    return {f"{one.method} {one.path}" for one in found.routes}


def test_controllers_and_their_methods() -> None:
    """Paths of both, lists of paths, constants, a decorator that was imported under another name."""
    found = _read()
    assert _said(found) == {
        "GET /health", "GET /cats", "GET /cats/{id}", "POST /cats", "PUT /cats/{id}", "PUT /cats/by-name/{name}",
        "DELETE /cats/{id}/toys",
    }  # fmt: skip
    assert not found.unresolved
    assert not found.loose
    assert {one.path for one in found.routes if one.hidden} == {"/cats/{id}/toys"}


def test_guards_statuses_and_bodies() -> None:
    """Those of the application come first; decorators that may guard are named too."""
    found = {f"{one.method} {one.path}": one for one in _read("app.useGlobalGuards(new Shield());").routes}
    create = found["POST /cats"]
    assert create.guards == ("Shield", "ThrottlerGuard", "JwtAuthGuard", "RolesGuard", "Roles")
    assert create.statuses == {204}
    assert create.body == "CreateCatDto"
    assert found["GET /cats/{id}"].guards[-1] == "Public"
    assert found["GET /cats/{id}"].statuses == {400, 404}
    assert found["GET /health"].guards == ("Shield", "ThrottlerGuard")
    one = found["GET /cats/{id}"]
    assert one.handler is not None
    assert (one.handler.path, one.handler.line, one.handler.last) == ("src/cats/cats.controller.ts", 14, 17)
    assert (one.at.line, one.at.last, one.framework) == (11, 17, "nest")


def test_a_global_prefix_and_what_it_leaves_out() -> None:
    """The prefix stands before all routes but those that it excludes."""
    excluded = "['health', { path: 'cats/by-name/:name', method: RequestMethod.PUT }]"
    said = _said(_read(f"app.setGlobalPrefix('api', {{ exclude: {excluded} }});"))
    assert {"GET /health", "GET /api/cats", "PUT /api/cats/{id}", "PUT /cats/by-name/{name}"} <= said


def test_versions_in_the_path() -> None:
    """A version of the controller, of a method, of all; the neutral one; and where versions are no part of paths."""
    cats = CATS.replace("@Controller('cats')", "@Controller({ path: 'cats', version: ['1', '2'] })").replace(
        "@Get()\n", "@Version('3')\n  @Get()\n"
    )
    setting = "app.setGlobalPrefix('api'); app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });"
    said = _said(_read(setting, cats=cats))
    assert {"GET /api/v1/health", "GET /api/v3/cats", "POST /api/v1/cats", "POST /api/v2/cats"} <= said
    assert "GET /api/v1/cats" not in said
    neutral = CATS.replace("@Controller('cats')", "@Controller({ path: 'cats', version: VERSION_NEUTRAL })").replace(
        "import { Body", "import { VERSION_NEUTRAL, Body"
    )
    assert "POST /cats" in _said(_read("app.enableVersioning({ type: VersioningType.URI, prefix: 'ver' });", cats=neutral))
    header = _said(_read("app.enableVersioning({ type: VersioningType.HEADER, header: 'X' });", cats=cats))
    assert {"GET /cats", "POST /cats"} <= header


def test_router_module_and_dynamic_modules() -> None:
    """A tree of prefixes for modules; a module that its own method makes."""
    assert "GET /admin/big/cats" in _said(
        _read(imports="RouterModule.register([{ path: 'admin', children: [{ path: 'big', module: CatsModule }] }])")
    )
    more = """\
import { Module } from '@nestjs/common';
import { DogsController } from './dogs.controller';
@Module({})
export class DogsModule {
  static forRoot(): DynamicModule { return { module: DogsModule, controllers: [DogsController] }; }
}
"""
    dogs = "@Controller(['dogs', 'hounds'])\nexport class DogsController { @Get() all() {} }\n"
    whole = "import { DogsModule } from './dogs.module';\n" + MODULE.replace("IMPORTS", "isOn ? DogsModule.forRoot() : null")
    found = _read(**{"src/app.module.ts": whole, "src/dogs.module.ts": more, "src/dogs.controller.ts": dogs})
    assert {"GET /dogs", "GET /hounds"} <= _said(found)


def test_controllers_inherit_and_decorators_are_composed() -> None:
    """The methods of a class above, and a decorator of the tree that applies Nest's."""
    base = """\
import { applyDecorators, Controller, Delete, Get } from '@nestjs/common';
export abstract class Crud { @Get(':id') one() {} @Delete(':id') remove() {} }
export const Secured = (path: string) => applyDecorators(Controller(path), UseGuards(Guard));
"""
    cats = """\
import { Get } from '@nestjs/common';
import { Crud, Secured } from './crud';
@Secured('cats')
export class CatsController extends Crud { @Get(':id/own') remove() {} }
"""
    found = _read(cats=cats, **{"src/cats/crud.ts": base})
    assert _said(found) == {"GET /health", "GET /cats/{id}", "GET /cats/{id}/own"}


def test_what_no_application_holds_is_loose() -> None:
    """A controller that no module has, and all of them where the prefix is only known when it runs."""
    lost = "import { Controller, Get } from '@nestjs/common';\n@Controller('lost')\nexport class Lost { @Get() all() {} }\n"
    found = _read(**{"src/lost.controller.ts": lost})
    assert "GET /lost" not in _said(found)
    assert [one.path for one in found.loose] == ["/lost"]
    assert [one.path for one in found.unresolved] == ["src/lost.controller.ts"]
    found = _read("app.setGlobalPrefix(app.get(ConfigService).get('prefix', 'default'));")
    assert "GET /default/cats" in _said(found)
    found = _read("app.setGlobalPrefix(config.get('prefix'));")
    assert not found.routes
    assert len(found.loose) == 7
    assert [one.line for one in found.unresolved] == [6]


def test_two_applications_of_one_tree() -> None:
    """Each has its own prefix; an application that never listens has no routes."""
    second = MAIN.replace("SET", "app.setGlobalPrefix('second');").replace("AppModule", "CatsModule")
    second = second.replace("./app.module", "./cats/cats.module")
    third = MAIN.replace("SET", "app.setGlobalPrefix('third');").replace("await app.listen(3000);", "return app;")
    said = _said(_read("app.setGlobalPrefix('first');", **{"src/second.ts": second, "src/third.ts": third}))
    assert {"GET /first/health", "GET /first/cats", "GET /second/cats"} <= said
    assert not {one for one in said if one.endswith("second/health") or "/third" in one}
