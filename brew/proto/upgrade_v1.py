"""Layers of 2014 (``layers`` with a type in capitals) made into today's.

See V1LayerParameter in ``caffe.proto``.
"""

from brew.errors import ProtoError
from brew.proto import caffe_pb2
from brew.proto.fields import is_message, is_repeated

# Types that are not simply INNER_PRODUCT -> InnerProduct.
_NAMES = {
    "NONE": "",
    "ABSVAL": "AbsVal",
    "ARGMAX": "ArgMax",
    "BNLL": "BNLL",
    "HDF5_DATA": "HDF5Data",
    "HDF5_OUTPUT": "HDF5Output",
    "LRN": "LRN",
    "MVN": "MVN",
    "RELU": "ReLU",
    "SOFTMAX_LOSS": "SoftmaxWithLoss",
    "TANH": "TanH",
}
# What became the fields of ParamSpec.
_SPECS = {
    "param": "name",
    "blob_share_mode": "share_mode",
    "blobs_lr": "lr_mult",
    "weight_decay": "decay_mult",
}
_SOURCES = {
    "DATA": "data_param",
    "IMAGE_DATA": "image_data_param",
    "WINDOW_DATA": "window_data_param",
}
_TRANSFORMS = ("scale", "mean_file", "crop_size", "mirror")


def is_v1(net):
    """Say whether a NetParameter has ``layers``, of 2014 or older."""
    return len(net.layers) > 0


def upgrade_v1(net):
    """Replace the ``layers`` of a NetParameter by ``layer``, in place.

    Raises
    ------
    ProtoError
        If both are there.
    """
    if net.layer:
        raise ProtoError("both 'layers' (old) and 'layer' are stated; use one of them")
    net.layer.extend(upgraded_layer(old) for old in net.layers)
    net.ClearField("layers")


def upgraded_layer(old):
    """Return a V1LayerParameter as LayerParameter."""
    new = caffe_pb2.LayerParameter()
    if old.HasField("type"):
        new.type = type_name(old.type)
    for field, value in old.ListFields():
        if field.name in _SPECS:
            for i, item in enumerate(value):
                if i == len(new.param):
                    new.param.add()
                setattr(new.param[i], _SPECS[field.name], item)
        elif field.name not in ("type", "layer"):
            copy_value(new, field.name, value)
    return new


def type_name(number):
    """Return today's type string for a number of V1's LayerType."""
    word = caffe_pb2.V1LayerParameter.LayerType.Name(number)
    return _NAMES.get(word, "".join(part.capitalize() for part in word.split("_")))


def copy_value(message, name, value):
    """Set field `name` of `message` to a `value` from another message.

    What goes to a repeated field is appended, one value or a list of them.
    """
    field = message.DESCRIPTOR.fields_by_name[name]
    if is_repeated(field):
        values = value if hasattr(value, "extend") else [value]
        getattr(message, name).extend(values)
    elif is_message(field):
        getattr(message, name).CopyFrom(value)
    else:
        setattr(message, name, value)


def has_old_transforms(net):
    """Say whether a V1 data layer keeps image settings outside transform_param."""
    return any(list(_old_transforms(layer)) for layer in net.layers)


def move_transforms(net):
    """Move image settings of V1 data layers to their transform_param, in place."""
    for layer in net.layers:
        for param, name in _old_transforms(layer):
            setattr(layer.transform_param, name, getattr(param, name))
            param.ClearField(name)


def _old_transforms(layer):
    word = caffe_pb2.V1LayerParameter.LayerType.Name(layer.type)
    if word in _SOURCES:
        param = getattr(layer, _SOURCES[word])
        for name in _TRANSFORMS:
            if param.HasField(name):
                yield param, name
