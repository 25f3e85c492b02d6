"""Fetching from mirrors that are slow, broken or wrong."""

import hashlib
import http.server
import threading
import time

import pytest

from brew import datasets
from brew.datasets import catalogue
from brew.download import Download, cache_folder, fetch
from brew.errors import FileError

CONTENT = bytes(range(256)) * 2000
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()


class Mirror(http.server.BaseHTTPRequestHandler):
    """Answer each path in its own way; remember what was asked."""

    def do_GET(self):
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        self.server.asked.append((self.path, start))
        getattr(self, "answer_" + self.path.strip("/"))(start)

    def send(self, content, status=200, length=None):
        self.send_response(status)
        self.send_header("Content-Length", str(length or len(content)))
        self.end_headers()
        self.wfile.write(content)

    def answer_good(self, start):
        self.send(CONTENT[start:], 206 if start else 200)

    def answer_no_ranges(self, start):
        self.send(CONTENT)

    def answer_missing(self, start):
        self.send_error(404)

    def answer_wrong(self, start):
        self.send(bytes(len(CONTENT)))

    def answer_breaks(self, start):
        self.send(CONTENT[start : start + 200_000], 206, length=len(CONTENT) - start)

    def answer_stops(self, start):
        self.send(CONTENT[start : start + 1000], 206, length=len(CONTENT))

    def answer_empty(self, start):
        self.send(b"")

    def answer_endless(self, start):
        self.send_response(200)
        self.end_headers()
        while not self.server.over.is_set():
            self.wfile.write(CONTENT)

    def answer_stalls(self, start):
        self.send(CONTENT[:5000], length=len(CONTENT))
        self.wfile.flush()
        self.server.over.wait(20)

    def answer_silent(self, start):
        self.server.over.wait(20)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    """Serve the mirrors on this machine."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, client_address):
            pass  # clients leave early here, on purpose

    with Server(("127.0.0.1", 0), Mirror) as running:
        running.asked, running.over = [], threading.Event()
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.over.set()
        running.shutdown()
        thread.join()


def download(server, *paths):
    address = f"http://127.0.0.1:{server.server_port}/"
    return Download(tuple(address + path for path in paths), len(CONTENT), CHECKSUM)


def test_a_file_is_fetched_and_checked(server, tmp_path):
    counts = []
    fetch(download(server, "good"), tmp_path / "new" / "file", step=counts.append)
    assert (tmp_path / "new" / "file").read_bytes() == CONTENT
    assert sum(counts) == len(CONTENT)
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["file"]


def test_a_file_that_is_here_is_not_fetched_again(server, tmp_path):
    (tmp_path / "file").write_bytes(CONTENT)
    fetch(download(server, "good"), tmp_path / "file")
    assert server.asked == []


def test_a_file_that_is_damaged_is_fetched_again(server, tmp_path):
    (tmp_path / "file").write_bytes(CONTENT[:-1])
    fetch(download(server, "good"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


@pytest.mark.parametrize("bad", ["missing", "wrong", "empty", "stops", "endless"])
def test_the_next_mirror_helps(server, tmp_path, bad):
    fetch(download(server, bad, "good"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


@pytest.mark.parametrize("bad", ["stalls", "silent"])
def test_a_mirror_that_falls_silent_is_given_up(server, tmp_path, bad):
    start = time.monotonic()
    fetch(download(server, bad, "good"), tmp_path / "file", timeout=0.2)
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert time.monotonic() - start < 10


def test_a_transfer_that_breaks_off_is_continued(server, tmp_path):
    fetch(download(server, "breaks"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert server.asked == [("/breaks", start) for start in (0, 200_000, 400_000)]


def test_a_later_call_continues_where_the_first_ended(server, tmp_path):
    with pytest.raises(FileError, match="it broke off after 3000 of 512000 bytes"):
        fetch(download(server, "stops"), tmp_path / "file")
    assert not (tmp_path / "file").exists()
    fetch(download(server, "good"), tmp_path / "file")
    assert server.asked[-1] == ("/good", 3000)
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_mirror_that_cannot_continue_starts_anew(server, tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT[:777])
    fetch(download(server, "no_ranges"), tmp_path / "file")
    assert server.asked == [("/no_ranges", 777)]
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_part_that_was_damaged_is_fetched_anew(server, tmp_path):
    (tmp_path / "file.part").write_bytes(b"?" * 777)
    fetch(download(server, "good"), tmp_path / "file")
    assert server.asked == [("/good", 777), ("/good", 0)]
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_part_that_is_complete_is_only_checked(server, tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT)
    fetch(download(server, "good"), tmp_path / "file")
    assert server.asked == []


def test_when_no_mirror_helps_each_says_why_and_the_remedy_is_told(server, tmp_path):
    source = download(server, "missing", "wrong", "empty")
    nobody = Download(("http://127.0.0.1:9/file", *source.urls), *source[1:])
    with pytest.raises(FileError) as told:
        fetch(nobody, tmp_path / "file")
    lines = str(told.value).splitlines()
    assert lines[0] == "file cannot be fetched:"
    assert "127.0.0.1:9/file: no answer (" in lines[1]
    assert lines[2].endswith("/missing: it answers 404 Not Found")
    assert lines[3].endswith("/wrong: it sent another file: the checksum differs")
    assert lines[4].endswith("/empty: it broke off after 0 of 512000 bytes")
    assert lines[5] == (
        f"Without a connection, put the file at {tmp_path}/file by hand; "
        f"its SHA-256 is {CHECKSUM}"
    )
    assert [file.name for file in tmp_path.iterdir()] in ([], ["file.part"])


def test_a_full_disk_is_told_before_anything_is_fetched(server, tmp_path, monkeypatch):
    usage = type("Usage", (), {"free": 100})
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    with pytest.raises(FileError, match="1 MB are needed, but the disk has only 0 MB"):
        fetch(download(server, "good"), tmp_path / "file")
    assert server.asked == []


def test_a_place_that_cannot_be_written_is_an_error(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be written .*set BREW_DATA to a"):
        fetch(download(server, "good"), tmp_path / "file" / "inner")


def test_the_cache_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("BREW_DATA", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder() == tmp_path / ".cache" / "brew"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "brew"
    monkeypatch.setenv("BREW_DATA", str(tmp_path / "data"))
    assert cache_folder() == tmp_path / "data"


def test_a_data_set_is_fetched_file_by_file(server, tmp_path, monkeypatch):
    monkeypatch.setenv("BREW_DATA", str(tmp_path))
    source = download(server, "good")
    mnist = catalogue.DATASETS["mnist"]._replace(downloads=(source,) * 4)
    monkeypatch.setitem(catalogue.DATASETS, "mnist", mnist)
    counts = []
    assert datasets.fetch("mnist", step=counts.append) == tmp_path / "mnist"
    assert datasets.find("mnist") == tmp_path / "mnist"
    assert sum(counts) == 4 * len(CONTENT)


def test_what_comes_with_brew_need_not_be_fetched(tmp_path, monkeypatch):
    monkeypatch.setenv("BREW_DATA", str(tmp_path))
    assert datasets.fetch("mnist10k") == datasets.ROOT / "mnist10k"


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_every_original_has_mirrors_and_a_checksum(name):
    for file, source in zip(
        datasets.describe(name).files, datasets.describe(name).downloads, strict=True
    ):
        assert len(source.urls) >= 2
        assert all(url.endswith("/" + file) for url in source.urls)
        assert len(bytes.fromhex(source.sha256)) == 32
