"""One JupyterLab and one Chromium for all browser tests."""

import pytest

from tests.browser.chromium import FLAGS, find_chromium, missing
from tests.browser.server import serve

# The browser must be gone when this package is done: while it lives, Playwright keeps
# an event loop running, and tests elsewhere could start none.
SCOPE = "package"


@pytest.fixture(scope=SCOPE)
def browser():
    """A headless Chromium."""
    if missing():
        pytest.skip(f"no browser tests: {missing()}")
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope=SCOPE)
def lab(browser, tmp_path_factory):
    """Address and notebook folder of a JupyterLab, made only if there is a browser."""
    folder = tmp_path_factory.mktemp("lab")
    with serve(folder) as address:
        yield address, folder / "notebooks"


@pytest.fixture
def page(browser, lab, tmp_path):
    """An empty page that reaches nothing but the server, and notes what goes wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))

    def only_here(route):
        if route.request.url.startswith((lab[0], "data:", "blob:")):
            route.continue_()
        else:
            page.complaints.append(f"asked for {route.request.url}")
            route.abort()

    context.route("**/*", only_here)
    yield page
    page.screenshot(path=tmp_path / "last.png")  # for whoever wonders why it failed
    context.close()
