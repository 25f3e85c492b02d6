"""Fetch a file whose checksum is known, from the first mirror that has it intact."""

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

from brew.errors import FileError
from brew.files import check_room

CHUNK = 2**16
LARGEST = 2**31  # bytes, if a file's size is not known
ATTEMPTS = 3  # at each mirror, as long as bytes arrive


class Download(NamedTuple):
    """A file on the net.

    Attributes
    ----------
    urls : tuple of str
        Mirrors, the best first.
    size : int or None
        In bytes, if it is known.
    sha256, sha1 : str
        Checksums of the content, as hexadecimal digits; at least one.
    """

    urls: tuple[str, ...]
    size: int | None
    sha256: str = ""
    sha1: str = ""


def cache_folder():
    """Return where fetched and prepared files live: ``BREW_DATA``, else the cache.

    The cache is ``~/.cache/brew``, or what ``XDG_CACHE_HOME`` says.
    """
    if os.environ.get("BREW_DATA"):
        return Path(os.environ["BREW_DATA"])
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "brew"


def fetch(download, path, timeout=30, step=lambda count: None):
    """Bring a file to `path`, unless it is there already, and check it.

    A transfer that breaks off is continued, also by a later call. The file appears
    under its name once its checksum is right.

    Parameters
    ----------
    download : Download
        What to fetch.
    path : str or Path
        Where the file shall be; missing folders are made.
    timeout : float, default 30
        Seconds without any answer after which a mirror is given up.
    step : callable, optional
        Called with the number of bytes that have just arrived.

    Raises
    ------
    FileError
        If no mirror has it; tells what each one said, and what to do offline.
    """
    path = Path(path)
    if has_checksum(path, download.sha256, download.sha1):
        return
    part = path.with_name(path.name + ".part")
    problems = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        check_room(path.parent, (download.size or 0) - _size(part))
        for url in download.urls:
            problem = _try_mirror(download, url, part, timeout, step)
            if problem is None:
                os.replace(part, path)
                return
            problems.append(f"  {url}: {problem}")
    except OSError as error:
        raise FileError(
            f"{path}: cannot be written ({error.strerror}); set BREW_DATA to a folder "
            "on a disk with room"
        ) from error
    kind = "SHA-256" if download.sha256 else "SHA-1"
    raise FileError(
        f"{path.name} cannot be fetched:\n" + "\n".join(problems) + "\n"
        f"Without a connection, put the file at {path} by hand; its {kind} is "
        f"{download.sha256 or download.sha1}"
    )


def has_checksum(path, sha256="", sha1=""):
    """Tell whether there is a file with this content; one checksum is enough."""
    if not Path(path).is_file():
        return False
    found = checksums(path)
    return found["sha256"] == sha256 if sha256 else found["sha1"] == sha1


def checksums(path):
    """Return the ``sha256`` and the ``sha1`` of a file, as hexadecimal digits."""
    with open(path, "rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        return {
            "sha256": sha256,
            "sha1": hashlib.file_digest(file, "sha1").hexdigest(),
        }


class _Problem(Exception):
    """What is wrong with a mirror."""


def _try_mirror(download, url, part, timeout, step):
    """Complete `part` from one mirror; return None, or what went wrong."""
    problem = ""
    for _ in range(ATTEMPTS):
        start = _size(part)
        try:
            if download.size is None or start < download.size:
                _receive(download, url, part, timeout, step)
            _check(download, part)
            return None
        except _Problem as error:
            problem = str(error)
        if _size(part) == start:
            break  # nothing new: to ask again is no use
    return problem


def _receive(download, url, part, timeout, step):
    with _request(url, _size(part), timeout) as reply:
        continues = reply.status == http.HTTPStatus.PARTIAL_CONTENT
        with open(part, "ab" if continues else "wb") as file:
            while chunk := _read(reply):
                file.write(chunk)
                step(len(chunk))
                if file.tell() > (download.size or LARGEST):
                    break


def _request(url, start, timeout):
    headers = {"User-Agent": "brew"}
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        request = urllib.request.Request(url, headers=headers)
        return urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        error.close()
        raise _Problem(f"it answers {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _Problem(f"no answer ({getattr(error, 'reason', error)})") from error


def _read(reply):
    try:
        return reply.read(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _Problem(f"it stopped sending ({error})") from error


def _check(download, part):
    if _size(part) < (download.size or 1):
        raise _Problem(f"it broke off after {_size(part)} of {download.size} bytes")
    if not has_checksum(part, download.sha256, download.sha1):
        part.unlink()
        raise _Problem("it sent another file: the checksum differs")


def _size(path):
    return path.stat().st_size if path.exists() else 0
