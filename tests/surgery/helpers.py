"""Small nets for the tests of this folder, and how two nets are compared."""

import numpy as np

import brew
from tests.net.helpers import build, data

IMAGE = data("data", "dim: 2 dim: 3 dim: 12 dim: 10")


def conv(name, bottom, num_output=4, more="", param="", top=None):
    """Return a Convolution layer of 3 x 3, unless `more` says otherwise."""
    size = "" if "kernel" in more else "kernel_size: 3"
    return (
        f'layer {{ name: "{name}" type: "Convolution" bottom: "{bottom}" '
        f'top: "{top or name}" {param} convolution_param {{ num_output: {num_output} '
        f'{size} {more} weight_filler {{ type: "xavier" }} '
        "bias_filler { type: 'uniform' min: -0.5 max: 0.5 } } }\n"
    )


def ip(name, bottom, num_output=5, more="", param=""):
    """Return an InnerProduct layer with a bias that is not zero."""
    return (
        f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" '
        f'top: "{name}" {param} inner_product_param {{ num_output: {num_output} {more} '
        'weight_filler { type: "xavier" } '
        "bias_filler { type: 'uniform' min: -0.5 max: 0.5 } } }\n"
    )


def layer(kind, name, bottom, top=None, more=""):
    """Return a layer of any type; by default it works in place."""
    bottoms = " ".join(f'bottom: "{b}"' for b in bottom.split())
    tops = " ".join(f'top: "{t}"' for t in (top or bottom).split())
    return f'layer {{ name: "{name}" type: "{kind}" {bottoms} {tops} {more} }}\n'


def fill(net, seed=0):
    """Give every parameter lopsided random values; variances stay positive."""
    rng = np.random.default_rng(seed)
    for blobs in net.params.values():
        for blob in blobs:
            values = rng.uniform(0.1, 0.9, blob.shape)
            if blob.ndim > 1:  # small, lest a softmax say 0 and 1 only
                values = (values - 0.4) * (5 / blob.count**0.5)
            blob.data[...] = values
    return net


def made(text, seed=0, phase=brew.TEST):
    """Return the net of a prototxt with random parameters."""
    return fill(build(text, phase), seed)


def run(net, seed=1):
    """Return copies of the outputs for random inputs."""
    rng = np.random.default_rng(seed)
    for name in net.inputs:
        net.blobs[name].data[...] = rng.uniform(-1, 1.5, net.blobs[name].shape)
    return {name: np.array(y) for name, y in net.forward().items()}


def assert_same(old, new, atol=2e-5):
    """Require that both nets have the same outputs, ones in the shape aside."""
    before, after = run(old), run(new)
    assert before.keys() == after.keys()
    for name, y in before.items():
        is_telling = y.size < 3 or np.unique(y.round(3)).size > 2
        assert is_telling  # zeros would be equal too
        np.testing.assert_allclose(
            after[name].reshape(y.shape), y, rtol=2e-4, atol=atol
        )


def types(net):
    """Return the types of all layers, without Split and Input."""
    return [x.type for x in net.layers if x.type not in ("Split", "Input")]


def weights(net):
    """Return copies of all parameters."""
    return {
        (name, i): np.array(blob.data)
        for name, blobs in net.params.items()
        for i, blob in enumerate(blobs)
    }
