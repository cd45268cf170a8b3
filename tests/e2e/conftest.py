"""A running server on its own database, and a real Chromium as a person would use it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as Waited

ROOT = Path(__file__).parent.parent.parent
DESKTOP = {"width": 1366, "height": 850}
PHONE = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Portal:
    """Where the server listens, and who may sign in."""

    url: str
    accounts: dict[str, dict[str, str]]
    database_url: str = ""


# Counts what a page has asked for and not yet got; pages draw in steps, each asking for the next.
WATCH = """(() => {
    window.asked = 0;
    const fetched = window.fetch;
    window.fetch = (...request) => { window.asked += 1; return fetched(...request).finally(() => { window.asked -= 1; }); };
})()"""
# At rest is a page that asks for nothing while its script had several turns to do so.
REST = """async () => {
    for (let turns = 0; turns < 6; turns = window.asked === 0 && document.readyState === "complete" ? turns + 1 : 0)
        await new Promise((next) => setTimeout(next, 25));
}"""


@dataclass
class Person:
    """A signed-in person's browser page, with all it complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a page of the portal as it stands now, and wait until it has drawn itself."""
        portal = self.page.url.split("#")[0].split("/admin")[0] + "/admin/#"
        if self.page.url == portal + path:
            self.page.reload()  # others may have acted since
        else:
            self.page.goto(portal + path)
        self.rest()

    def rest(self) -> None:
        """Wait until the page has all it asked for."""
        self.page.evaluate(REST)


def open_menu(select: Locator, option: Locator) -> Locator:
    """Open a select until the option shows: choices that arrive while its menu opens close it again."""
    for _ in range(5):
        select.click()
        try:
            option.first.wait_for(timeout=4_000)
        except Waited:
            continue
        break
    return option.first


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def portal(server: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The product served on a database of its own with a worker beside it."""
    url = server.clone(f"ejia_e2e_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    port = free_port()
    environment = os.environ | {"EJIA_DATABASE_URL": url, "EJIA_DEMO": "1"}
    command = [sys.executable, "-m", "backend.cli"]
    processes = [
        subprocess.Popen([*command, "serve", "--port", str(port)], cwd=ROOT, env=environment),
        subprocess.Popen([*command, "worker"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL),
    ]
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        try:
            if httpx.get(address + "/readyz", timeout=2).status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.2)
    accounts = json.loads((Path(os.environ["EJIA_HOME"]) / "demo-accounts.json").read_text("utf-8"))
    yield Portal(address, {a["username"]: a for a in accounts}, url)
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; a machine without it fails here with words, never silently."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "browser tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        # A busy machine draws slowly; what never comes still fails.
        expect.set_options(timeout=20_000)
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def listen(person: Person, portal: Portal) -> None:
    """Keep every console error, every failed and every outside request."""
    page = person.page
    page.on("console", lambda m: person.complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: person.complaints.append(str(e)))
    page.on(
        "request",
        lambda r: (
            None
            if r.url.startswith((portal.url, "data:", "blob:"))
            else person.complaints.append(f"outside request {r.url}")
        ),
    )


@pytest.fixture(scope="session")
def contexts(chromium: Browser, portal: Portal) -> Iterator[Callable[[str, bool], BrowserContext]]:
    """Signed-in contexts, one for each person and device: signing in and loading the SDK happen once a run."""
    made: dict[tuple[str, bool], BrowserContext] = {}

    def context_of(username: str, phone: bool) -> BrowserContext:
        if (username, phone) not in made:
            context = new_context(chromium, portal, phone=phone)
            form = {"username": username, "password": portal.accounts[username]["password"]}
            answer = context.request.post("/api/v1/auth/sign-in", data=form)
            assert answer.ok, answer.text()
            made[username, phone] = context
        return made[username, phone]

    yield context_of
    for context in made.values():
        context.close()


def new_context(chromium: Browser, portal: Portal, *, phone: bool = False, **more: object) -> BrowserContext:
    """A browser nobody has signed in with; nothing in it moves, so nothing waits for movement."""
    context = chromium.new_context(
        viewport=PHONE if phone else DESKTOP,
        is_mobile=phone,
        has_touch=phone,
        base_url=portal.url,
        reduced_motion="reduce",
        **{"locale": "zh-CN"} | more,
    )
    context.add_init_script(WATCH)
    return context


@pytest.fixture
def sign_in_as(contexts: Callable[[str, bool], BrowserContext], portal: Portal) -> Iterator[Callable[..., Person]]:
    """`sign_in_as("town109_clerk", phone=True)` opens the portal as that person, at their own account."""
    pages: list[Page] = []

    def sign_in_as(username: str, *, phone: bool = False) -> Person:
        person = Person(contexts(username, phone).new_page())
        pages.append(person.page)
        listen(person, portal)
        person.page.goto("/admin/#/page/OwnAccountPage")
        person.page.wait_for_selector(".cxd-Layout")
        person.rest()
        return person

    yield sign_in_as
    for page in pages:
        page.close()
