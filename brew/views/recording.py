"""Recording: the parameters of a net while it learns, in little memory."""

MOST_BYTES = 200_000_000
NUM_RECORDS = 50


class Recording:
    """Train a solver, and keep copies of its parameters, from the first on.

    Parameters
    ----------
    solver : Solver
    num_iters : int
        How many iterations it will train.
    most_bytes : int, default 200 MB
        When the copies take more, every second one is given up; the first and the
        newest are kept in any case.

    Attributes
    ----------
    records : dict of int to dict of str to list of array
        For each recorded iteration the parameters by layer name.
    losses : dict of int to float
        The smoothed loss after each iteration.
    """

    def __init__(self, solver, num_iters, most_bytes=MOST_BYTES):
        self.solver, self.last_iter = solver, solver.iter + num_iters
        self.records, self.losses = {}, {}
        self.every = max(1, num_iters // NUM_RECORDS)
        sizes = [
            blob.data.nbytes for some in solver.net.params.values() for blob in some
        ]
        self._most = max(2, most_bytes // max(1, sum(sizes)))
        self._first = solver.iter
        self._record()

    def steps(self):
        """Train to the end.

        Yields
        ------
        None
            After each iteration.
        """
        for loss in self.solver.steps(self.last_iter - self.solver.iter):
            self.losses[self.solver.iter] = loss
            done = self.solver.iter - self._first
            if done % self.every == 0 or self.solver.iter == self.last_iter:
                self._record()
            yield

    def _record(self):
        self.records[self.solver.iter] = present_params(self.solver.net, copy=True)
        while len(self.records) > self._most:
            self._thin_out()

    def _thin_out(self):
        newest = next(reversed(self.records))
        self.every *= 2
        for iteration in list(self.records):
            if (iteration - self._first) % self.every and iteration != newest:
                del self.records[iteration]


def present_params(net, copy=False):
    """Return the parameters of a net: for each layer name a list of arrays."""
    return {
        name: [blob.data.copy() if copy else blob.data for blob in blobs]
        for name, blobs in net.params.items()
    }
