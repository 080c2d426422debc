"""Ramsey: how long the qubit keeps its phase, and how far its frequency is off."""

from .base import Experiment
from .fitting import fit_cosine


class T2RamseyExperiment(Experiment):
    """Waits between two pi/2 pulses.

    expt = dict(
        start: the first wait [µs],
        step: from one wait to the next [µs],
        expts: how many waits,
        ramsey_freq: with which the second pulse turns [MHz],
    )
    """

    axes_labels = {"avgi": ("wait (µs)", "I (ADC units)"), "avgq": ("wait (µs)", "Q (ADC units)")}

    def acquire(self, progress=False):
        """The second pulse turns with ``ramsey_freq``; what is seen beside it is the detuning of the qubit."""
        seen = self.cfg.expt.ramsey_freq + self.of_qubit(self.cfg.device.qubit.f_off)
        self.sweep(self.points(), progress, frequency=seen, decay=self.of_qubit(self.cfg.device.qubit.T2r))

    def analyze(self):
        """T2 from the decay, the qubit's frequency from the period."""
        found, errors = fit_cosine(self.data["xpts"], self.data["avgi"])
        f_ge = self.of_qubit(self.cfg.device.qubit.f_ge) + abs(found[1]) - self.cfg.expt.ramsey_freq
        self.data.update(fit_avgi=found, fit_err_avgi=errors, t2r=found[3], f_ge=f_ge)
        self.notes = f"f_ge should be {f_ge:.4f} MHz"

    def display(self):
        """What was found, in a line."""
        print(f"T2 {self.data['t2r']:.2f} µs, f_ge {self.data['f_ge']:.4f} MHz")
