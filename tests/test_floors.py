"""The house stands on floors: every module imports only what lies below it.

Files and functions stay short enough to be read in one go.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# From the ground up; within a line, from left to right. A module may import what
# stands before it, and a package's own modules may import one another.
FLOORS = """
    errors
    table files download trust log training_log timer interrupts threads backend proto
    synced_mem blob fillers ops reference io net_spec
    layer recurrent_layer window_layer sources prefetching_layer substitute
    layer_types
    insert_splits net_filter net_wiring net_build net_sharing net_backward net_in_place
    net_debug net_files net_hdf5 net_batches net net_cost
    lr_policy solver_nets solver_files solver_display solver solvers
    nccl classifier detector coord_map boxes
    surgery diagnose
    datasets hierarchy saliency zoo testing views docstrings find catalogue summary
    draw
    __init__
    as_caffe for_children
    widgets cli __main__
"""
ORDER = FLOORS.split()

# Layers compute with self.xp; this one fills blobs from outside: that is NumPy's job.
DATA_LAYERS = {"memory_data"}
MAX_FILE, MAX_FUNCTION = 400, 40


def test_every_module_imports_only_from_lower_floors():
    assert list(breaches_of_floors(ROOT / "brew")) == []


def test_layers_know_neither_numpy_nor_one_another():
    assert list(breaches_of_layers(ROOT / "brew")) == []


def test_files_and_functions_are_short():
    files = [path for path in sorted(ROOT.rglob("*.py")) if is_ours(path)]
    assert [text for path in files for text in breaches_of_length(path)] == []


def breaches_of_floors(package):
    """Yield a sentence for every import that goes up."""
    for path in sorted(package.rglob("*.py")):
        here = module_of(path, package)
        if room(here) not in ORDER:
            yield f"{here} has no floor: give it a place in ORDER"
            continue
        for there in imported_modules(path, package):
            if room(there) not in ORDER:
                yield f"{here} imports {there}, which has no floor"
            elif room(there) != room(here) and floor(there) > floor(here):
                yield f"{here} imports {there} from above"


def breaches_of_layers(package):
    """Yield a sentence for every layer file that imports what it must not."""
    for path in sorted((package / "layer_types").glob("[!_]*.py")):
        if "brew.layer_types" in imported_modules(path, package):
            yield f"{path.stem} imports another layer file"
        roots = {name.partition(".")[0] for name in imported_names(path)}
        if "numpy" in roots and path.stem not in DATA_LAYERS:
            yield f"{path.stem} imports numpy: use self.xp"


def breaches_of_length(path):
    """Yield a sentence if the file is too long, and one for each long function."""
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > MAX_FILE:
        yield f"{path.name} has {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - code_start(node) + 1
            if length > MAX_FUNCTION:
                yield f"{path.name}: {node.name} has {length} lines"


def code_start(function):
    """Return the line after the docstring, or the function's own line."""
    first = function.body[0]
    return first.end_lineno + 1 if ast.get_docstring(function) else function.lineno


def is_ours(path):
    """Tell whether this file is written and read by people of the project."""
    parts = path.relative_to(ROOT).parts
    hidden = any(part.startswith(".") for part in parts)
    return not hidden and parts[0] != "build" and parts[:2] != ("tests", "golden")


def module_of(path, package):
    """Return the dotted name of the module in this file, such as ``brew.ops.lrn``."""
    parts = [package.name, *path.relative_to(package).with_suffix("").parts]
    inner = len(parts) > 2 and parts[-1] == "__init__"
    return ".".join(parts[:-1] if inner else parts)


def room(module):
    """Return the part of a module's name that stands in ORDER."""
    return module.split(".")[1]


def floor(module):
    return ORDER.index(room(module))


def imported_modules(path, package):
    """Yield the names of all modules of the package that a file imports."""
    for name in imported_names(path, module_of(path, package)):
        parts = name.split(".")
        if parts[0] == package.name:
            known = len(parts) > 1 and is_module(package, parts[1])
            yield f"{package.name}.{parts[1] if known else '__init__'}"


def is_module(package, name):
    files = (package / f"{name}.py", package / name)
    return name in ORDER or any(file.exists() for file in files)


def imported_names(path, module=""):
    """Yield the dotted name of everything imported, at the top or in a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node, path, module)
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif is_dynamic_import(node):
            yield node.args[0].value


def absolute(node, path, module):
    """Return the module that ``from … import`` names, its dots resolved."""
    if not node.level:
        return node.module
    parts = module.split(".") + ["__init__"] * (path.stem == "__init__")
    return ".".join(parts[: -node.level] + [node.module] * bool(node.module))


def is_dynamic_import(node):
    """Tell whether this is a call such as ``import_module("brew.net")``."""
    if not (isinstance(node, ast.Call) and node.args):
        return False
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    text = isinstance(node.args[0], ast.Constant) and isinstance(
        node.args[0].value, str
    )
    return text and name in ("import_module", "__import__", "import_extra")


@pytest.mark.parametrize(
    "source",
    [
        "from brew.net import Net",
        "from brew import net",
        "import brew.net",
        "from .net import Net",
        "from . import net",
        "def later():\n    from brew.net import Net",
        "importlib.import_module('brew.net')",
    ],
)
def test_an_import_that_goes_up_is_found_in_every_spelling(source, tmp_path):
    package = plant(tmp_path, blob=source, net="")
    assert list(breaches_of_floors(package)) == [
        "brew.blob imports brew.net from above"
    ]


@pytest.mark.parametrize("source", ["import brew", "from brew import Net"])
def test_nothing_inside_imports_the_face(source, tmp_path):
    package = plant(tmp_path, solver=source)
    assert list(breaches_of_floors(package)) == [
        "brew.solver imports brew.__init__ from above"
    ]


def test_a_module_without_a_floor_is_found(tmp_path):
    package = plant(tmp_path, utils="import os")
    assert list(breaches_of_floors(package)) == [
        "brew.utils has no floor: give it a place in ORDER"
    ]


def test_what_lies_below_may_be_imported(tmp_path):
    package = plant(
        tmp_path, net="from brew import blob\nimport brew.log", blob="", log=""
    )
    assert list(breaches_of_floors(package)) == []


@pytest.mark.parametrize(
    ("source", "breach"),
    [
        ("import numpy", "relu imports numpy: use self.xp"),
        ("def f():\n    from numpy import pad", "relu imports numpy: use self.xp"),
        (
            "from . import pool",
            "relu imports another layer file",
        ),
    ],
)
def test_a_layer_that_imports_too_much_is_found(source, breach, tmp_path):
    package = plant(tmp_path, layer_types="")
    (package / "layer_types").mkdir()
    (package / "layer_types" / "relu.py").write_text(source)
    assert list(breaches_of_layers(package)) == [breach]


def test_a_long_file_and_a_long_function_are_found(tmp_path):
    path = tmp_path / "long.py"
    path.write_text("def f():\n" + "    x = 1\n" * 400)
    assert list(breaches_of_length(path)) == [
        "long.py has 401 lines",
        "long.py: f has 401 lines",
    ]


def test_a_docstring_does_not_count_as_code(tmp_path):
    path = tmp_path / "taught.py"
    path.write_text('def f():\n    """A\n' + "    B\n" * 60 + '    """\n    return 1\n')
    assert list(breaches_of_length(path)) == []


def plant(folder, **sources):
    """Make a small package `brew` of these modules and return its folder."""
    package = folder / "brew"
    package.mkdir()
    for name, source in sources.items():
        (package / f"{name}.py").write_text(source)
    return package
