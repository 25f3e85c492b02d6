"""Live views for notebooks, built on ``brew.views`` with ipywidgets.

Each widget has ``snapshot()``, a still twin that shows where no kernel runs.
"""

from brew.errors import import_extra

import_extra("ipywidgets", "widgets")

from brew.widgets.training import TrainingMonitor  # noqa: E402  needs ipywidgets

__all__ = ["TrainingMonitor"]
