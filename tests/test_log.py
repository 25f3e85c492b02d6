import re

import pytest

import brew
from brew.log import logger


@pytest.fixture(autouse=True)
def _quiet_again():
    yield
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.setLevel("NOTSET")
    logger.propagate = True


def test_nothing_is_shown_until_init_log(capsys):
    brew.log("hello")
    assert capsys.readouterr().err == ""


def test_a_line_looks_as_glogs(capsys):
    brew.init_log()
    brew.log("hello 100%")
    line = capsys.readouterr().err
    form = r"I\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ test_log\.py:\d+\] hello 100%\n"
    assert re.fullmatch(form, line)


def test_the_level_hides_what_is_less_important(capsys):
    brew.init_log(1)
    brew.log("hello")
    logger.warning("careful")
    assert capsys.readouterr().err.endswith("careful\n")


def test_calling_it_twice_shows_lines_once(capsys):
    brew.init_log()
    brew.init_log(0, True)
    brew.log("hello")
    assert capsys.readouterr().err.count("hello") == 1


def test_without_stderr_the_lines_go_to_your_handlers(capsys, caplog):
    brew.init_log(0, False)
    brew.log("hello")
    assert capsys.readouterr().err == ""
    assert caplog.messages == ["hello"]
