"""Work cut into pieces that stay in the cache, dealt to the threads."""

from brew import backend

PIECE = 2**17  # elements: 512 KB of float32, so that a few arrays fit a core's cache
LARGE = 4 * PIECE  # below this, dispatch costs more than a second core brings


def in_pieces(function, *arrays):
    """Call `function` on matching pieces of arrays that have one shape.

    Small arrays are handed over whole, and so are arrays on a GPU.

    Parameters
    ----------
    function : callable
        Takes as many arrays as there are in `arrays`, works element by element
        and writes its result into one of them.
    *arrays : array
        Arrays of one shape, inputs and outputs.
    """
    size = arrays[0].size
    if size < LARGE or backend.on_device() or not _are_contiguous(arrays):
        function(*arrays)
        return
    flat = [array.reshape(-1) for array in arrays]
    _deal(function, flat, 1, 3)


def by_items(function, *arrays, has_short_calls=False):
    """Call `function` on matching groups of items: slices of the first axis.

    As :func:`in_pieces`, for work in which the numbers of an item belong together: it
    takes longer for each number, so that smaller arrays are shared, too.
    If the function has many short calls of NumPy, pieces are larger where there are
    several threads: they wait for one another at each call.
    """
    size = arrays[0].size
    if size < PIECE or backend.on_device():
        function(*arrays)
        return
    _deal(function, arrays, size // len(arrays[0]), 6 if has_short_calls else 3)


def _are_contiguous(arrays):
    return all(array.flags.c_contiguous for array in arrays)


def _deal(function, arrays, item_size, scale):
    """Deal as many pieces to each thread: `scale` times larger ones to several."""
    num_threads, num_items = backend.num_threads(), len(arrays[0])
    # several threads wait for one another between calls: then make fewer calls
    piece = PIECE if num_threads == 1 else scale * PIECE
    rounds = -(-num_items * item_size // (piece * num_threads))
    step = -(-num_items // (rounds * num_threads))

    def task(i):
        items = slice(i * step, (i + 1) * step)
        function(*(array[items] for array in arrays))

    backend.parallel(task, -(-num_items // step))
