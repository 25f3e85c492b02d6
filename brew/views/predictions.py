"""How the scores of single images change while a net learns."""

import numpy

from brew.views.figure import Picture
from brew.views.style import VERMILION


def draw_score_history(images, scores, every=1, classes=None, labels=None):
    """Draw images with the probability of each class over training.

    Parameters
    ----------
    images : array (n, h, w)
        The images.
    scores : array (steps, n, K)
        The probabilities of K classes after each step.
    every : int, default 1
        How many iterations a step is.
    classes : list of str, optional
        Names of the classes; default 0, 1, ...
    labels : array (n,), optional
        The right classes; their names are set in bold.

    Returns
    -------
    Picture
        A row for each two images: dark squares are probable classes.
    """
    images, scores = numpy.asarray(images), numpy.asarray(scores)
    num_rows = -(-len(images) // 2)
    figure = Picture(9, 1.75 * num_rows)
    widths = {"width_ratios": [1, 2.6, 1, 2.6]}
    axes = figure.subplots(num_rows, 4, squeeze=False, gridspec_kw=widths)
    for axis in axes.flat:
        axis.set_axis_off()
    for n, image in enumerate(images):
        left, right = axes[n // 2, n % 2 * 2], axes[n // 2, n % 2 * 2 + 1]
        left.imshow(image, cmap="gray", interpolation="nearest")
        _draw_scores(right, scores[:, n], every, classes)
        if labels is not None:
            right.get_yticklabels()[labels[n]].set(weight="bold", color=VERMILION)
    for n in (len(images) - 2, len(images) - 1):
        axes[n // 2, n % 2 * 2 + 1].set_xlabel("iteration", fontsize=9)
    return figure


def _draw_scores(axis, scores, every, classes):
    num_steps, K = scores.shape
    axis.set_axis_on()
    axis.imshow(
        scores.T,
        cmap="Blues",
        vmin=0,
        vmax=1,
        aspect="auto",
        interpolation="nearest",
        extent=(0, num_steps * every, K - 0.5, -0.5),
    )
    axis.set_yticks(range(K), classes or [str(k) for k in range(K)], fontsize=7)
    axis.tick_params(axis="x", labelsize=8)
