"""Nets written in Python: NetSpec, and ``L`` and ``P`` of pycaffe.

::

    from brew import NetSpec, layers as L, params as P

    n = NetSpec()
    n.data, n.label = L.DummyData(shape=[dict(dim=[8, 1, 28, 28]), dict(dim=8)], ntop=2)
    n.conv1 = L.Convolution(n.data, kernel_size=5, num_output=20)
    n.pool1 = L.Pooling(n.conv1, kernel_size=2, stride=2, pool=P.Pooling.MAX)
    n.loss = L.SoftmaxWithLoss(n.pool1, n.label)
    n.to_proto()  # a NetParameter, ready for brew.Net

A :class:`Function` is a layer to be, and a :class:`Top` one of its tops, which other
functions take as bottoms. Names come from the attributes that tops are assigned to.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from brew.errors import SpecError, UnknownAttribute, did_you_mean
from brew.proto import caffe_pb2
from brew.proto.fields import is_message, is_repeated
from brew.proto.scalars import takes

_LAYER_FIELDS = caffe_pb2.LayerParameter.DESCRIPTOR.fields_by_name
# "Convolution": "convolution_param", for every type with parameters of its own, and
# for some that are set up like another (pycaffe wants these spelled out)
_OWN_PARAM = {
    field.message_type.name.removesuffix("Parameter"): name
    for name, field in _LAYER_FIELDS.items()
    if name.endswith("_param")
} | {
    "Deconvolution": "convolution_param",
    "Im2col": "convolution_param",
    "LSTM": "recurrent_param",
    "RNN": "recurrent_param",
}


class Top:
    """One top of a :class:`Function`; give it to other layers as a bottom."""

    def __init__(self, fn, n):
        self.fn = fn
        self.n = n

    def to_proto(self):
        """Return a NetParameter of this top and of all that it needs."""
        return to_proto(self)

    def __repr__(self):
        return f"<top {self.n} of a {self.fn.type_name} layer>"


class Function:
    """A layer to be: ``L.Convolution(bottom, ...)`` makes one and returns its tops.

    Parameters
    ----------
    type_name : str
        The layer type; any name, since Python cannot know what types will exist.
    inputs : sequence of Top
        The bottoms.
    params : dict
        ``ntop`` (1), ``in_place`` (False), and fields of the type's own message or
        of LayerParameter.

    Raises
    ------
    SpecError
        If an input is not a Top, or a parameter or its value does not exist.
    """

    def __init__(self, type_name, inputs, params):
        self.type_name = type_name
        self.inputs = inputs
        self.params = dict(params)
        self.ntop = self.params.pop("ntop", 1)
        self.in_place = self.params.pop("in_place", False)
        self.tops = tuple(Top(self, n) for n in range(self.ntop))
        for i, top in enumerate(inputs):
            _check_input(type_name, i, top)
        self.fill(caffe_pb2.LayerParameter())  # so that a mistake shows at its line

    def fill(self, layer):
        """Set this function's parameters in a LayerParameter."""
        own = _OWN_PARAM.get(self.type_name)
        own_fields = _LAYER_FIELDS[own].message_type.fields_by_name if own else {}
        for name, value in self.params.items():
            target = layer
            if own and name in own_fields and not name.endswith("param"):
                target = getattr(layer, own)
            elif name not in _LAYER_FIELDS:
                raise SpecError(self._unknown(name, own_fields))
            try:
                assign_proto(target, name, value)
            except SpecError as error:
                raise SpecError(f"L.{self.type_name}: {error}") from None

    def to_proto(self):
        """Return a NetParameter of this layer and of all that it needs."""
        return to_proto(self)

    def _unknown(self, name, own_fields):
        nearest = did_you_mean(name, [*own_fields, *_LAYER_FIELDS])
        inside = [
            param
            for param in dict.fromkeys(_OWN_PARAM.values())
            if name in _LAYER_FIELDS[param].message_type.fields_by_name
        ]
        if inside:
            nearest = f" Did you mean {inside[0]}=dict({name}=...)?"
            if len(inside) > 1:
                nearest = f" It is a field of {', '.join(inside)}: name one of them."
        return f"L.{self.type_name} has no parameter {name!r}.{nearest}"


class NetSpec:
    """A net to be, whose tops are its attributes (or items).

    ``n.conv1 = L.Convolution(n.data, ...)`` names the top and its layer `conv1`. A
    layer takes the name of its first top; what is never assigned gets a name made of
    its type and a number. A top that is assigned twice keeps the later name.

    Attributes
    ----------
    tops : dict
        Name to Top (or Function, for layers without tops), as assigned.
    """

    def __init__(self):
        super().__setattr__("tops", {})

    def to_proto(self):
        """Return the NetParameter: what the tops need, in the order assigned."""
        names = {top: name for name, top in self.tops.items()}
        return _write(self.tops.values(), names)

    def __setattr__(self, name, value):
        if not isinstance(value, Top | Function):
            raise SpecError(
                f"n.{name} must be a Top, not {value!r}; a layer with several tops "
                "wants several names: n.data, n.label = L.Data(..., ntop=2)"
            )
        self.tops[name] = value

    def __getattr__(self, name):
        tops = self.__dict__.get("tops", {})
        if name in tops:
            return tops[name]
        raise UnknownAttribute(f"no top was named {name!r}.{did_you_mean(name, tops)}")

    def __delattr__(self, name):
        del self.tops[name]

    __setitem__ = __setattr__
    __delitem__ = __delattr__

    def __getitem__(self, name):
        return self.tops[name]

    def __dir__(self):
        return [*super().__dir__(), *self.tops]


class Layers:
    """Makes layers: ``L.<Type>(*bottoms, **params)``; see :class:`Function`."""

    def __getattr__(self, type_name):
        if type_name.startswith("_"):
            raise UnknownAttribute(f"{type_name!r} is not the name of a layer type")

        def make_layer(*inputs, **params):
            fn = Function(type_name, inputs, params)
            if fn.ntop == 0:
                return fn
            return fn.tops[0] if fn.ntop == 1 else fn.tops

        make_layer.__name__ = type_name
        make_layer.__doc__ = f"Make a {type_name} layer and return its top or tops."
        return make_layer


class Parameters:
    """Gives the constants of parameters: ``P.Pooling.MAX``."""

    def __getattr__(self, name):
        messages = caffe_pb2.DESCRIPTOR.message_types_by_name
        if f"{name}Parameter" not in messages:
            known = [word.removesuffix("Parameter") for word in messages]
            raise UnknownAttribute(f"P has no {name!r}.{did_you_mean(name, known)}")
        return _Constants(messages[f"{name}Parameter"])


class _Constants:
    def __init__(self, descriptor):
        self._descriptor = descriptor

    def __getattr__(self, name):
        values = self._descriptor.enum_values_by_name
        if name not in values:
            problem = f"{self._descriptor.name} has no constant {name!r}."
            raise UnknownAttribute(problem + did_you_mean(name, values))
        return values[name].number

    def __dir__(self):
        return list(self._descriptor.enum_values_by_name)


layers = Layers()
params = Parameters()


def to_proto(*tops):
    """Return a NetParameter of the given tops and of all that they need.

    Parameters
    ----------
    *tops : Top or Function
        All layers get names made of their types and a number.

    Raises
    ------
    SpecError
        If one is something else.
    """
    for top in tops:
        if not isinstance(top, Top | Function):
            raise SpecError(f"to_proto takes the tops of layers, not {top!r}")
    return _write(tops, {})


def assign_proto(proto, name, value):
    """Set field `name` of the message `proto` to a Python value.

    Parameters
    ----------
    proto : protobuf message
        Changed in place.
    name : str
        The field.
    value : object
        A dict for a message; a list for a repeated field, or a single value for
        one of length 1; for an enum its number or its name.

    Raises
    ------
    SpecError
        If there is no such field or it takes something else.
    """
    field = proto.DESCRIPTOR.fields_by_name.get(name)
    if field is None:
        nearest = did_you_mean(name, proto.DESCRIPTOR.fields_by_name)
        raise SpecError(f"{proto.DESCRIPTOR.name} has no field {name!r}.{nearest}")
    if is_message(field):
        inner = getattr(proto, name)
        for item in _as_list(value) if is_repeated(field) else [value]:
            _assign_message(field, inner.add() if is_repeated(field) else inner, item)
        return
    try:
        if is_repeated(field):
            getattr(proto, name).extend(_plain(field, x) for x in _as_list(value))
        else:
            setattr(proto, name, _plain(field, value))
    except (TypeError, ValueError, KeyError):
        raise SpecError(f"{name!r} {takes(field)}, not {value!r}") from None


def _assign_message(field, message, value):
    if isinstance(value, Mapping):
        message.SetInParent()
        for name, item in value.items():
            assign_proto(message, name, item)
    elif isinstance(value, type(message)):
        message.CopyFrom(value)
    else:
        raise SpecError(f"{field.name!r} takes a dict, not {value!r}")


def _as_list(value):
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        return list(value)
    return [value]


def _plain(field, value):
    if field.enum_type and isinstance(value, str):
        return field.enum_type.values_by_name[value].number
    # NumPy's numbers to Python's
    return value.item() if hasattr(value, "item") else value


def _check_input(type_name, i, top):
    if isinstance(top, Top):
        return
    error = SpecError(f"{type_name} input {i} is not a Top (type is {type(top)})")
    if isinstance(top, tuple):
        error.add_note("A layer with several tops returns a tuple: pass one of them.")
    raise error


def _write(tops, names):
    """Return the NetParameter of `tops`; `names` holds those already given."""
    names, counts = dict(names), Counter[str]()
    written: dict[Function, caffe_pb2.LayerParameter] = {}

    def name_of(item, type_name):
        if item not in names:
            counts[type_name] += 1
            names[item] = f"{type_name}{counts[type_name]}"
        return names[item]

    def layer_of(fn):
        layer = caffe_pb2.LayerParameter(type=fn.type_name)
        layer.bottom.extend(written[top.fn].top[top.n] for top in fn.inputs)
        if fn.in_place:
            layer.top.extend(layer.bottom)
        else:
            layer.top.extend(name_of(top, fn.type_name) for top in fn.tops)
        layer.name = name_of(fn.tops[0] if fn.tops else fn, fn.type_name)
        fn.fill(layer)
        return layer

    for top in tops:
        waiting = [top.fn if isinstance(top, Top) else top]
        while waiting:
            missing = [x.fn for x in waiting[-1].inputs if x.fn not in written]
            if missing:
                waiting += reversed(missing)
            else:
                fn = waiting.pop()
                if fn not in written:
                    written[fn] = layer_of(fn)
    return caffe_pb2.NetParameter(layer=written.values())
