"""The checks find bugs that are planted on purpose."""

import pytest

from tests.mutants.__main__ import MUTANTS
from tests.mutants.catch import ROOT, catch, failing_checks, mutated
from tests.mutants.planted import Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_mutant_still_fits_the_source(mutant):
    compile(mutated(mutant), mutant.file, "exec")


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_planted_bug_is_found_by_its_check(mutant):
    assert mutant.check in catch(mutant)


@pytest.mark.parametrize("type_name", ["TanH", "Adam"])
def test_nothing_is_found_where_nothing_is_planted(type_name):
    assert failing_checks(ROOT, type_name) == []


def test_mutant_that_no_longer_fits_says_so():
    with pytest.raises(ValueError, match=r"0 times, not once; bring .*planted\.py"):
        catch(Mutant("brew/errors.py", "no such text", "", "ReLU", "gradient"))


def test_mutant_that_breaks_python_is_no_catch():
    mutant = Mutant("brew/errors.py", '"""Every error', '("""Every error', "TanH", "")
    with pytest.raises(RuntimeError, match="did not run"):
        catch(mutant)
