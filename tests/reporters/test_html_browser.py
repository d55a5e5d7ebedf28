"""The HTML page in a real Chromium: what a person does with it, at a desk and on a phone, and that nothing leaves it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pytest_agentcompliance.reporters import html
from pytest_agentcompliance.reporters.account import Account
from tests.reporters import screenshots
from tests.reporters.golden import ACCOUNT, ROUTE
from tests.reporters.html_accounts import HOSTILE, hostile, many
from tests.reporters.html_browser import CHROMIUM, opened

pytestmark = pytest.mark.walk

IMAGES = Path(__file__).parents[2] / "docs" / "images"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
Show = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.is_file():
        pytest.skip(f"there is no Chromium at {CHROMIUM}; AGENT_COMPLIANCE_BROWSER may name another")
    with opened() as browser:
        yield browser


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Show:
    """The page of an account, open. When the test has ended, no request has left and the console has nothing."""

    @contextmanager
    def shown(account: Account = ACCOUNT, at: str = "", *, size: dict[str, int] = DESK, **how: object) -> Iterator[Page]:
        file = tmp_path / "report.html"
        file.write_text(html.dumps(account), "utf-8")
        context = browser.new_context(viewport=size, **how)  # type: ignore[arg-type]
        page = context.new_page()
        told: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("dialog", lambda dialog: told.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri() + at)
        yield page
        assert told == []
        assert [one.partition("#")[0] for one in asked] == [file.as_uri()]
        context.close()

    return shown


def seen(page: Page, what: str) -> list[str]:
    """The ids of the elements that can be seen."""
    found: list[str] = page.locator(what).evaluate_all("all => all.filter(one => one.offsetParent).map(one => one.id)")
    return found


def test_findings_are_filtered_by_words_states_and_rule(show: Show) -> None:
    with show() as page:
        form = page.locator("#filter")
        assert form.locator("output").inner_text() == "5 of 5 shown"
        form.locator("input[type=search]").fill("TODO queue")
        assert form.locator("output").inner_text() == "1 of 5 shown"
        assert seen(page, "article") == ["f1"]
        assert len(seen(page, "section.found")) == 1
        form.locator("input[type=search]").fill("no such words")
        assert page.locator("#findings .nothing").is_visible()
        form.locator("input[type=search]").fill("")
        for state in ("error", "excused", "style"):
            form.locator(f"input[value={state}]").uncheck()
        assert page.locator("article:visible h4").all_inner_texts() == ["3\napps/api/\\u202ename\\n<b>@everyone.ts:1"]
        form.locator("input[value=error]").check()
        form.locator("select").select_option("config/ports")
        assert page.locator("article:visible p").first.inner_text() == "the port 3000 became 3001"
        assert form.locator("option").all_inner_texts()[:2] == ["all", "config/ports (1)"]


def test_matrix_is_filtered_by_words_and_outcomes(show: Show) -> None:
    with show() as page:
        form, rows = page.locator("#clauses"), page.locator("#matrix tr[id] > th")
        assert form.locator("output").inner_text() == "8 of 8 shown"
        for state in ("kept", "not-judged", "not-checkable", "waived"):
            form.locator(f"input[value={state}]").uncheck()
        assert rows.filter(visible=True).all_inner_texts() == ["C3-09", "C3-10"]
        assert page.locator("#matrix tr.group:visible").count() == 1
        form.locator("input[value=broken]").uncheck()
        assert rows.filter(visible=True).all_inner_texts() == ["C3-09"]
        assert page.locator("#matrix td.by:visible").all_inner_texts() == ["content/todo", "content/placeholder"]
        form.locator("input[type=search]").fill("port")
        assert page.locator("#matrix .nothing").is_visible()


def test_links_show_what_is_filtered_out_or_folded(show: Show) -> None:
    with show(at="#f4") as page:
        assert page.locator("#f4").is_visible()
        page.locator("#filter input[type=search]").fill("queue")
        page.locator("#clauses input[type=search]").fill("port")
        assert page.locator("#f4").is_hidden()
        assert page.locator("#c1").is_hidden()
        page.evaluate("location.hash = 'f2'")
        page.wait_for_function("document.getElementById('f2').offsetParent")
        assert page.locator("#c1").is_hidden(), "the other filter is left alone"
        page.locator("#f2").locator("..").locator("h3 a").click()
        page.locator("#filter input[type=search]").fill("queue")
        page.locator("#c3 .saw a").click()
        assert page.locator("#g2").is_visible()
        page.locator("#c3 .by a").click()
        assert page.locator("#rules details[open]").count() == 1
        assert page.locator("#rules details[open] summary").is_visible()
        page.evaluate("location.hash = 'c1'")
        page.wait_for_function("document.getElementById('c1').offsetParent")
        page.evaluate("location.hash = 'no such thing'")


def test_scope_map_leads_to_the_findings_of_a_file(show: Show) -> None:
    with show() as page:
        button = page.locator(f'.jump[data-q="{ROUTE}"]')
        assert button.inner_text() == "2 findings"
        button.click()
        assert page.locator("#filter output").inner_text() == "2 of 5 shown"
        assert page.evaluate("document.activeElement.type") == "search"


def test_place_is_copied(show: Show) -> None:
    with show(permissions=["clipboard-read", "clipboard-write"]) as page:
        page.locator("#f1 .place").click()
        page.wait_for_function("document.getElementById('said').textContent")
        assert page.locator("#said").inner_text() == f"copied {ROUTE}:3"
        assert page.evaluate("navigator.clipboard.readText()") == f"{ROUTE}:3"


def test_keyboard_goes_from_the_top_to_the_end_and_is_seen(show: Show) -> None:
    with show() as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#findings') !== null")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        tops: list[float] = []
        for _ in range(200):
            where = page.evaluate(
                "(() => { const one = document.activeElement; return one === document.body ? null : "
                "[one.getBoundingClientRect().top + scrollY, getComputedStyle(one).outlineStyle, !!one.closest('nav')] })()"
            )
            if where is None:
                break
            assert where[1] == "solid"
            tops += [] if where[2] else [round(where[0] / 40)]
            page.keyboard.press("Tab")
        else:
            pytest.fail("the keyboard does not come to the end")
        assert tops == sorted(tops)


@pytest.mark.parametrize("account", [ACCOUNT, hostile("x" * 10_000)], ids=["golden", "long"])
def test_page_is_never_wider_than_the_screen(show: Show, account: Account) -> None:
    with show(account) as page:
        for width in (1280, 900, 600, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") == width
            wide = page.evaluate(
                "[...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1)"
                ".filter(one => !one.closest('.scroll, thead') && one.checkVisibility()).map(one => one.outerHTML.slice(0, 90))"
            )
            assert wide == [], width


def test_page_is_dark_where_the_screen_is(show: Show) -> None:
    with show() as page:
        for scheme, ground in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(21, 24, 27)")):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground


def test_matrix_on_a_phone_shows_its_outcome_without_scrolling(show: Show) -> None:
    with show(size=PHONE) as page:
        rows = page.locator("#matrix tr[data-k]")
        for row in rows.all():
            box = row.locator(".came").bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]
        # The roles stay a table's, whatever the style makes of its boxes.
        tree = page.locator("#matrix").aria_snapshot()
        assert "- table" in tree
        assert "columnheader" in tree
        assert '- cell "broken"' in tree


def test_print_shows_all_that_is_folded_and_no_tools(show: Show) -> None:
    with show(color_scheme="dark") as page:
        folded = page.locator("#commits details p").first
        assert folded.is_hidden()
        assert folded.evaluate("one => one.checkVisibility({contentVisibilityAuto: true})") is False
        page.emulate_media(media="print")
        assert folded.evaluate("one => one.checkVisibility({contentVisibilityAuto: true})") is True
        for tool in ("nav", ".filter", ".skip", ".jump"):
            assert page.locator(tool).first.is_hidden(), tool
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(28, 32, 36)", "ink on paper, in the dark too"
        printed = page.pdf(format="A4")
        assert printed.startswith(b"%PDF")
        assert printed.count(b"/Type /Page\n") >= 2


def test_page_is_whole_without_its_script(show: Show) -> None:
    with show(java_script_enabled=False) as page:
        assert page.locator("article").count() == 5
        assert page.locator("article").last.is_visible()
        for tool in ("#filter", "#clauses", ".jump"):
            assert page.locator(tool).first.is_hidden(), tool


def test_hostile_text_does_nothing(show: Show) -> None:
    with show(hostile(" ".join(text for text in HOSTILE.values() if len(text) < 400))) as page:
        title = page.title()
        page.locator("summary, .place, .jump, article").evaluate_all(
            "all => all.forEach(one => ['mouseover', 'focus', 'click', 'error', 'load'].forEach("
            "name => one.dispatchEvent(new Event(name, {bubbles: true}))))"
        )
        page.locator("#filter input[type=search]").fill("x")
        page.wait_for_timeout(50)
        assert page.title() == title
        assert title.startswith("Broken - a\\nb")
        assert page.locator("script").count() == 1
        assert page.locator("img, iframe, object, form[action]").count() == 0


def test_five_thousand_findings_are_filtered(show: Show) -> None:
    with show(many(5000)) as page:
        output = page.locator("#filter output")
        total = int(output.inner_text().split()[0])
        assert total >= 5000
        page.locator("#filter input[type=search]").fill("number 4321")
        assert output.inner_text() == f"1 of {total} shown"
        assert page.locator("article:visible h4").inner_text().endswith("part021.ts:4321")
        page.locator("#filter input[type=search]").fill("file:apps/api/part021.ts")
        assert output.inner_text() == f"50 of {total} shown"
        page.evaluate("location.hash = 'f2500'")
        page.wait_for_function("document.getElementById('f2500').offsetParent")
        page.wait_for_function("Math.abs(document.getElementById('f2500').getBoundingClientRect().top) < innerHeight")


def test_pictures_of_the_docs_are_made(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {one.name for one in IMAGES.iterdir()} == {*screenshots.SHOTS, "terminal.svg"}
    monkeypatch.setattr(screenshots, "SHOTS", {"small.png": ("#scope", 300, 200, True)})
    screenshots.write(tmp_path, ACCOUNT, browser)
    page = browser.new_page()
    page.goto((tmp_path / "small.png").as_uri())
    assert page.evaluate("[document.images[0].naturalWidth, document.images[0].naturalHeight]") == [300, 200]
    page.goto((tmp_path / "terminal.svg").as_uri())
    text = page.evaluate("document.documentElement.textContent").replace("\xa0", " ")
    assert "C3-09: No TODO in place of a requirement" in text
    page.close()


def test_page_that_a_server_gives_asks_it_for_nothing_more(browser: Browser) -> None:
    """Over HTTP a browser would look for an icon, or whatever else a page lets it."""
    asked: list[str] = []
    data = html.dumps(ACCOUNT).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/report.html")
        page.locator("#filter input[type=search]").fill("todo")
        page.wait_for_timeout(100)
        page.close()
        server.shutdown()
        thread.join()
    assert asked == ["/report.html"]
