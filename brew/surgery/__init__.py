"""Surgery: change a net that is trained, and keep what it has learned.

>>> from brew import surgery
>>> surgery.transplant("lenet.caffemodel", net)  # doctest: +SKIP
>>> bigger = surgery.fully_convolutional(net)  # doctest: +SKIP

:func:`transplant` edits its target, and what ends in ``_in_place`` edits the net it is
given. All others leave it alone and return a new one: a Net for a Net or a file, a
NetParameter with its weights for a NetParameter.
"""

from brew.surgery.fold import fold_batch_norm
from brew.surgery.fully_conv import fully_convolutional
from brew.surgery.low_rank import low_rank
from brew.surgery.prune import prune_weights_in_place
from brew.surgery.prune_channels import prune_channels
from brew.surgery.report import Report
from brew.surgery.share import share_in_place, share_layers
from brew.surgery.transplant import transplant

__all__ = [
    "Report",
    "fold_batch_norm",
    "fully_convolutional",
    "low_rank",
    "prune_channels",
    "prune_weights_in_place",
    "share_in_place",
    "share_layers",
    "transplant",
]
