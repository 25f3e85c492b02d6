"""A net from a stranger's file runs no code and writes no file."""

import ast
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import brew
from brew import trust
from brew.errors import LayerError, SolverError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.solver_nets import take_nets_in
from brew.views.net_graph import draw_net

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "mine" type: "Python" bottom: "x" top: "y"
  python_param { module: "module_with_a_trace" layer: "Same" } }
"""
MODULE = """
import brew, pathlib
pathlib.Path(__file__).with_name("trace").touch()

class Same(brew.Layer):
    def top_shapes(self, x):
        return [x]
"""
WRITES = """
layer { name: "x" type: "Input" top: "x" top: "label"
  input_param { shape { dim: 2 dim: 3 } shape { dim: 2 } } }
layer { name: "write" type: "HDF5Output" bottom: "x" bottom: "label"
  hdf5_output_param { file_name: "out.h5" } }
"""


class Places:
    """Folders of all kinds, and whether the module was imported from the path."""

    def __init__(self, root):
        self.trace = root / "path" / "trace"
        for name in ("path", "home/Downloads", "work/below", "cache", "else", "tmp"):
            (root / name).mkdir(parents=True)
            setattr(self, name.rpartition("/")[2].replace("else", "other"), root / name)
        self.home = root / "home"
        self.work = root / "work"
        (self.path / "module_with_a_trace.py").write_text(MODULE)


@pytest.fixture
def places(tmp_path, monkeypatch):
    places = Places(tmp_path)
    monkeypatch.syspath_prepend(places.path)
    monkeypatch.setenv("HOME", str(places.home))
    monkeypatch.setenv("BREW_DATA", str(places.cache))
    monkeypatch.delenv(trust.VARIABLE, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(places.tmp))
    monkeypatch.chdir(places.work)
    yield places
    sys.modules.pop("module_with_a_trace", None)


def net_in(folder, text=NET):
    path = folder / "net.prototxt"
    path.write_text(text)
    return path


def assert_runs(places, network):
    net = brew.Net(network, brew.TEST)
    assert type(net.layer_dict["mine"]).__name__ == "Same"
    assert places.trace.exists()


def assert_refused(places, path, build=lambda path: brew.Net(path, brew.TEST)):
    with pytest.raises(LayerError, match="is not one of your own files") as caught:
        build(path)
    assert not places.trace.exists()
    assert "module_with_a_trace" not in sys.modules
    return str(caught.value)


@pytest.mark.parametrize("place", ["work", "below", "tmp"])
def test_nets_of_your_own_import_their_modules(places, place):
    assert_runs(places, net_in(getattr(places, place)))


def test_a_net_that_the_program_builds_imports_its_modules(places):
    assert_runs(places, parse_text(NET, caffe_pb2.NetParameter()))


@pytest.mark.parametrize("place", ["cache", "Downloads", "other"])
def test_nets_of_others_do_not(places, place):
    assert_refused(places, net_in(getattr(places, place)))


@pytest.mark.parametrize("place", ["cache", "Downloads"])
def test_nor_when_you_work_in_a_folder_above_them(places, place, monkeypatch):
    folder = getattr(places, place)
    monkeypatch.chdir(folder.parent)
    assert_refused(places, net_in(folder))
    assert_refused(places, Path(folder.name) / "net.prototxt")


def test_whoever_works_among_downloads_means_them(places, monkeypatch):
    monkeypatch.chdir(places.Downloads)
    assert_runs(places, net_in(places.Downloads))


def test_the_cache_is_never_trusted_by_place_alone(places, monkeypatch):
    monkeypatch.chdir(places.cache)
    assert_refused(places, net_in(places.cache))


def test_the_error_says_how_to_allow_it(places, monkeypatch):
    message = assert_refused(places, net_in(places.cache))
    assert message == (
        "layer 'mine' (Python): it would import the module 'module_with_a_trace', "
        f"which runs it, and {places.cache}/net.prototxt is not one of your own files; "
        f"if you trust it, say brew.allow_python_layers({str(places.cache)!r}), or set "
        f"BREW_PYTHON_LAYERS={places.cache}"
    )
    monkeypatch.setenv(*message.split()[-1].split("="))
    assert_runs(places, places.cache / "net.prototxt")


def test_the_call_allows_a_folder_and_those_below(places, monkeypatch):
    monkeypatch.setattr(trust, "_allowed", [])
    brew.allow_python_layers(places.cache.parent / "else")
    assert_refused(places, net_in(places.cache))
    assert_runs(places, net_in(places.other))


def test_the_with_statement_allows_it_until_its_end(places):
    path = net_in(places.cache)
    with brew.allow_python_layers(places.cache):
        assert trust.is_own(path)
    assert_refused(places, path)
    with pytest.raises(LayerError, match="abc"), brew.allow_python_layers():
        raise LayerError("abc") if trust.is_own(path) else AssertionError
    assert_refused(places, path)


def test_the_environment_may_name_many_folders(places, monkeypatch):
    folders = [str(places.other), str(places.cache), ""]
    monkeypatch.setenv(trust.VARIABLE, os.pathsep.join(folders))
    assert trust.is_own(places.cache / "a" / "net.prototxt")
    assert trust.is_own(places.other / "net.prototxt")
    assert not trust.is_own(places.Downloads / "net.prototxt")


def test_a_link_to_a_strangers_file_is_a_strangers_file(places):
    net_in(places.cache)
    (places.work / "link.prototxt").symlink_to(places.cache / "net.prototxt")
    assert_refused(places, places.work / "link.prototxt")
    dots = Path("below/../../cache/net.prototxt")
    assert_refused(places, dots)


def test_temporary_files_from_before_are_not_your_own(places, monkeypatch):
    path = net_in(places.tmp)
    monkeypatch.setattr(trust, "_START", path.stat().st_ctime + 60)
    os.utime(path, (2**32, 2**32))  # what an archive may claim
    assert_refused(places, path)


def test_the_folder_of_the_script_is_your_own(places):
    net_in(places.other)
    script = places.other / "script.py"
    script.write_text(
        "import brew, pathlib\n"
        "net = pathlib.Path(__file__).with_name('net.prototxt')\n"
        "brew.Net(net, brew.TEST)\n"
    )
    root = str(Path(brew.__file__).parent.parent)
    search = os.pathsep.join([root, str(places.path)])
    command = [sys.executable, str(script)]
    env = os.environ | {"PYTHONPATH": search}
    subprocess.run(command, cwd=places.work, env=env, check=True)
    assert places.trace.exists()


def test_a_layer_that_is_not_built_does_no_harm(places):
    text = NET.replace('name: "mine"', 'name: "mine" include { phase: TRAIN }')
    path = net_in(places.cache, text)
    assert brew.Net(path, brew.TEST).outputs == ["x"]
    assert_refused(places, path, lambda path: brew.Net(path, brew.TRAIN))


def test_a_summary_builds_no_layer_of_a_stranger(places):
    text = NET.replace('name: "mine"', 'name: "mine" include { phase: TRAIN }')
    assert_refused(places, net_in(places.cache, text), brew.summarize)
    assert_refused(places, places.cache / "net.prototxt", brew.Net)


def test_the_nets_of_a_solver_are_judged_by_their_own_files(places):
    path = net_in(places.cache)
    solver = places.work / "solver.prototxt"
    solver.write_text(f'net: "{path}" lr_policy: "fixed" base_lr: 1')
    assert_refused(places, solver, brew.get_solver)
    solver.write_text(f'train_net: "{net_in(places.work)}" lr_policy: "fixed"')
    brew.get_solver(solver)
    assert places.trace.exists()


def test_nets_that_a_solver_takes_in_are_judged_by_their_own_files(places):
    solver = caffe_pb2.SolverParameter(net=str(net_in(places.cache)))
    with pytest.raises(LayerError, match="not one of your own files"):
        take_nets_in(solver)
    mine = str(net_in(places.work))
    taken = take_nets_in(caffe_pb2.SolverParameter(train_net=mine, test_net=[mine]))
    assert (taken.train_net, list(taken.test_net)) == ("", [])
    assert [net.layer[1].type for net in taken.test_net_param] == ["Python"]


@pytest.mark.parametrize("field", ["net_param", "train_net_param", "test_net_param"])
def test_nets_inside_a_strangers_solver_are_a_strangers(places, field):
    solver = places.cache / "solver.prototxt"
    solver.write_text(f'lr_policy: "fixed" {field} {{ {NET} }}')
    assert_refused(places, solver, brew.get_solver)


@pytest.mark.parametrize("prefix", ["/else/x", "../x", "below/../../x", "~x/../../y"])
def test_the_snapshots_of_a_stranger_stay_in_the_working_folder(places, prefix):
    solver = places.cache / "solver.prototxt"
    net = "".join(NET.split("\n")[:2])
    text = f'lr_policy: "fixed" net_param {{ {net} }} snapshot_prefix: "{prefix}"'
    solver.write_text(text)
    with pytest.raises(SolverError, match="leads out of the working folder"):
        brew.get_solver(solver)
    with brew.allow_python_layers(places.cache):
        brew.get_solver(solver)


@pytest.mark.parametrize("prefix", ["x", "below/x", "./below/../x", ""])
def test_snapshots_of_a_stranger_in_the_working_folder_are_welcome(places, prefix):
    solver = places.cache / "solver.prototxt"
    net = "".join(NET.split("\n")[:2])
    named = f'snapshot_prefix: "{prefix}"' if prefix else ""
    solver.write_text(f'lr_policy: "fixed" net_param {{ {net} }} {named}')
    brew.get_solver(solver).snapshot()
    home = places.work if prefix else places.cache
    assert len(list(home.rglob("*_iter_0.caffemodel"))) == 1


def test_a_strangers_net_writes_no_files(places):
    path = net_in(places.cache, WRITES)
    with pytest.raises(LayerError, match="would write the file 'out.h5'"):
        brew.Net(path, brew.TEST)
    with brew.allow_python_layers():
        brew.Net(path, brew.TEST).forward()
    assert (places.work / "out.h5").exists()


def test_a_picture_of_a_strangers_net_builds_nothing(places):
    path = net_in(places.cache)
    picture = str(draw_net(path))
    assert "module_with_a_trace" not in sys.modules
    assert not places.trace.exists()
    assert "Python" in picture
    assert "2 × 3" not in picture


def test_all_who_read_nets_from_files_are_known():
    # A net that is read by one of these, and then built, passes brew.trust first.
    package = Path(brew.__file__).parent
    readers = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "read_net" in _called(path)
    }
    build, weights = {"net_build.py", "solver_nets.py"}, {"net_files.py"}
    weights |= {"surgery/transplant.py", "proto/stored.py"}
    weights |= {"zoo/base.py", "zoo/publish.py"}
    pictures = {"views/net_nodes.py", "cli/draw_net.py"}
    assert readers - weights - pictures == build
    for name in build:
        assert "check_net" in _called(package / name)


def _called(path):
    calls = [
        n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)
    ]
    return {getattr(c.func, "attr", getattr(c.func, "id", "")) for c in calls}
