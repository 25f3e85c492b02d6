"""Live views for notebooks, built on ``brew.views`` with ipywidgets.

Each widget has ``snapshot()``, a still twin that shows where no kernel runs.
"""

from brew.errors import import_extra

import_extra("ipywidgets", "widgets")

# ruff: noqa: E402  these need ipywidgets
from brew.widgets.filters import FilterViewer
from brew.widgets.fine_tuner import FineTuner
from brew.widgets.photo import PhotoUpload
from brew.widgets.showdown import SolverShowdown
from brew.widgets.training import TrainingMonitor

__all__ = [
    "FilterViewer",
    "FineTuner",
    "PhotoUpload",
    "SolverShowdown",
    "TrainingMonitor",
]
