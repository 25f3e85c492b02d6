"""Net: a directed acyclic graph of layers, built from a prototxt.

::

    prototxt ─ read, upgrade ─► filter ─► insert splits ─► connect and set up layers
             ─► share parameters ─► mark backward ─► outputs
"""

import math
from os import PathLike

from brew import backend, net_batches, net_build, net_debug, net_files, net_hdf5
from brew.errors import NetError
from brew.insert_splits import insert_splits
from brew.log import logger
from brew.net_backward import mark_backward
from brew.net_filter import filter_net
from brew.net_in_place import warn_of_overwritten_tops
from brew.net_sharing import share_params
from brew.proto import caffe_pb2

_MOMENTS = ("before_forward", "after_forward", "before_backward", "after_backward")


class Net:
    """A net of layers that computes forward and backward.

    Parameters
    ----------
    network_file : str, Path or NetParameter
        A prototxt file, or the message itself.
    phase : int, optional
        ``brew.TRAIN`` (0) or ``brew.TEST`` (1). A NetParameter may leave it out;
        its own state then counts (default TEST).
    level : int, default 0
        For the level rules of ``include`` and ``exclude``.
    stages : list of str, optional
        For their stage rules.
    weights : str or Path, optional
        A .caffemodel or .caffemodel.h5 to copy parameters from.
    seed : int, optional
        Seed of all fillers and random layers; default: what
        ``brew.set_random_seed`` has set, else a fresh one.
    fill : bool, default True
        False leaves all parameters and loss weights zero, and so takes no memory
        until they are touched: enough to ask for the shapes of blobs.

    Attributes
    ----------
    blobs : OrderedDict of Blob
        All blobs by name, in order of creation.
    params : OrderedDict of list of Blob
        The parameters of each layer that has some, by layer name.
    layers : list of Layer
    layer_dict : OrderedDict of Layer
        By name.
    inputs, outputs : list of str
        Tops of Input layers; blobs that no layer consumes (sorted).
    top_names, bottom_names : OrderedDict of list of str
        For each layer name.
    param : NetParameter
        What was built: filtered, with splits.

    Raises
    ------
    NetError, LayerError, ProtoError, FileError
        If the net cannot be built; the message names layer and blob.
    BackendError
        If the seed is no whole number from 0 on.

    Notes
    -----
    The old forms of pycaffe, ``Net(network_file, weights, phase)`` and without the
    phase, work too.
    """

    blobs: net_build.ByName  # which net_build.name_things makes
    params: net_build.ByName

    def __init__(
        self,
        network_file,
        phase=None,
        level=None,
        stages=None,
        weights=None,
        *,
        seed=None,
        fill=True,
    ):
        if isinstance(phase, str | PathLike):  # the old form
            phase, weights, level = level, phase, None
            logger.warning(
                "DEPRECATION WARNING: instead of Net(file, weights, phase), write "
                "Net(file, phase, weights=%r)",
                str(weights),
            )
        self.seed = backend.net_seed() if seed is None else backend.checked_seed(seed)
        param = net_build.read_param(network_file, phase, level or 0, stages)
        self.param = insert_splits(filter_net(param))
        self.name = self.param.name
        self.debug_info = self.param.debug_info
        self._has_warned_of_nan = False
        self._callbacks = {moment: [] for moment in _MOMENTS}
        net_build.build_layers(self, fill)
        self._params = share_params(self.layers)
        mark_backward(self)
        warn_of_overwritten_tops(self)
        net_build.name_things(self)
        if weights is not None:
            self.copy_from(weights)

    # Running

    def forward(self, blobs=None, start=None, end=None, **inputs):
        """Compute the net from layer `start` to layer `end`.

        Parameters
        ----------
        blobs : list of str, optional
            Further blobs to return.
        start, end : str, optional
            Names of layers, both included; default: the first and the last.
        **inputs : array
            Data for the net's inputs: for all of them, or none.

        Returns
        -------
        dict of str to array
            The outputs (or, if `end` is given, the tops of that layer) and
            `blobs`. The arrays are live views.
        """
        first, last = self._index(start, 0), self._index(end, len(self.layers) - 1)
        names = self.outputs if end is None else self.top_names[end]
        wanted = net_batches.blobs_to_return(self, names, blobs)
        if inputs:
            net_batches.put(self, inputs, self.inputs, "data", "inputs")
        self.run_forward(first, last)
        return {name: blob.data for name, blob in wanted.items()}

    def backward(self, diffs=None, start=None, end=None, **top_diffs):
        """Compute gradients from layer `start` down to layer `end`.

        Parameters
        ----------
        diffs : list of str, optional
            Further blobs whose diffs are returned.
        start, end : str, optional
            Names of layers, both included; default: the last and the first.
        **top_diffs : array
            Diffs for the net's outputs: for all of them, or none.

        Returns
        -------
        dict of str to array
            The diffs of the inputs (or, if `end` is given, of the bottoms of that
            layer) and of `diffs`. Parameter diffs have been added to.
        """
        first, last = self._index(start, len(self.layers) - 1), self._index(end, 0)
        names = self.inputs if end is None else self.bottom_names[end]
        wanted = net_batches.blobs_to_return(self, names, diffs)
        if top_diffs:
            net_batches.put(self, top_diffs, self.outputs, "diff", "outputs")
        self.run_backward(first, last)
        return {name: blob.diff for name, blob in wanted.items()}

    def run_forward(self, start=0, end=None):
        """Run the layers of index `start` to `end` and return their weighted loss.

        As in Caffe, a loss may be NaN. The first time, a warning tells where NaN
        stands first, and what to do.
        """
        end = len(self.layers) - 1 if end is None else end
        self._check_range(start, end)
        loss = 0.0
        with backend.device_pass():
            for i in range(start, end + 1):
                self._call_back("before_forward", i)
                loss += self._forward_layer(i)
                self._call_back("after_forward", i)
        if math.isnan(loss) and not self._has_warned_of_nan:
            self._has_warned_of_nan = True
            logger.warning("net %r: %s", self.name, net_debug.explain_nan(self))
        return float(loss)

    def run_backward(self, start=None, end=0):
        """Run backward from the layer of index `start` down to `end`."""
        start = len(self.layers) - 1 if start is None else start
        self._check_range(end, start)
        with backend.device_pass():
            for i in range(start, end - 1, -1):
                self._call_back("before_backward", i)
                if self.layer_need_backward[i]:
                    self._backward_layer(i)
                self._call_back("after_backward", i)
        if self.debug_info:
            net_debug.log_all_params(self)

    _forward = run_forward
    _backward = run_backward

    def forward_backward(self):
        """Run forward, then backward; return the loss."""
        loss = self.run_forward()
        self.run_backward()
        return loss

    def _forward_layer(self, i):
        layer, bottom, top = self.layers[i], self._bottoms[i], self._tops[i]
        try:
            if layer.host_only is False:
                layer.reshape(bottom, top)
                layer.forward(bottom, top)
            else:
                with backend.host_pass():
                    layer.reshape(bottom, top)
                    layer.forward(bottom, top)
        except MemoryError as error:
            raise net_build.out_of_memory(layer) from error
        except Exception as error:
            error.add_note(f"in forward of layer {layer.name!r} ({layer.type})")
            raise
        if self.debug_info:
            net_debug.log_forward(self, i)
        loss = 0.0
        for blob, weight in zip(top, layer.loss_weights, strict=True):
            if weight:  # the weight stands in the diff; a user may have changed it
                loss += (blob.data * blob.diff).sum()
        return loss

    def _backward_layer(self, i):
        layer, bottom, top = self.layers[i], self._bottoms[i], self._tops[i]
        wanted = self.bottom_need_backward[i]
        try:
            self._check_gradient_to(layer, bottom, wanted)
            if layer.host_only is False:
                layer.backward(top, wanted, bottom)
            else:
                with backend.host_pass():
                    layer.backward(top, wanted, bottom)
        except MemoryError as error:
            raise net_build.out_of_memory(layer) from error
        except Exception as error:
            error.add_note(f"in backward of layer {layer.name!r} ({layer.type})")
            raise
        if self.debug_info:
            net_debug.log_backward(self, i)

    def _check_gradient_to(self, layer, bottom, wanted):
        if layer.gradient_to is None:
            return
        for b, is_wanted in enumerate(wanted):
            layer.require(
                not is_wanted or b in layer.gradient_to,
                f"it gives no gradient to bottom[{b}]; set propagate_down: false for "
                "it, or lr_mult: 0 in the layers below",
                bottom[b],
            )

    def reshape(self):
        """Give all blobs the shapes that follow from the inputs' shapes."""
        for layer, bottom, top in zip(
            self.layers, self._bottoms, self._tops, strict=True
        ):
            layer.reshape(bottom, top)

    def clear_param_diffs(self):
        """Set the gradients of all learnable parameters to zero."""
        with backend.device_pass():
            for blob in self.learnable_params:
                blob.diff[...] = 0

    def update(self):
        """Subtract the diff of each learnable parameter from its data."""
        with backend.device_pass():
            for blob in self.learnable_params:
                data = blob.data
                data -= blob.diff

    def close(self):
        """Stop threads and close files of the layers; the blobs stay valid."""
        for layer in self.layers:
            layer.close()

    # Callbacks: each gets the index of the layer

    def before_forward(self, function):
        """Call `function` with the layer's index before each layer's forward."""
        self._add_callback("before_forward", function)

    def after_forward(self, function):
        """Call `function` with the layer's index after each layer's forward."""
        self._add_callback("after_forward", function)

    def before_backward(self, function):
        """Call `function` with the layer's index before each layer's backward."""
        self._add_callback("before_backward", function)

    def after_backward(self, function):
        """Call `function` with the layer's index after each layer's backward."""
        self._add_callback("after_backward", function)

    def _add_callback(self, moment, function):
        if not callable(function):
            raise NetError(f"{moment} needs a function of one index, not {function!r}")
        self._callbacks[moment].append(function)

    def _call_back(self, moment, i):
        if self._callbacks[moment]:
            with backend.host_pass():
                for function in self._callbacks[moment]:
                    function(i)

    # Parameters and names

    @property
    def learnable_params(self):
        """The parameter blobs that a solver updates, in its order."""
        return [self._params.blobs[use] for use in self._params.learnable]

    @property
    def params_lr_mult(self):
        """The ``lr_mult`` of each learnable parameter."""
        return self._params.lr_mult

    @property
    def params_decay_mult(self):
        """The ``decay_mult`` of each learnable parameter."""
        return self._params.decay_mult

    @property
    def owns_param(self):
        """Whether the memory is its own, for each (layer index, blob index)."""
        return {
            place: owner is None
            for place, owner in zip(
                self._params.places, self._params.owners, strict=True
            )
        }

    @property
    def blob_loss_weights(self):
        """The loss weight of each blob by name; 0 for most."""
        zeros = [(name, 0.0) for name in self.blobs]
        weights = net_build.ByName(zeros, kind="blob", of=self.name)
        for layer, tops in zip(self.layers, self._tops, strict=True):
            for blob, weight in zip(tops, layer.loss_weights, strict=True):
                weights[blob.name] = weight or weights[blob.name]
        return weights

    # The raw lists of pycaffe, which scripts know

    @property
    def _blob_loss_weights(self):
        return list(self.blob_loss_weights.values())

    @property
    def _inputs(self):
        return [self._blob_names.index(name) for name in self.inputs]

    @property
    def _outputs(self):
        return [self._blob_names.index(name) for name in self.outputs]

    def _top_ids(self, i):
        return self.top_ids[i]

    def _bottom_ids(self, i):
        return self.bottom_ids[i]

    def _index(self, name, default):
        return default if name is None else self.layers.index(self.layer_dict[name])

    def _check_range(self, first, last):
        numbers = range(len(self.layers))
        if numbers and not (first in numbers and last in numbers and first <= last):
            raise NetError(
                f"net {self.name!r} cannot run from layer {first!r} to {last!r}: they "
                f"go by number from 0 to {len(numbers) - 1}, the first one first"
            )

    # Files and batches: one module each

    copy_from = net_files.copy_from
    share_with = net_files.share_with
    save = net_files.save
    to_proto = net_files.to_proto
    save_hdf5 = net_hdf5.save_hdf5
    load_hdf5 = net_hdf5.load_hdf5
    _batch = net_batches.batches
    forward_all = net_batches.forward_all
    forward_backward_all = net_batches.forward_backward_all
    set_input_arrays = _set_input_arrays = net_batches.set_input_arrays

    def __repr__(self):
        phase = caffe_pb2.Phase.Name(self.param.state.phase)
        return f"<Net {self.name!r} {phase}: {len(self.layers)} layers>"
