"""What the experiments share: acquire, analyze, save, display."""

import time

import numpy as np


class Experiment:
    """A measurement. Whoever runs it sets ``cfg`` (the hardware config, with ``expt``) and ``soc`` before ``go()``.

    expt = dict(
        reps: sweeps that are averaged,
        delay: after each of them [s],
        qubits: those of the config that are meant; the first is measured,
    )
    """

    axes_labels = {}

    def __init__(self, soccfg=None, path="", prefix="data", config_file=None):
        self.soccfg, self.path, self.prefix, self.config_file = soccfg, path, prefix, config_file
        self.cfg, self.soc, self.fname = None, None, None
        self.data, self.notes = {}, ""

    def go(self, save=False, analyze=False, display=False, progress=False):
        """Measure, and whatever else is asked for."""
        self.acquire(progress)
        if analyze:
            self.analyze()
        if save:
            self.save_data()
        if display:
            self.display()

    def sweep(self, xpts, progress, **simulated):
        """Measure at *xpts*, ``expt.reps`` times with ``expt.delay`` seconds in between, and take the mean."""
        reps, delay = self.cfg.expt.get("reps", 10), self.cfg.expt.get("delay", 0.0)
        points = []
        for rep in range(reps):
            _, avgi, avgq = self.soc.acquire(xpts=xpts, **simulated)
            points.append(avgi[0][0] + 1j * avgq[0][0])
            time.sleep(delay)
            if progress and (rep + 1) * 20 // reps > rep * 20 // reps:
                print(f"::progress {(rep + 1) / reps:.2f} {type(self).__name__}: sweep {rep + 1} of {reps}")
        mean = np.mean(points, axis=0)
        values = {"avgi": mean.real, "avgq": mean.imag, "amps": np.abs(mean), "phases": np.angle(mean)}
        self.data = {"xpts": np.asarray(xpts), **values}

    def points(self):
        """Where it is measured: ``expts`` points from ``start`` with ``step`` between them."""
        return self.cfg.expt.start + self.cfg.expt.step * np.arange(self.cfg.expt.expts)

    def of_qubit(self, values):
        """The one of *values* that is of the qubit that is measured."""
        return values[self.cfg.expt.get("qubits", [0])[0]]

    def save_data(self):
        """jobyard writes ``data`` into the job's own file. By hand, set ``fname``."""
        if self.fname:
            np.savez(self.fname, **self.data)
