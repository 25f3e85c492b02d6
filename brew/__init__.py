"""brew: a readable, complete Caffe in pure Python.

The names are pycaffe's, so that ``import brew as caffe`` works.
"""

from brew import datasets, diagnose, io, surgery
from brew.backend import set_device, set_mode_cpu, set_mode_gpu, set_random_seed
from brew.blob import Blob
from brew.classifier import Classifier
from brew.detector import Detector
from brew.errors import BrewError
from brew.find import find
from brew.find import find as help
from brew.layer import TEST, TRAIN, Layer, layer_type_list, register
from brew.log import init_log, log
from brew.nccl import (
    NCCL,
    has_nccl,
    set_multiprocess,
    set_solver_count,
    set_solver_rank,
    solver_count,
    solver_rank,
)
from brew.net import Net
from brew.net_spec import NetSpec, layers, params, to_proto
from brew.solvers import (
    AdaDeltaSolver,
    AdaGradSolver,
    AdamSolver,
    AdamWSolver,
    NesterovSolver,
    RMSPropSolver,
    SGDSolver,
    get_solver,
)
from brew.substitute import use
from brew.summary import summarize
from brew.timer import Timer
from brew.trust import allow_python_layers
from brew.views import notebook as _notebook  # noqa: F401  rich output of nets and blobs

__version__ = "0.1.0"

__all__ = [
    "NCCL",
    "TEST",
    "TRAIN",
    "AdaDeltaSolver",
    "AdaGradSolver",
    "AdamSolver",
    "AdamWSolver",
    "Blob",
    "BrewError",
    "Classifier",
    "Detector",
    "Layer",
    "NesterovSolver",
    "Net",
    "NetSpec",
    "RMSPropSolver",
    "SGDSolver",
    "Timer",
    "allow_python_layers",
    "datasets",
    "diagnose",
    "find",
    "get_solver",
    "has_nccl",
    "help",
    "init_log",
    "io",
    "layer_type_list",
    "layers",
    "log",
    "params",
    "register",
    "set_device",
    "set_mode_cpu",
    "set_mode_gpu",
    "set_multiprocess",
    "set_random_seed",
    "set_solver_count",
    "set_solver_rank",
    "solver_count",
    "solver_rank",
    "summarize",
    "surgery",
    "to_proto",
    "use",
]
