"""The zoo: a folder a model, with its prototxts and a ``readme.md``.

>>> from brew import zoo
>>> zoo.list_models()[:4]
['alexnet', 'caffenet', 'cifar10_full', 'cifar10_quick']
>>> solver = brew.get_solver(zoo.path("lenet") / "solver.prototxt")
>>> net = zoo.load("squeezenet")  # with its trained parameters

The format is that of Caffe's Model Zoo; see :mod:`brew.zoo.weights` for how trained
parameters are found, :mod:`brew.zoo.publish` for how to share a model, and
:mod:`brew.zoo.retrain` for how those that come with brew were made.
"""

from brew.zoo.cards import Card, list_models, path, read_card
from brew.zoo.publish import publish
from brew.zoo.retrain import retrain
from brew.zoo.weights import is_here, load, weights

__all__ = [
    "Card",
    "is_here",
    "list_models",
    "load",
    "path",
    "publish",
    "read_card",
    "retrain",
    "weights",
]
