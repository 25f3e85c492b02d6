"""Connect the layers of a net: which blobs are the bottoms and tops of each."""

from brew.blob import Blob
from brew.errors import DuplicateTop, NetError, UnknownBottom, did_you_mean

AUTOMATIC = "(automatic)"


class Wiring:
    """The blobs of a net while its layers are connected, in file order.

    A blob is *available* from its production until a layer consumes it (Split
    layers have made every use unique); what is left at the end are the outputs.

    Attributes
    ----------
    blobs : list of Blob
        All blobs in order of creation.
    bottom_ids, top_ids : list of list of int
        For each layer the indices of its blobs in ``blobs``.
    """

    def __init__(self):
        self.blobs = []
        self.bottom_ids = []
        self.top_ids = []
        self._produced = {}
        self._available = set()

    def connect(self, layer_param, layer):
        """Find the bottoms and make the tops of the next layer.

        Returns
        -------
        (list of Blob, list of Blob)
            Its bottoms and tops.
        """
        num_bottoms, num_tops = len(layer_param.bottom), len(layer_param.top)
        bottom_ids = [self._take(layer_param, i) for i in range(num_bottoms)]
        top_ids = [self._make(layer_param, i, bottom_ids) for i in range(num_tops)]
        if layer.auto_top:
            least = layer.tops if isinstance(layer.tops, int) else layer.tops[0]
            top_ids += [self._add(AUTOMATIC) for _ in range(least - len(top_ids))]
        self.bottom_ids.append(bottom_ids)
        self.top_ids.append(top_ids)
        return [self.blobs[i] for i in bottom_ids], [self.blobs[i] for i in top_ids]

    def outputs(self):
        """Return the names of the blobs that no layer consumed, sorted."""
        return sorted(self._available)

    def _take(self, layer_param, index):
        name = layer_param.bottom[index]
        if name not in self._available:
            raise UnknownBottom(
                f"layer {layer_param.name!r} ({layer_param.type}): bottom[{index}] "
                f"is {name!r}, which no earlier layer produces."
                + did_you_mean(name, self._produced)
            )
        self._available.remove(name)
        return self._produced[name]

    def _make(self, layer_param, index, bottom_ids):
        name = layer_param.top[index]
        if index < len(layer_param.bottom) and layer_param.bottom[index] == name:
            self._available.add(name)
            return bottom_ids[index]
        if name in self._produced:
            raise DuplicateTop(
                f"layer {layer_param.name!r} ({layer_param.type}): top[{index}] "
                f"{name!r} is already produced by an earlier layer; a layer may only "
                "overwrite its own bottom (in place, at the same index), and only "
                "before another layer reads it: give the top another name"
            )
        self._produced[name] = len(self.blobs)
        self._available.add(name)
        return self._add(name)

    def _add(self, name):
        self.blobs.append(Blob(name=name))
        return len(self.blobs) - 1


def check_propagate_down(layer_param):
    """Refuse a ``propagate_down`` list that does not fit the bottoms."""
    num_flags, num_bottoms = len(layer_param.propagate_down), len(layer_param.bottom)
    if num_flags not in (0, num_bottoms):
        raise NetError(
            f"layer {layer_param.name!r} ({layer_param.type}): propagate_down is given "
            f"{num_flags} times for {num_bottoms} bottoms; give it once for each"
        )
