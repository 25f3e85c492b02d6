"""What an autoencoder makes of images: a row of them for each net."""

from brew.views.figure import Picture
from brew.views.images import tile

WIDTH = 7.2  # in inches, with the names


def draw_reconstructions(rows, title=""):
    """Draw rows of grey images, each with its name at the left.

    Parameters
    ----------
    rows : dict of str to array (n, h, w)
        For instance what was put into the nets, and what came out of each.
    title : str

    Returns
    -------
    Picture
        A matplotlib figure.
    """
    num_images, h, w = next(iter(rows.values())).shape
    row_height = (WIDTH - 1.3) / num_images * h / w
    figure = Picture(WIDTH, len(rows) * (row_height + 0.04) + (0.3 if title else 0))
    figure.get_layout_engine().set(hspace=0, h_pad=0.02)
    axes = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
    for ax, (name, images) in zip(axes, rows.items(), strict=True):
        ax.imshow(tile(images, num_images), cmap="gray", vmin=0, vmax=1)
        ax.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
        ax.set_anchor("E")  # the names need the room at the left
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[:].set_visible(False)
    if title:
        figure.suptitle(title, fontsize=10, x=0.01, ha="left")
    return figure
