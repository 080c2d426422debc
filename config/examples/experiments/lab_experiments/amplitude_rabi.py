"""Amplitude Rabi: how strong a pulse has to be to flip the qubit."""

from .base import Experiment
from .fitting import fit_cosine


class AmplitudeRabiExperiment(Experiment):
    """Sweeps the gain of a pulse.

    expt = dict(
        start: the first gain [DAC units],
        step: from one gain to the next [DAC units],
        expts: how many gains,
    )
    """

    axes_labels = {"avgi": ("gain (DAC units)", "I (ADC units)"), "avgq": ("gain (DAC units)", "Q (ADC units)")}

    def acquire(self, progress=False):
        """A gain of twice ``pi_ge.gain`` is a whole turn."""
        pi_gain = self.of_qubit(self.cfg.device.qubit.pulses.pi_ge.gain)
        self.sweep(self.points(), progress, frequency=1 / (2 * pi_gain), decay=40 * pi_gain)

    def analyze(self):
        """The gain of a pi pulse: half a period of I."""
        found, errors = fit_cosine(self.data["xpts"], self.data["avgi"])
        self.data.update(fit_avgi=found, fit_err_avgi=errors, pi_gain=1 / (2 * abs(found[1])))

    def display(self):
        """What was found, in a line."""
        before = self.of_qubit(self.cfg.device.qubit.pulses.pi_ge.gain)
        print(f"pi gain {self.data['pi_gain']:.1f} (the config says {before})")
