"""matplotlib figures that show themselves in a notebook, without pyplot's state."""

from io import BytesIO

from brew.errors import import_extra

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
        png = BytesIO()
        self.savefig(png, format="png", dpi=96)
        return png.getvalue()
