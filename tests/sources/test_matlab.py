"""Files of MATLAB: arrays and cells of both kinds, and R-CNN's windows."""

import numpy as np
import pytest

from brew import datasets
from brew.errors import FileError, SourceError
from brew.sources.matlab import read_mat, read_proposals

scipy_io = pytest.importorskip("scipy.io")

X = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


def cell(*items):
    row = np.empty((1, len(items)), object)
    row[0, :] = items
    return row


def write_73(path, variables):
    """Write a file as MATLAB 7.3 does: transposed, cells as references."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w", userblock_size=512) as file:
        refs = file.create_group("#refs#")
        for name, value in variables.items():
            put(h5py, file, refs, name, value)
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124))


def put(h5py, group, refs, name, value):
    if isinstance(value, dict):
        struct = group.create_group(name)
        struct.attrs["MATLAB_class"] = np.bytes_("struct")
        for key, item in value.items():
            put(h5py, struct, refs, key, item)
        return
    if isinstance(value, str):
        kind, array = "char", np.array([[ord(c)] for c in value], np.uint16)
    elif value.dtype == object:
        items = [put_ref(h5py, refs, item) for item in value[0]]
        kind, array = "cell", np.array([[i] for i in items], h5py.ref_dtype)
    else:
        kind, array = value.dtype.name, value.T
    node = group.create_dataset(name, data=array)
    node.attrs["MATLAB_class"] = np.bytes_(kind)


def put_ref(h5py, refs, value):
    name = f"r{id(value)}"
    put(h5py, refs, refs, name, value)
    return refs[name].ref


@pytest.fixture(params=["5", "7.3"])
def save(request, tmp_path):
    """Write variables in this version of the format; return the path."""

    def run(**variables):
        path = tmp_path / "it.mat"
        if request.param == "5":
            scipy_io.savemat(path, variables)
        else:
            write_73(path, variables)
        return path

    return run


def test_arrays_have_the_shapes_of_matlab(save):
    got = read_mat(save(X=X, y=np.array([[10.0], [3.0]])))
    assert list(got) == ["X", "y"]
    assert np.array_equal(got["X"], X)
    assert got["X"].dtype == np.uint8
    assert got["y"].shape == (2, 1)


def test_cells_are_lists_words_str_and_structs_dicts(save):
    got = read_mat(save(c=cell("one", np.eye(2), cell("two")), s={"a": "b"}, w="word"))
    assert got["w"] == "word"
    assert got["s"] == {"a": "b"}
    assert [got["c"][0], got["c"][2]] == ["one", ["two"]]
    assert np.array_equal(got["c"][1], np.eye(2))


def test_proposals_are_counted_from_zero_and_fit_the_detector(save):
    boxes = cell(np.array([[1.0, 1, 4, 6], [2, 3, 4, 4]]), np.array([[1.0, 2, 3, 4]]))
    path = save(images=cell("cat", "dog"), boxes=boxes)
    (cat, of_cat), (dog, of_dog) = read_proposals(path, "photos/")
    assert (cat, dog) == ("photos/cat.jpg", "photos/dog.jpg")
    assert of_cat.tolist() == [[0, 0, 4, 6], [1, 2, 4, 4]]
    assert of_dog.tolist() == [[0, 1, 3, 4]]


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"images": cell("a")}, "are needed; the file has images"),
        ({"images": cell("a"), "boxes": cell(X[0], X[0])}, "one box matrix for each"),
        (
            {"images": cell("a"), "boxes": cell(X[0, :, :3])},
            r"of 'a' have shape \(3, 3\)",
        ),
        ({"images": "a", "boxes": cell(X[0])}, "are needed"),
    ],
)
def test_a_file_without_proposals_is_told(save, variables, problem):
    with pytest.raises(SourceError, match=problem):
        read_proposals(save(**variables))


def test_digits_of_a_mat_file_become_a_database(save, tmp_path):
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (32, 32, 3, 4), dtype=np.uint8)
    digits = datasets.read_mat(save(X=pixels, y=np.array([[10], [1], [2], [3]])))
    images = digits["X"].transpose(3, 2, 0, 1)[:, ::-1]
    datasets.write_lmdb(tmp_path / "svhn", images, digits["y"][:, 0] % 10)
    with datasets.sources.open_database(tmp_path / "svhn") as database:
        assert len(list(database)) == 4


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(FileError, match=r"none\.mat: no such file"):
        read_mat(tmp_path / "none.mat")


@pytest.mark.parametrize("keep", [0, 3, 130, -1, -40])
def test_a_damaged_file_is_told(save, keep):
    path = save(X=X, c=cell("a", np.eye(3)))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(SourceError, match=r"it\.mat: this is no whole \.mat file"):
        read_mat(path)


def test_another_file_is_told(tmp_path):
    (tmp_path / "it.mat").write_text("no matrices\n" * 100)
    with pytest.raises(SourceError, match="this is no whole"):
        read_mat(tmp_path / "it.mat")
