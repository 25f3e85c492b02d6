"""Case: one configuration of a layer type, a row of the table that tests all."""

from dataclasses import dataclass, field, replace

from brew.layer import TRAIN, layer_class
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.testing.sample import lopsided

NEVER, IN_TRAIN, ALWAYS = "never", "in TRAIN", "always"


@dataclass(frozen=True)
class Case:
    """One row of the table: a layer, its prototxt, its bottoms, and what to expect.

    Parameters
    ----------
    layer : str or type
        A registered type, or a class that derives from :class:`brew.Layer`.
    proto : str, default ""
        The rest of the layer's prototxt: ``"relu_param { negative_slope: 0.1 }"``.
    bottoms : sequence of shape, default ()
        The shape of each bottom.
    id : str, default ""
        What is special about this row, for the names of tests.
    tops : int, optional
        How many tops; by default as few as the layer allows.
    samples : sampler, or one per bottom
        Where bottoms get their data; see :mod:`brew.testing.sample`.
    params : sampler, or one per parameter, or None
        Where parameters get their values; None leaves them as filled.
    phase : int, default TRAIN
        The phase of the layer.
    in_place : bool, default False
        Whether top 0 may be bottom 0, as a fact about the mathematics.
    backward : bool, default True
        Whether the layer has a backward pass.
    gradient_to : tuple of int, optional
        The bottoms that can receive a gradient; None is all.
    gradient_from : tuple of int, optional
        The tops whose diff counts; None is all.
    shares : bool, default False
        Whether top 0 looks at the memory of bottom 0 (Flatten, Split).
    random : {"never", "in TRAIN", "always"}
        When the same bottoms give other tops.
    top_diff : float, optional
        The diff of all tops; None is random numbers. A loss that ignores its weight
        needs 1.
    dtype : str, default "float64"
        In which slopes are measured; a layer that computes in float32 needs that.
    resized : sequence of shape, "batch" or None
        Bottoms for the second half of the resizing check; "batch" enlarges the
        first axis of each, None skips the check.
    refuses : sequence of (sequence of shape)
        Lists of bottom shapes that must be refused.
    prepare : callable, optional
        Called with the layer after it is connected, such as to feed MemoryData.
    xfail : dict, default {}
        Checks that are known to fail, and why.
    """

    layer: object
    proto: str = ""
    bottoms: tuple = ()
    id: str = ""
    tops: object = None
    samples: object = field(default_factory=lopsided)
    params: object = field(default_factory=lopsided)
    phase: int = TRAIN
    in_place: bool = False
    backward: bool = True
    gradient_to: object = None
    gradient_from: object = None
    shares: bool = False
    random: str = NEVER
    top_diff: object = None
    dtype: str = "float64"
    resized: object = "batch"
    refuses: tuple = ()
    prepare: object = None
    xfail: dict = field(default_factory=dict)

    @property
    def is_registered(self):
        """Whether the layer is named by its type, not given as a class."""
        return isinstance(self.layer, str)

    @property
    def type(self):
        """The name of the type (of the class, if it is not registered)."""
        return self.layer if self.is_registered else self.layer.__name__

    @property
    def maker(self):
        """The class, or the function that makes layers of this type."""
        return layer_class(self.layer) if self.is_registered else self.layer

    @property
    def num_tops(self):
        """The number of tops of this row."""
        if self.tops is not None:
            return self.tops
        declared = getattr(self.maker, "tops", None)
        if declared == "bottoms":
            return len(self.bottoms)
        if isinstance(declared, tuple):
            return max(declared[0], 1)
        return 1 if declared is None else declared

    @property
    def wants_gradient(self):
        """The propagate_down list: True for each bottom that can get a gradient."""
        everyone = range(len(self.bottoms))
        wanted = everyone if self.gradient_to is None else self.gradient_to
        return [i in wanted for i in everyone]

    @property
    def is_random(self):
        """Whether the outputs of this row are random."""
        return self.random == ALWAYS or (
            self.random == IN_TRAIN and self.phase == TRAIN
        )

    def with_batch(self):
        """Return this row with the bottoms of the resizing check."""
        if self.resized == "batch":
            shapes = [(n + 1, *rest) for n, *rest in self.bottoms]
        else:
            shapes = self.resized
        return replace(self, bottoms=shapes)

    def layer_param(self):
        """Return the LayerParameter of this row."""
        param = parse_text(self.proto, caffe_pb2.LayerParameter())
        param.type = self.type
        param.name = param.name or "checked"
        param.phase = self.phase
        param.bottom[:] = [f"in{i}" for i in range(len(self.bottoms))]
        names = [f"out{i}" for i in range(self.num_tops)]
        param.top[:] = [*param.top, *names[len(param.top) :]][: self.num_tops]
        return param

    def __str__(self):
        return f"{self.type}-{self.id}" if self.id else self.type
