"""Run all tests of one type, with brew from another folder, and print what fails.

``python run.py FOLDER TYPE``, where FOLDER holds the mutated ``brew``. Runs in a
process of its own, since the mutant replaces modules. Prints the names of the checks
that fail, one a line; "golden" if a golden case does, "small pieces" if the result
depends on how the work is cut, or "solver".
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def failing_layer_checks(type_name):
    """Yield the name of each check that fails on some row of the type."""
    from brew.testing import CHECKS
    from tests.layer_types.cases import CASES
    from tests.layer_types.test_small_pieces import (
        test_layer_gives_the_same_in_small_pieces_on_three_threads as in_small_pieces,
    )

    rows = [case for case in CASES if case.type == type_name]
    for name, check in CHECKS.items():
        for case in rows:
            if check.applies_to(case) and name not in case.xfail and fails(check, case):
                yield name
                break
    if golden_fails(type_name):
        yield "golden"
    if any(fails(in_small_pieces, case) for case in rows if case.bottoms):
        yield "small pieces"


def golden_fails(type_name):
    """Tell whether a golden case of the layer type goes wrong."""
    from tests.golden.golden_case import cases_in
    from tests.golden.test_golden_layers import test_layer_computes_what_caffe_computes

    return any(
        fails(test_layer_computes_what_caffe_computes, *case.values, Path.cwd())
        for case in cases_in("layers")
        if case.id.startswith(f"{type_name}_")
    )


def failing_solver_checks(type_name):
    """Yield "solver" if the solver type goes wrong with any of its settings."""
    from brew.testing import check_solver
    from tests.solvers.test_every_solver import SETTINGS

    if any(fails(check_solver, type_name, **fields) for fields in SETTINGS[type_name]):
        yield "solver"


def fails(check, *args, **kwargs):
    try:
        check(*args, **kwargs)
    except Exception:
        return True
    return False


def main(folder, type_name):
    """Print the names of what fails, with a folder of data as the working folder."""
    sys.path[:0] = [folder, str(ROOT)]
    from brew.solvers import SOLVERS

    find = failing_solver_checks if type_name in SOLVERS else failing_layer_checks
    with tempfile.TemporaryDirectory() as place:
        data = shutil.copytree(ROOT / "tests/golden/layers/data", f"{place}/data")
        sys.path.append(data)
        os.chdir(place)
        print(*find(type_name), sep="\n")
        os.chdir(ROOT)


if __name__ == "__main__":
    main(*sys.argv[1:])
