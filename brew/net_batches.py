"""Feed a net with more items than one batch holds (methods of ``Net``)."""

from itertools import zip_longest

import numpy

from brew.errors import NetError, SourceError


def put(net, arrays, names, kind, words):
    """Copy arrays into the data or the diff (`kind`) of the blobs `names` of a net.

    Raises
    ------
    NetError
        If there is not one array for each, of numbers, as many items as the blob has,
        and otherwise of a shape that NumPy broadcasts to the blob's.
    """
    if set(arrays) != set(names):
        raise NetError(
            f"net {net.name!r} has the {words} {sorted(names)}, but arrays came for "
            f"{sorted(arrays)}; give one for each"
        )
    for name, array in arrays.items():
        blob, values = net.blobs[name], _numbers(name, array)
        if not _can_be_broadcast(values.shape, blob.shape):
            raise NetError(
                f"blob {name!r} has shape {blob.shape}, but an array of shape "
                f"{values.shape} came; change the array, or reshape the blob first: "
                f"net.blobs[{name!r}].reshape{values.shape}"
            )
        getattr(blob, kind)[...] = values


def _can_be_broadcast(shape, wanted):
    sizes = zip(reversed(shape), reversed(wanted), strict=False)
    fits = len(shape) <= len(wanted) and all(a in (1, b) for a, b in sizes)
    return fits and shape[:1] == wanted[:1]


def blobs_to_return(net, names, more):
    """Return the blobs `names` of a net, and `more` that the caller wants, by name."""
    if isinstance(more, str) or not hasattr(more or [], "__iter__"):
        raise NetError(f"blobs are named in a list, such as ['data'], not by {more!r}")
    return {name: net.blobs[name] for name in [*names, *(more or [])]}


def forward_all(net, blobs=None, **inputs):
    """Run the net over any number of items, batch by batch.

    Parameters
    ----------
    blobs : list of str, optional
        Further blobs to return.
    **inputs : array
        The items for each input. They are cut into batches of the first blob's
        first size; the last batch is filled up with zeros, cut off again.

    Returns
    -------
    dict of str to array
        The outputs and `blobs` for all items (copies).
    """
    _require_some(net, inputs, net.inputs)
    inputs = _checked(inputs)
    names = blobs_to_return(net, net.outputs, blobs)
    pieces = {name: [] for name in names}
    for batch in batches(net, inputs):
        for name, values in net.forward(blobs=blobs, **batch).items():
            pieces[name].append(values.copy())
    return _joined(pieces, _num_items(inputs))


def forward_backward_all(net, blobs=None, diffs=None, **arrays):
    """Run forward and backward over any number of items, batch by batch.

    Parameters
    ----------
    blobs, diffs : list of str, optional
        Further blobs whose data, or whose diffs, are returned.
    **arrays : array
        Items for each input, and diffs for each output.

    Returns
    -------
    (dict, dict)
        Data of the outputs and `blobs`; diffs of the inputs and `diffs`.
    """
    _require_some(net, arrays, net.inputs + net.outputs)
    arrays = _checked(arrays)
    inputs = {name: a for name, a in arrays.items() if name in net.inputs}
    tops = {name: a for name, a in arrays.items() if name in net.outputs}
    if unknown := set(arrays) - set(inputs) - set(tops):
        raise NetError(
            f"net {net.name!r}: {sorted(unknown)} are neither inputs {net.inputs} nor "
            f"outputs {net.outputs}"
        )
    all_data = {name: [] for name in blobs_to_return(net, net.outputs, blobs)}
    all_diffs = {name: [] for name in blobs_to_return(net, net.inputs, diffs)}
    pairs = zip_longest(batches(net, inputs), batches(net, tops), fillvalue={})
    for batch, top_diffs in pairs:
        for name, values in net.forward(blobs=blobs, **batch).items():
            all_data[name].append(values.copy())
        for name, values in net.backward(diffs=diffs, **top_diffs).items():
            all_diffs[name].append(values.copy())
    num_items = _num_items(arrays)
    return _joined(all_data, num_items), _joined(all_diffs, num_items)


def set_input_arrays(net, data, labels):
    """Give the MemoryData layer at the front its data; nothing is copied.

    Parameters
    ----------
    data : float32 array (N, C, h, w)
        N is a multiple of the layer's batch size.
    labels : float32 array (N,) or (N, 1, 1, 1)

    Raises
    ------
    SourceError
        If there is no such layer, or the arrays do not fit it.
    """
    first = net.layers[0]
    if first.type != "MemoryData":
        raise SourceError(
            f"net {net.name!r}: set_input_arrays needs a MemoryData layer at the "
            f"front, not {first.type}"
        )
    first.reset(data, labels)


def batches(net, arrays):
    """Yield dicts of arrays, cut into batches of the first blob's first size.

    Parameters
    ----------
    arrays : dict of str to array
        Equally many items for each name. The last batch is filled up with zeros.

    Raises
    ------
    NetError
        If one is no array of numbers, or they hold not equally many items.
    """
    arrays = _checked(arrays)
    size = net._blobs[0].shape[0]
    for start in range(0, _num_items(arrays), size):
        yield {
            name: _filled_up(array[start : start + size], size)
            for name, array in arrays.items()
        }


def _numbers(name, array):
    """Return an array of numbers; NetError if it is none."""
    try:
        values = numpy.asarray(array)
    except (TypeError, ValueError) as error:
        raise NetError(f"what came for {name!r} is no array: {error}") from error
    if values.dtype.kind not in "biuf":
        raise NetError(
            f"what came for {name!r} is no array of real numbers, but of type "
            f"{values.dtype}: {array!r:.60}"
        )
    return values


def _checked(arrays):
    """Return arrays that hold the same number of items."""
    checked = {name: _numbers(name, array) for name, array in arrays.items()}
    shapes = {name: values.shape for name, values in checked.items()}
    if len({shape[:1] for shape in shapes.values()}) > 1 or () in shapes.values():
        raise NetError(
            f"every array must hold equally many items, but the shapes are {shapes}"
        )
    return checked


def _num_items(arrays):
    return len(next(iter(arrays.values()))) if arrays else 0


def _require_some(net, arrays, names):
    if not arrays:
        raise NetError(
            f"net {net.name!r}: give arrays by name, of {names}; forward() runs one "
            "batch of what the net holds"
        )


def _filled_up(items, size):
    if len(items) == size:
        return items
    batch = numpy.zeros((size, *items.shape[1:]), items.dtype)
    batch[: len(items)] = items
    return batch


def _joined(pieces, num_items):
    return {
        name: numpy.concatenate([numpy.atleast_1d(p) for p in parts])[:num_items]
        for name, parts in pieces.items()
        if parts
    }
