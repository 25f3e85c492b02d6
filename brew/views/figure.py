"""matplotlib figures that show themselves in a notebook, without pyplot's state."""

from io import BytesIO

from brew.errors import import_extra

Image = import_extra("PIL.Image", "widgets")  # comes with matplotlib
_Figure = import_extra("matplotlib.figure", "widgets").Figure


class Picture(_Figure):
    """A figure that a notebook shows as the value of a cell.

    Parameters
    ----------
    width, height : float
        In inches.
    """

    def __init__(self, width, height):
        super().__init__(figsize=(width, height), layout="constrained")

    def _repr_png_(self):
        drawn, small = BytesIO(), BytesIO()
        self.savefig(drawn, format="png", dpi=96)
        # 256 colours take a third of the room, and notebooks are kept with pictures
        image = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
        image.save(small, "PNG", optimize=True)
        return small.getvalue()
