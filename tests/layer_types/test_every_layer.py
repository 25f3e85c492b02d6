"""Every row of the table passes every check that applies to it."""

import pytest

from brew.layer import layer_type_list
from brew.testing import CHECKS
from tests.layer_types.cases import CASES


def registered():
    """Return the rows whose type exists; a test of its own reports the others."""
    return [case for case in CASES if case.type in layer_type_list()]


def pairs():
    """Yield a pytest parameter for each row and each check that applies to it."""
    for case in registered():
        for name, check in CHECKS.items():
            if check.applies_to(case):
                reason = case.xfail.get(name)
                marks = [pytest.mark.xfail(reason=reason)] if reason else []
                yield pytest.param(case, check, id=f"{case}-{name}", marks=marks)


@pytest.mark.parametrize(("case", "check"), list(pairs()))
def test_layer_passes_check(case, check):
    check(case)


def test_every_type_has_a_row():
    assert set(layer_type_list()) - {case.type for case in CASES} == set()


def test_every_row_is_of_a_registered_type():
    assert {case.type for case in CASES} - set(layer_type_list()) == set()


def test_every_row_has_a_name_of_its_own():
    names = [str(case) for case in CASES]
    assert [name for name in names if names.count(name) > 1] == []


def test_known_failures_name_checks_that_exist():
    assert {name for case in CASES for name in case.xfail} <= set(CHECKS)
