"""Layers of 2013 (``layers { layer { ... } }``) made into those of 2014.

See V0LayerParameter in ``caffe.proto``. The parameters of all types stood in one
heap; padding was a layer of its own in front of a convolution or a pooling.
"""

from brew.errors import ProtoError, did_you_mean
from brew.proto import caffe_pb2
from brew.proto.upgrade_v1 import copy_value

# V0 type: V1 type, and the message that holds its parameters.
_TYPES = {
    "accuracy": ("ACCURACY", ""),
    "bnll": ("BNLL", ""),
    "concat": ("CONCAT", "concat_param"),
    "conv": ("CONVOLUTION", "convolution_param"),
    "data": ("DATA", "data_param"),
    "dropout": ("DROPOUT", "dropout_param"),
    "euclidean_loss": ("EUCLIDEAN_LOSS", ""),
    "flatten": ("FLATTEN", ""),
    "hdf5_data": ("HDF5_DATA", "hdf5_data_param"),
    "hdf5_output": ("HDF5_OUTPUT", "hdf5_output_param"),
    "im2col": ("IM2COL", ""),
    "images": ("IMAGE_DATA", "image_data_param"),
    "infogain_loss": ("INFOGAIN_LOSS", "infogain_loss_param"),
    "innerproduct": ("INNER_PRODUCT", "inner_product_param"),
    "lrn": ("LRN", "lrn_param"),
    "multinomial_logistic_loss": ("MULTINOMIAL_LOGISTIC_LOSS", ""),
    "pool": ("POOLING", "pooling_param"),
    "relu": ("RELU", ""),
    "sigmoid": ("SIGMOID", ""),
    "softmax": ("SOFTMAX", ""),
    "softmax_loss": ("SOFTMAX_LOSS", ""),
    "split": ("SPLIT", ""),
    "tanh": ("TANH", ""),
    "window_data": ("WINDOW_DATA", "window_data_param"),
}
# V0 field: its name in that message, and the types that have it.
_MOVES = {
    "num_output": ("num_output", "conv innerproduct"),
    "biasterm": ("bias_term", "conv innerproduct"),
    "weight_filler": ("weight_filler", "conv innerproduct"),
    "bias_filler": ("bias_filler", "conv innerproduct"),
    "pad": ("pad", "conv pool"),
    "kernelsize": ("kernel_size", "conv pool"),
    "group": ("group", "conv"),
    "stride": ("stride", "conv pool"),
    "pool": ("pool", "pool"),
    "dropout_ratio": ("dropout_ratio", "dropout"),
    "local_size": ("local_size", "lrn"),
    "alpha": ("alpha", "lrn"),
    "beta": ("beta", "lrn"),
    "k": ("k", "lrn"),
    "concat_dim": ("concat_dim", "concat"),
    "source": ("source", "data hdf5_data images window_data infogain_loss"),
    "batchsize": ("batch_size", "data hdf5_data images window_data"),
    "rand_skip": ("rand_skip", "data images"),
    "shuffle_images": ("shuffle", "images"),
    "new_height": ("new_height", "images"),
    "new_width": ("new_width", "images"),
    "det_fg_threshold": ("fg_threshold", "window_data"),
    "det_bg_threshold": ("bg_threshold", "window_data"),
    "det_fg_fraction": ("fg_fraction", "window_data"),
    "det_context_pad": ("context_pad", "window_data"),
    "det_crop_mode": ("crop_mode", "window_data"),
}
# V0 field of any type: its name in transform_param.
_TRANSFORMS = {
    "scale": "scale",
    "meanfile": "mean_file",
    "cropsize": "crop_size",
    "mirror": "mirror",
}
_KEPT = ("name", "blobs", "blobs_lr", "weight_decay")


def is_v0(net):
    """Say whether a NetParameter has layers of 2013."""
    return any(layer.HasField("layer") for layer in net.layers)


def upgrade_v0(net, warn):
    """Replace the V0 layers of a NetParameter by V1 layers, in place.

    Parameters
    ----------
    net : NetParameter
        Its ``layers`` are changed.
    warn : callable
        Gets a text for each field that stands in a layer whose type has no use
        for it, and is therefore lost.

    Raises
    ------
    ProtoError
        If a type is unknown, or padding does not lead to a convolution or pooling.
    """
    layers = [_upgraded(layer, warn) for layer in _without_padding(net.layers)]
    net.ClearField("layers")
    net.layers.extend(layers)


def _without_padding(layers):
    """Return the layers but those of type padding; their pad goes to the next."""
    kept = []
    padding: dict[str, caffe_pb2.V1LayerParameter] = {}  # by the name of the top
    for old in layers:
        layer = caffe_pb2.V1LayerParameter()
        layer.CopyFrom(old)
        for i, bottom in enumerate(layer.bottom):
            if bottom in padding:
                _take_padding(layer, i, padding[bottom])
        for top in layer.top:
            padding.pop(top, None)
        if layer.layer.type != "padding":
            kept.append(layer)
            continue
        if len(layer.bottom) != 1 or len(layer.top) != 1:
            name = layer.layer.name
            raise ProtoError(f"padding layer {name!r} needs one bottom and one top")
        padding[layer.top[0]] = layer
    return kept


def _take_padding(layer, i, padding):
    if layer.layer.type not in ("conv", "pool"):
        raise ProtoError(
            f"layer {layer.layer.name!r} ({layer.layer.type}): padding layer "
            f"{padding.layer.name!r} may only lead to a conv or pool layer"
        )
    layer.layer.pad = padding.layer.pad
    layer.bottom[i] = padding.bottom[0]


def _upgraded(layer, warn):
    if not layer.HasField("layer"):
        return layer
    old = layer.layer
    new = caffe_pb2.V1LayerParameter(bottom=layer.bottom, top=layer.top)
    v1_type, param = _type_of(old)
    if v1_type:
        new.type = caffe_pb2.V1LayerParameter.LayerType.Value(v1_type)
    for field, value in old.ListFields():
        target, name = _place(field.name, old.type, param)
        if name:
            copy_value(getattr(new, target) if target else new, name, value)
        elif field.name != "type":
            warn(
                f"layer {old.name!r} ({old.type}): {field.name!r} is not a setting "
                "of this type; it is dropped"
            )
    return new


def _place(name, layer_type, param):
    """Return where a V0 field goes, (message in the layer, field), or twice ""."""
    if name in _KEPT or (name == "hdf5_output_param" and param == name):
        return "", name
    if name in _TRANSFORMS:
        return "transform_param", _TRANSFORMS[name]
    new_name, types = _MOVES.get(name, ("", ""))
    return (param, new_name) if layer_type in types.split() else ("", "")


def _type_of(old):
    """Return the V1 type of a V0 layer and the message of its parameters."""
    if old.type not in _TYPES and old.HasField("type"):
        nearest = did_you_mean(old.type, _TYPES)
        problem = f"the type {old.type!r} was unknown in 2013.{nearest}"
        raise ProtoError(f"layer {old.name!r}: {problem}")
    return _TYPES.get(old.type, ("", ""))
