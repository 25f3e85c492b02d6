"""Solver: configuration that trains a net.

One iteration: clear the gradients, run forward and backward ``iter_size`` times,
update the parameters. Between iterations the solver tests, displays and writes
snapshots, as its SolverParameter says. What distinguishes the solver types is
``compute_update`` alone; see ``brew/solvers``.
"""

import math

from brew import backend, solver_display, solver_files
from brew.blob import Blob
from brew.errors import SolverError
from brew.interrupts import finish_iteration_first
from brew.log import logger
from brew.lr_policy import learning_rate
from brew.solver_nets import make_test_nets, make_train_net, solver_param

BLOCK = 2**17  # elements updated at a time: values, gradient, history fit the cache
LARGE = 2**22  # parameters of a net from which a second thread pays


class Solver:
    """Train a net by repeated small updates of its parameters.

    Parameters
    ----------
    solver : str, Path or SolverParameter
        A solver prototxt, or the message itself.

    Attributes
    ----------
    net : Net
        The net that is trained.
    test_nets : list of Net
        They use the parameters of ``net``.
    iter : int
        How many updates have been made.
    param : SolverParameter
        Read at every iteration, so that you may change it, say ``base_lr``.
    history : list of Blob
        What the solver remembers of earlier gradients: ``num_histories`` blobs
        for each parameter.
    action : callable
        Asked once per iteration and before each test batch; returns "none",
        "snapshot" or "stop".

    Raises
    ------
    SolverError, NetError, LayerError, ProtoError, FileError
        If solver or nets are configured wrongly.
    """

    type = ""
    num_histories = 1
    decoupled_decay = False  # True: decay by-passes compute_update, see AdamW

    def __init__(self, solver):
        self.param = solver_param(solver)
        self._check_param()
        seed = self.param.random_seed
        seed = backend.net_seed() if seed < 0 else seed
        self.net = make_train_net(self.param, seed)
        self.test_nets = make_test_nets(self.param, seed)
        for net in self.test_nets:
            net.share_with(self.net)
        self.iter = 0
        self.current_step = 0
        self.action = lambda: "none"
        self.history = [
            Blob(blob.shape, blob.dtype, blob.name)
            for _ in range(self.num_histories)
            for blob in self.net.learnable_params
        ]
        self._callbacks = []
        self._stopped = False
        self._losses = []
        self._display = solver_display.Display(self)

    # Training

    def step(self, num_iters=1):
        """Train for `num_iters` iterations, with tests, display and snapshots.

        An interrupt (Ctrl-C, or the notebook's stop button) finishes the running
        iteration first, so that the solver stays consistent.
        """
        with finish_iteration_first() as interrupt:
            for _ in self.steps(num_iters):
                if interrupt.requested:
                    break

    def steps(self, num_iters):
        """Train as :meth:`step`, yielding the smoothed loss after each iteration."""
        if not hasattr(num_iters, "__index__"):
            raise SolverError(f"num_iters is a whole number, not {num_iters!r}")
        self._losses, self._stopped = [], False
        self._display.start()
        last = self.iter + num_iters
        while self.iter < last and not self._stopped:
            loss = self._iterate()
            if loss is not None:
                yield loss

    def solve(self, resume_file=None):
        """Train until ``max_iter``, then write a snapshot and test.

        Parameters
        ----------
        resume_file : str or Path, optional
            A .solverstate(.h5) to go on from.
        """
        logger.info("Solving %s", self.net.name)
        logger.info("Learning Rate Policy: %s", self.param.lr_policy)
        if resume_file is not None:
            self.restore(resume_file)
        with finish_iteration_first() as interrupt:
            for _ in self.steps(self.param.max_iter - self.iter):
                self._stopped = self._stopped or interrupt.requested
            self._after_training()

    def _after_training(self):
        every = self.param.snapshot
        if self.param.snapshot_after_train and (not every or self.iter % every):
            self.snapshot()
        if self._stopped:
            logger.info("Optimization stopped early.")
            return
        if self._is_due(self.param.display):
            self._smooth(self.net.run_forward())
            self._display.loss(self._smoothed_loss())
        if self._is_due(self.param.test_interval):
            self.test_all()
        logger.info("Optimization Done.")

    def _iterate(self):
        """Run one iteration; return the smoothed loss, or None if stopped first."""
        for blob in self.net.learnable_params:
            blob.clear_diff()
        if self._is_due(self.param.test_interval) and (
            self.iter > 0 or self.param.test_initialization
        ):
            self.test_all()
            if self._stopped:
                return None
        for on_start, _ in self._callbacks:
            on_start()
        losses = [self.net.forward_backward() for _ in range(self.param.iter_size)]
        self._smooth(sum(losses) / len(losses))
        is_displayed = self._is_due(self.param.display)
        if is_displayed:
            self._display.iteration(self._smoothed_loss())
        for _, on_gradients_ready in self._callbacks:
            on_gradients_ready()
        self.apply_update(is_displayed)
        self._act(also_snapshot=self._is_due(self.param.snapshot))
        return self._smoothed_loss()

    def apply_update(self, is_displayed=False):
        """Update the parameters once from their present gradients; iter += 1."""
        rate = self.lr
        if is_displayed:
            logger.info("Iteration %d, lr = %g", self.iter, rate)
        with backend.device_pass():
            self._clip_gradients()
            blocks = list(self._blocks(rate))
            is_large = sum(blob.count for blob in self.net.learnable_params) >= LARGE
            run = backend.parallel if is_large else _run_here
            run(lambda i: self._update_block(*blocks[i]), len(blocks))
        self.iter += 1

    def compute_update(self, g, rate, *history):
        """Turn the gradient `g` into the update, in place; types differ only here.

        Large parameters come in pieces, and several threads may be at work: treat
        each element for itself, and keep nothing outside `history`.

        Parameters
        ----------
        g : array
            The gradient, flat, with decay added (unless ``decoupled_decay``);
            becomes what is subtracted.
        rate : float
            The learning rate of this parameter.
        *history : array
            ``num_histories`` arrays like `g`, 0 at first, kept from update to
            update; write into them.
        """
        raise SolverError(
            f"{type(self).__name__} computes no update; write "
            "def compute_update(self, g, rate, *history)"
        )

    @property
    def lr(self):
        """The learning rate of the present iteration."""
        rate, self.current_step = learning_rate(
            self.param, self.iter, self.current_step
        )
        return rate

    def _blocks(self, rate):
        """Yield the arguments of `_update_block` for all pieces of all parameters."""
        params = self.net.learnable_params
        for i, blob in enumerate(params):
            arrays = [blob.data.reshape(-1), blob.diff.reshape(-1)]
            arrays += [h.data.reshape(-1) for h in self.history[i :: len(params)]]
            decay = self.param.weight_decay * self.net.params_decay_mult[i]
            local_rate = rate * self.net.params_lr_mult[i]
            size = blob.count if backend.on_device() else BLOCK
            for start in range(0, blob.count, size):
                pieces = [array[start : start + size] for array in arrays]
                yield local_rate, decay, *pieces

    def _update_block(self, rate, decay, w, g, *history):
        if self.param.iter_size > 1:
            g *= 1.0 / self.param.iter_size
        if decay and not self.decoupled_decay:
            g += decay * self._pull(w)
        self.compute_update(g, rate, *history)
        if decay and self.decoupled_decay:
            g += rate * decay * self._pull(w)
        w -= g

    def _pull(self, w):
        """Return where decay pulls: along the values (L2), or their signs (L1)."""
        is_l2 = self.param.regularization_type == "L2"
        return w if is_l2 else backend.get_xp().sign(w)

    def _clip_gradients(self):
        limit = self.param.clip_gradients
        if limit < 0:
            return
        diffs = [blob.diff.reshape(-1) for blob in self.net.learnable_params]
        norm = float(sum(g.dot(g) for g in diffs)) ** 0.5
        if norm > limit:
            scale = limit / norm
            logger.info(
                "Gradient clipping: scaling down gradients (L2 norm %g > %g) "
                "by scale factor %g",
                norm,
                limit,
                scale,
            )
            for g in diffs:
                g *= scale

    # Testing

    def test_all(self):
        """Test on every test net; return the list of their mean outputs."""
        results = []
        for i in range(len(self.test_nets)):
            if not self._stopped:
                results.append(self.test(i))
        return results

    def test(self, index=0):
        """Run ``test_iter`` batches of a test net; log and return the mean outputs.

        Returns
        -------
        dict of str to array, or None
            None if the test was stopped.
        """
        means = {}
        for means_so_far in self.test_steps(index):
            means = means_so_far
        return None if self._stopped else means

    def test_steps(self, index=0):
        """Test as :meth:`test`, yielding after each batch the mean outputs so far."""
        net = self._test_net(index)
        net.share_with(self.net)
        logger.info("Iteration %d, Testing net (#%d)", self.iter, index)
        num_batches = self.param.test_iter[index]
        sums, means, total_loss = {}, {}, 0.0
        for i in range(num_batches):
            self._act()
            if self._stopped:
                logger.info("Test interrupted.")
                return
            total_loss += net.run_forward()
            for name in net.outputs:
                # float64: a mean of 0.92 shall not read as 0.919999
                sums[name] = sums.get(name, 0.0) + net.blobs[name].data.astype("f8")
            means = {name: total / (i + 1) for name, total in sums.items()}
            yield means
        if self.param.test_compute_loss:
            logger.info("Test loss: %g", total_loss / num_batches)
        self._display.outputs(net, means, "Test")

    def _test_net(self, index):
        num_nets = len(self.test_nets)
        if not hasattr(index, "__index__") or not 0 <= index < num_nets:
            raise SolverError(
                f"there is no test net {index!r}: this solver has {num_nets}, counted "
                "from 0; test_iter and net or test_net in its prototxt make them"
            )
        return self.test_nets[index]

    # Snapshots and the rest of pycaffe's face

    def snapshot(self):
        """Write model and state; return the paths of the two files."""
        return solver_files.snapshot(self)

    def restore(self, path):
        """Go on from a .solverstate(.h5) file."""
        solver_files.restore(self, path)

    def newest_snapshot(self):
        """Return the path of the newest whole snapshot to restore, or None."""
        return solver_files.newest_snapshot(self.param)

    def share_weights(self, net):
        """Let `net` use the parameters of this solver's net."""
        if not hasattr(net, "share_with"):
            raise SolverError(f"weights are shared with a Net, not with {net!r}")
        net.share_with(self.net)

    def add_callback(self, on_start, on_gradients_ready=None):
        """Call two functions in each iteration: before it, and before its update.

        Parameters
        ----------
        on_start : callable, or object
            An object that has both as its methods, such as NCCL.
        on_gradients_ready : callable
        """
        if on_gradients_ready is None and hasattr(on_start, "on_gradients_ready"):
            both = on_start
            on_start, on_gradients_ready = both.on_start, both.on_gradients_ready
        if not (callable(on_start) and callable(on_gradients_ready)):
            raise SolverError(
                "a callback takes two functions, one called at the start of an "
                "iteration and one when its gradients are ready"
            )
        self._callbacks.append((on_start, on_gradients_ready))

    def close(self):
        """Stop threads and close files of all nets."""
        for net in [self.net, *self.test_nets]:
            net.close()

    def _act(self, also_snapshot=False):
        """Do what `action` asks for, and a snapshot that is due."""
        request = self.action()
        if also_snapshot or request == "snapshot":
            self.snapshot()
        if request == "stop":
            self._stopped = True

    def _is_due(self, interval):
        return interval > 0 and self.iter % interval == 0

    def _smooth(self, loss):
        self._losses.append(loss)
        del self._losses[: -self.param.average_loss]

    def _smoothed_loss(self):
        return sum(self._losses) / len(self._losses)

    def _check_param(self):
        param = self.param
        if math.isnan(param.base_lr):
            raise SolverError("base_lr is nan; give a number, such as 0.01")
        if param.average_loss < 1:
            raise SolverError(f"average_loss must be >= 1, not {param.average_loss}")
        if param.iter_size < 1:
            raise SolverError(f"iter_size must be >= 1, not {param.iter_size}")
        if param.regularization_type not in ("L1", "L2"):
            raise SolverError(
                f"regularization_type {param.regularization_type!r} is unknown; "
                'use "L1" or "L2"'
            )
        if param.warmup_iter < 0:
            raise SolverError(f"warmup_iter must be >= 0, not {param.warmup_iter}")
        if param.snapshot:
            solver_files.check_can_snapshot(param)

    def __repr__(self):
        return f"<{self.type} solver of {self.net!r}, iteration {self.iter}>"


def _run_here(task, num_tasks):
    for i in range(num_tasks):
        task(i)
