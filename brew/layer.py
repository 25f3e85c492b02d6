"""Layer: the protocol that every layer follows, and the registry of layer types.

A layer computes its tops from its bottoms and passes gradients the other way.
brew's own layers and a student's ``class Mine(brew.Layer)`` have the same four
methods, with the signatures of pycaffe: ``setup``, ``reshape``, ``forward`` and
``backward``. Two laws hold for every ``backward``: gradients of parameters are
*added* to what is there (the solver clears them), gradients of bottoms *replace*
what is there.
"""

from typing import Literal

from brew import backend
from brew.blob import Blob, BlobVec
from brew.errors import LayerError, did_you_mean
from brew.fillers import fill

TRAIN = 0
TEST = 1

_registry = {}


class Layer:
    """One step of a net.

    A new layer derives from this class, states what it takes, and fills in the
    methods; see any file of ``brew/layer_types``.

    Attributes
    ----------
    bottoms, tops : int, (int, int or None) or "bottoms"
        How many bottoms and tops it takes: exactly, at least and at most (None =
        any number), or as many tops as bottoms. None is not checked.
    in_place : bool or None
        May a top be the bottom of the same index? A registered type that does
        not say so refuses; a student's own layer (None) is not checked.
    auto_top : bool
        Does the net make the tops that the prototxt does not name?
    backward_reads_top : bool
        Does ``backward`` compute from the data of the tops? Then no layer above
        may work in place on them.
    gradient_to : tuple of int, or None
        Which bottoms can receive a gradient; None means all.
    host_only : bool or None
        Does it see NumPy arrays also in GPU mode? A registered type that does
        not say so sees the arrays of the mode; a student's own layer (None)
        always sees NumPy.
    default_loss_weight : float
        The loss weight of the first top when the prototxt gives none.
    param : LayerParameter
        What the prototxt says about this layer.
    name, type : str
        From the prototxt.
    phase : int
        ``TRAIN`` (0) or ``TEST`` (1).
    blobs : BlobVec
        The parameters.
    param_propagate_down : list of bool
        Whether the gradient of each parameter is wanted.
    loss_weights : list of float
        The weight of each top in the loss of the net.
    fills : bool
        Does it give its blobs first values? False: shapes are all that is asked for.
    """

    bottoms: int | tuple | None = None
    tops: int | tuple | Literal["bottoms"] | None = None
    in_place: bool | None = None
    auto_top: bool = False
    backward_reads_top = False
    gradient_to: tuple | None = None
    host_only: bool | None = None
    default_loss_weight: float = 0.0
    fills = True

    def __init__(self, param):
        self.param = param
        self.name = param.name
        self.type = param.type
        self.phase = param.phase
        self.blobs = BlobVec()
        for proto in param.blobs:
            self.blobs.append(Blob())
            self.blobs[-1].from_proto(proto)
        self.param_propagate_down = [True] * len(self.blobs)
        self.loss_weights = []
        self.dtype = "float32"
        self.seed = 0
        self._rng = None
        self._num_params = 0

    def setup(self, bottom, top):
        """Read the parameters of the prototxt, make parameter blobs; called once."""

    def top_shapes(self, *bottom_shapes):
        """Return the shapes of the tops for the shapes of the bottoms; pure."""
        self._demand("reshape(self, bottom, top)")

    def reshape(self, bottom, top):
        """Give the tops their shapes; called before each forward."""
        try:
            shapes = self.top_shapes(*(blob.shape for blob in bottom))
        except LayerError as error:
            told = ", ".join(f"{blob.name!r} has shape {blob.shape}" for blob in bottom)
            raise LayerError(f"{error} (bottom {told})") from None
        for blob, shape in zip(top, shapes, strict=True):
            blob.reshape(shape)

    def forward(self, bottom, top):
        """Compute the data of the tops from the data of the bottoms."""
        self._demand("forward(self, bottom, top)")

    def backward(self, top, propagate_down, bottom):
        """Compute gradients from the diffs of the tops.

        Parameters
        ----------
        top : list of Blob
            Their diffs hold the gradient of the loss.
        propagate_down : list of bool
            Which bottoms want their diff; the others stay untouched.
        bottom : list of Blob
            Their diffs are replaced; diffs of ``self.blobs`` are added to.
        """
        self._demand("backward(self, top, propagate_down, bottom)")

    def get_state(self):
        """Return what must be stored so that training resumes with the same bits.

        A dict that JSON can hold: the state of the random generator, if used.
        Data layers add their position.
        """
        return {} if self._rng is None else {"rng": self._rng.bit_generator.state}

    def set_state(self, state):
        """Go on from what :meth:`get_state` returned."""
        if "rng" in state:
            self.rng.bit_generator.state = state["rng"]

    def close(self):
        """Stop threads and close files, if the layer has any."""

    @property
    def xp(self):
        """The array module of this place: numpy, or cupy inside a GPU pass."""
        return backend.get_xp()

    @property
    def rng(self):
        """The layer's own NumPy generator, from the net's seed and its name."""
        if self._rng is None:
            self._rng = backend.make_rng(self.seed, self.name)
        return self._rng

    def add_param(self, shape, filler):
        """Append a parameter blob and fill it.

        If the LayerParameter came with blobs (from a model file), the stored
        one is taken instead, and its shape must be the same.

        Parameters
        ----------
        shape : tuple of int
            The shape of the parameter.
        filler : FillerParameter
            Its first values.

        Returns
        -------
        Blob
        """
        index = self._num_params
        self._num_params += 1
        if index < len(self.blobs):
            stored = self.blobs[index].shape
            self.require(
                stored == tuple(shape),
                f"stored parameter {index} has shape {stored}, but shape "
                f"{tuple(shape)} is needed here",
            )
            return self.blobs[index]
        blob = Blob(shape, self.dtype, f"{self.name}[{index}]")
        self.fill_blob(blob, filler, f"parameter {index}")
        self.blobs.append(blob)
        self.param_propagate_down.append(True)
        return blob

    def fill_blob(self, blob, filler, what):
        """Fill `blob` as `filler` says; an error names it as `what`."""
        if not self.fills:
            return
        try:
            fill(blob, filler, self.rng)
        except LayerError as error:
            self.require(False, f"{what}: {error}")

    def require(self, condition, message, blob=None):
        """Raise a LayerError unless `condition` holds.

        Parameters
        ----------
        condition : bool
            What must be true.
        message : str
            What is needed and what to do.
        blob : Blob, optional
            The blob at fault; its name and shape are told.
        """
        if condition:
            return
        where = f"blob {blob.name!r} has shape {blob.shape}; " if blob else ""
        raise LayerError(f"layer {self.name!r} ({self.type}): {where}{message}")

    def _demand(self, method):
        what = method.partition("(")[0]
        self.require(False, f"{type(self).__name__} has no {what}; write def {method}")

    def axis_index(self, axis, shape, blob=None):
        """Return `axis` counted from the front; a negative one counts from the end."""
        ndim = len(shape)
        if not -ndim <= axis < ndim:
            self.require(
                False,
                f"there is no axis {axis} in shape {tuple(shape)}; choose one from "
                f"{-ndim} to {ndim - 1}",
                blob,
            )
        return axis % ndim

    def connect(self, bottom, top):
        """Check the blobs, set up, shape the tops and store the loss weights."""
        self._check_counts(bottom, top)
        self._check_in_place(bottom, top)
        blobs = bottom or top
        self.dtype = blobs[0].dtype if blobs else self.dtype
        try:
            self.setup(bottom, top)
            missing = len(self.blobs) - len(self.param_propagate_down)
            self.param_propagate_down += [True] * missing
            self.reshape(bottom, top)
        except LayerError as error:  # of a blob, which does not know its layer
            self.require(str(error).startswith("layer "), str(error))
            raise
        self._store_loss_weights(top)

    def _check_counts(self, bottom, top):
        tops = len(bottom) if self.tops == "bottoms" else self.tops
        for kind, wanted, blobs in ("bottom", self.bottoms, bottom), ("top", tops, top):
            if wanted is None:
                continue
            low, high = (wanted, wanted) if isinstance(wanted, int) else wanted
            num_blobs = len(blobs)
            enough = low <= num_blobs and (high is None or num_blobs <= high)
            names = ", ".join(repr(blob.name) for blob in blobs) or "none"
            self.require(
                enough,
                f"it takes {_in_words(low, high, kind)}, but has {num_blobs} "
                f"({names}); change the {kind} lines of the layer",
            )

    def _check_in_place(self, bottom, top):
        for i, (below, above) in enumerate(zip(bottom, top, strict=False)):
            self.require(
                below is not above or self.in_place is not False,
                f"it cannot work in place on bottom[{i}] {below.name!r}; "
                "give the top another name",
            )

    def _store_loss_weights(self, top):
        given = list(self.param.loss_weight)
        self.require(
            not given or len(given) == len(top),
            f"loss_weight is given {len(given)} times for {len(top)} tops; "
            "give it once for each top",
        )
        default = [self.default_loss_weight] + [0.0] * (len(top) - 1)
        self.loss_weights = given or default[: len(top)]
        for blob, weight in zip(top, self.loss_weights, strict=True):
            if weight and self.fills:
                blob.mutable_cpu_diff()[...] = weight

    def __repr__(self):
        return f"<{self.type} layer {self.name!r}>"


class LossLayer(Layer):
    """A layer that compares a prediction with its target: a scalar to minimize.

    The loss weight (default 1) stands in ``top[0].diff``, where a gradient from
    above would be: ``backward`` scales by it.
    """

    bottoms, tops, auto_top = 2, 1, True
    in_place = False
    gradient_to = (0,)
    default_loss_weight = 1.0

    def top_shapes(self, *bottom_shapes):
        """Return one scalar."""
        return [()]

    def reshape(self, bottom, top):
        """Check that predictions and targets are equally many."""
        predictions, targets = bottom[0], bottom[1]
        self.require(
            predictions.shape[:1] == targets.shape[:1],
            f"the targets {targets.name!r} of shape {targets.shape} must have the same "
            "first axis, one for each item of the batch",
            predictions,
        )
        super().reshape(bottom, top)


def register(type_name):
    """Make a class (or a function that makes layers) known under a type name.

    Parameters
    ----------
    type_name : str
        What stands as ``type`` in a prototxt. A class may be registered again
        under the same name, which replaces the first (handy in notebooks).

    Raises
    ------
    LayerError
        If there is no name, as after ``@register`` without parentheses.
    """
    if not isinstance(type_name, str):
        raise LayerError(
            f'a layer is registered under a name: write @register("MyLayer"), not '
            f"register({type_name!r})"
        )

    def add(maker):
        if not callable(maker):
            raise LayerError(f"{maker!r} is no class, and makes no layers")
        if isinstance(maker, type):
            for trait in ("in_place", "host_only"):
                if getattr(maker, trait) is None:  # not said: built-in default
                    setattr(maker, trait, False)
        _registry[type_name] = maker
        return maker

    return add


def create_layer(param, seed=0):
    """Return a new layer for a LayerParameter.

    Parameters
    ----------
    param : LayerParameter
        Its ``type`` names the class.
    seed : int, default 0
        Together with the layer's name the seed of its random numbers.

    Raises
    ------
    LayerError
        If the type is not registered.
    """
    if param.type not in _registry:
        raise LayerError(
            f"layer {param.name!r}: the type {param.type!r} is unknown."
            + did_you_mean(param.type, _registry)
            + " brew.layer_type_list() shows all types"
        )
    layer = _registry[param.type](param)
    layer.seed = seed
    return layer


def layer_class(type_name):
    """Return what is registered under `type_name`; KeyError if nothing is."""
    return _registry[type_name]


def layer_type_list():
    """Return the names of all registered layer types, sorted."""
    return sorted(_registry)


def _in_words(low, high, kind):
    if low == high:
        number = str(low)
    elif high is None:
        number = f"at least {low}"
    else:
        number = f"{low} to {high}"
    return f"{number} {kind}{'' if (high or low) == 1 else 's'}"
