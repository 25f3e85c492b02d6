"""The examples in the docstrings of brew.testing do what they say."""

import doctest
import importlib
import pkgutil

import pytest

from brew import testing

MODULES = [module.name for module in pkgutil.iter_modules(testing.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_module_are_true(name):
    module = importlib.import_module(f"brew.testing.{name}")
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    results = doctest.testmod(module, optionflags=flags)
    assert results.failed == 0


def test_there_are_examples_for_each_thing_to_call():
    finder = doctest.DocTestFinder()
    for function in testing.check_gradient, testing.check_layer, testing.check_solver:
        assert any(test.examples for test in finder.find(function))
