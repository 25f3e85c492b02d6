"""Save and load the parameters of a net as HDF5 (methods of ``Net``).

The file holds float datasets ``/data/<layer>/<blob index>`` and, on wish,
``/diff/<layer>/<blob index>``. A shared parameter is stored with its owner.
"""

from contextlib import contextmanager

from brew.errors import BrewError, FileError, NetError, WeightMismatch, import_extra
from brew.files import to_path, write_atomically


def save_hdf5(net, path, write_diff=False):
    """Write all parameters as a .caffemodel.h5.

    Parameters
    ----------
    path : str or Path
        The file is replaced as a whole or not at all.
    write_diff : bool, default False
        Store gradients, too.

    Raises
    ------
    NetError
        If two layers with parameters have the same name.
    """
    with write_atomically(path) as file:
        write_params(net, file, write_diff)


def write_params(net, file, write_diff=False):
    """Write all parameters as HDF5 into an open file, as :func:`save_hdf5` does."""
    _check_names(net)
    with open_hdf5(file) as h5:
        data = h5.create_group("data")
        diff = h5.create_group("diff") if write_diff else None
        owns = net.owns_param
        for l, layer in enumerate(net.layers):  # noqa: E741
            group = data.require_group(layer.name)
            for i, blob in enumerate(layer.blobs):
                if owns[l, i]:
                    group[str(i)] = blob.cpu_data()
                if write_diff:
                    diff.require_group(layer.name)[str(i)] = blob.cpu_diff()


def load_hdf5(net, path):
    """Copy parameters from a .caffemodel.h5 into this net.

    Raises
    ------
    WeightMismatch
        If a layer of the file has other parameters. Nothing is copied then.
    FileError
        If the file is missing or damaged.
    """
    with read_hdf5(path) as file:
        if "data" not in file:
            raise FileError(f"{path}: has no group 'data'; is it a .caffemodel.h5?")
        copies = []
        owns = net.owns_param
        for l, layer in enumerate(net.layers):  # noqa: E741
            if layer.name not in file["data"] or not layer.blobs:
                continue
            stored = _datasets(file["data"][layer.name])
            _check_number(layer, len(stored))
            for i, blob in enumerate(layer.blobs):
                values = _checked_values(layer, i, blob, stored, owns[l, i], path)
                if values is not None:
                    copies.append((blob, values))
    for blob, values in copies:
        blob.mutable_cpu_data()[...] = values


@contextmanager
def read_hdf5(path):
    """Open an HDF5 file for reading; every failure becomes a FileError."""
    h5py = import_extra("h5py", "data")
    path = to_path(path)
    try:
        with h5py.File(path, "r") as file:
            yield file
    except FileNotFoundError as error:
        raise FileError(f"{path}: no such file; check the name") from error
    except BrewError:
        raise
    except Exception as error:  # h5py has many for a damaged file
        raise FileError(f"{path}: cannot be read as HDF5 ({error})") from error


def open_hdf5(file):
    """Begin an HDF5 file inside an open binary file; use it as a context manager."""
    return import_extra("h5py", "data").File(file, "w")


def _datasets(group):
    return {name: item for name, item in group.items() if hasattr(item, "shape")}


def _check_names(net):
    seen = set()
    for layer in net.layers:
        if layer.name in seen and layer.blobs:
            raise NetError(
                f"layer {layer.name!r} ({layer.type}): an HDF5 file cannot hold two "
                "layers of one name; rename one, or save as .caffemodel"
            )
        if layer.blobs:
            seen.add(layer.name)


def _check_number(layer, num_stored):
    if num_stored > len(layer.blobs):
        raise WeightMismatch(
            f"layer {layer.name!r} ({layer.type}): {num_stored} parameters are stored, "
            f"but the layer has {len(layer.blobs)}; rename the layer to learn it anew"
        )


def _checked_values(layer, index, blob, stored, is_owner, path):
    if str(index) not in stored:
        if not is_owner:  # stored with the layer that owns it
            return None
        raise WeightMismatch(
            f"layer {layer.name!r} ({layer.type}): {path} has no parameter {index} for "
            "it; rename the layer to learn it anew"
        )
    values = stored[str(index)][...]
    if values.shape != blob.shape:
        raise WeightMismatch(
            f"layer {layer.name!r} ({layer.type}): stored parameter {index} has shape "
            f"{values.shape}, but the layer needs {blob.shape}; rename the layer to "
            "learn it anew"
        )
    return values
