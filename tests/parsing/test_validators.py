"""Schemas of Zod, Yup, Joi, class-validator and Pydantic, and when one is another."""

from textwrap import dedent

import pytest

from pytest_agentcompliance.parsing.validators import Shape, shapes
from pytest_agentcompliance.parsing.validators.likeness import alike, words


def read(path: str, text: str) -> list[Shape]:
    said = shapes(path, dedent(text))
    assert said.read
    return list(said.found)


def told(one: Shape) -> str:
    fields = " ".join(f"{field.name}:{field.kind}{'?' * field.optional}" for field in one.fields)
    return f"{one.library} {one.name or '-'} {fields}"


def test_objects_of_three_libraries() -> None:
    found = read(
        "a.ts",
        """
        export const CreateUser = z
          .object({ email: z.string().email(), "age": z.coerce.number().optional(), at: z.date(), role: z.enum(["a", "b"]) })
          .strict()
        const user = yup.object().shape({ name: yup.string().required(), tags: yup.array().notRequired() })
        const order = Joi.object({ total: Joi.number(), paid: Joi.boolean() })
        const keyed = Joi.object().keys({ total: Joi.number() })
        router.post("/", validate(object({ id, deep: z.object({ inner: z.string({ message: "no", other: 1 }) }) })))
        """,
    )
    assert [told(one) for one in found] == [
        "zod CreateUser email:string age:number? at:date role:enum",
        "yup user name:string tags:array?",
        "joi order total:number paid:boolean",
        "joi keyed total:number",
        "yup - id:other deep:object",
        "zod - inner:string",
    ]
    assert [one.line for one in found] == [2, 5, 6, 7, 8, 8]
    assert [one.inner for one in found] == [False] * 5 + [True]


def test_what_an_object_is_derived_from() -> None:
    (one,) = read("a.ts", "const a = z.object({ ...User.shape, b: z.date() }).extend({ c: z.any() })\n")
    assert (one.bases, told(one)) == (("User.shape",), "zod a b:date")
    assert read("a.ts", "const a = User.extend({ c: z.any() })\nconst keys = Object.keys({ a: 1 })\n") == []


def test_classes_of_class_validator() -> None:
    found = read(
        "a.ts",
        """
        @Injectable()
        export class Service { name: string }
        export class UserDto extends Base {
          @IsEmail()
          email: string
          @IsOptional() @IsInt() age?: number
        }
        """,
    )
    assert [told(one) for one in found] == ["class-validator UserDto email:string age:number?"]
    assert (found[0].line, found[0].bases) == (4, ("Base",))


def test_models_of_pydantic() -> None:
    found = read(
        "a.py",
        """
        class Base(BaseModel):
            model_config = ConfigDict()
            id: int
        class User(Base):
            email: EmailStr = Field(..., max_length=3)
            age: int | None = None
            tags: list[str] = Field(default_factory=list)
            bio: str = Field(max_length=4)
            kind: ClassVar[str] = "a"
            _own: str
            def f(self): ...
        class Table(SQLModel, table=True):
            id: int
        class Settings(BaseSettings):
            a: str
        class Kind(str, Enum):
            a: str
        class Foreign(specs.User):
            a: str
        class Camel(CamelModel):
            a: datetime
        class Loop(Loop): ...
        """,
    )
    assert [told(one) for one in found] == [
        "pydantic Base id:number",
        "pydantic User id:number email:string age:number? tags:array? bio:string",
        "pydantic Camel a:date",
    ]
    assert found[2].bases == ("CamelModel",)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", "z.object({" * 2000), ("a.ts", "const = z.object({ a: , ...}) class { @IsInt() }"), ("a.ts", "z.object()({a})"),
        ("a.py", "class A(A, BaseModel):\n  a: \nclass B(C): ...\nclass C(B):\n  x: int\n"), ("a.py", "class A(BaseModel" * 500),
        ("a.md", "z.object({ a: z.string() })"),
    ],
)  # fmt: skip
def test_whatever_stands_there_nothing_raises(path: str, text: str) -> None:
    assert all(one.library for one in shapes(path, text).found)


def test_names_are_compared_without_what_they_are_made_with() -> None:
    assert words("createUserSchema") == words("CreateUser") == words("create_user_dto") == ("create", "user")
    assert words("Schema") == ()


@pytest.mark.parametrize(
    ("new", "old", "certain"),
    [
        ("const userSchema = z.object({ a: z.string() })", "const User = z.object({ a: z.string(), b: z.date() })", True),
        ("const userSchema = z.object({ c: z.string() })", "const User = z.object({ a: z.string() })", False),
        ("const userSchema = z.object({ a: z.number(), c: z.date() })", "const User = z.object({ a: z.string() })", None),
        ("const x = z.object({ a: z.string(), b: z.string(), c: z.string(), d: z.string() })",
         "const y = Joi.object({ d: Joi.string(), c: Joi.string(), b: Joi.string(), a: Joi.string() })", True),
        ("const x = z.object({ a: z.string(), b: z.string(), c: z.string() })",
         "const y = z.object({ a: z.string(), b: z.string(), c: z.string() })", False),
        ("const x = z.object({ a: z.string(), b: z.string() })", "const y = z.object({ a: z.string(), b: z.string() })", None),
        ("const login = z.object({ a: z.string(), b: z.string() })", "const LoginBody = z.object({ a: z.string(), b: z.string() })",
         True),
        ("const x = z.object({ a: z.string().optional(), b: z.string(), c: z.string(), d: z.string() })",
         "const y = z.object({ a: z.string(), b: z.string(), c: z.string(), d: z.string() })", None),
        ("const x = z.object({ id: z.string(), page: z.number(), limit: z.number() })",
         "const y = z.object({ id: z.string(), page: z.number(), limit: z.number() })", None),
        ("const user = z.object({ id: z.string(), x: z.string(), y: z.string() })",
         "const User = z.object({ id: z.string(), z: z.date() })", False),
        ("const userPage = z.object({ a: z.string(), b: z.string(), c: z.string(), d: z.string(), e: z.date() })",
         "const user = z.object({ a: z.string(), b: z.string(), c: z.string(), d: z.string() })", False),
    ],
)  # fmt: skip
def test_when_a_schema_is_another(new: str, old: str, certain: bool | None) -> None:
    said = alike(read("a.ts", new)[0], read("b.ts", old)[0])
    assert (said.certain if said else None) is certain


def test_a_schema_of_another_language_is_another() -> None:
    (new,) = read("a.py", "class User(BaseModel):\n    a: str\n")
    (old,) = read("a.ts", "const User = z.object({ a: z.string() })\n")
    assert alike(new, old) is None
