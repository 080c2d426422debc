"""T1: how long the qubit stays excited."""

from .base import Experiment
from .fitting import fit_exponential


class T1Experiment(Experiment):
    """Waits after a pi pulse.

    expt = dict(
        start: the first wait [µs],
        step: from one wait to the next [µs],
        expts: how many waits,
    )
    """

    axes_labels = {"avgi": ("wait (µs)", "I (ADC units)"), "avgq": ("wait (µs)", "Q (ADC units)")}

    def acquire(self, progress=False):
        """A decay without a turn."""
        self.sweep(self.points(), progress, frequency=0.0, decay=self.of_qubit(self.cfg.device.qubit.T1))

    def analyze(self):
        """The time constant of I."""
        found, errors = fit_exponential(self.data["xpts"], self.data["avgi"])
        self.data.update(fit_avgi=found, fit_err_avgi=errors, t1=found[1])

    def display(self):
        """What was found, in a line."""
        print(f"T1 {self.data['t1']:.2f} ± {self.data['fit_err_avgi'][1]:.2f} µs")
