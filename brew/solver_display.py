"""The log lines of a solver, word by word as Caffe's, for its log parsers."""

from time import perf_counter

from brew.log import logger


class Display:
    """Writes the lines of one solver.

    Parameters
    ----------
    solver : Solver
    """

    def __init__(self, solver):
        self.solver = solver
        self.start()

    def start(self):
        """Start the clock for the speed that is displayed."""
        self.last_time = perf_counter()
        self.last_iter = self.solver.iter

    def iteration(self, loss):
        """Log loss, speed and outputs of the running iteration."""
        solver = self.solver
        seconds = perf_counter() - self.last_time
        speed = (solver.iter - self.last_iter) / (seconds or 1.0)
        logger.info(
            "Iteration %d (%g iter/s, %gs/%d iters), loss = %g",
            solver.iter,
            speed,
            seconds,
            solver.param.display,
            loss,
        )
        self.start()
        values = {name: solver.net.blobs[name].data for name in solver.net.outputs}
        self.outputs(solver.net, values, "Train")

    def loss(self, loss):
        """Log the loss after the last iteration."""
        logger.info("Iteration %d, loss = %g", self.solver.iter, loss)

    def outputs(self, net, values, kind):
        """Log every element of the outputs; `kind` is "Train" or "Test"."""
        weights = net.blob_loss_weights
        number = 0
        for name, array in values.items():
            for value in array.ravel():
                weight = weights[name]
                weighted = (
                    f" (* {weight:g} = {weight * value:g} loss)" if weight else ""
                )
                logger.info(
                    "    %s net output #%d: %s = %g%s",
                    kind,
                    number,
                    name,
                    value,
                    weighted,
                )
                number += 1
