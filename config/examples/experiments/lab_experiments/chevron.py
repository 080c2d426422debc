"""Chevron: a Rabi oscillation beside the qubit's frequency, as an image."""

import time

import numpy as np

from .base import Experiment

LABELS = ("pulse (µs)", "detuning (MHz)")


class RabiChevronExperiment(Experiment):
    """Sweeps length and frequency of a pulse.

    expt = dict(
        start: the shortest pulse [µs],
        step: from one length to the next [µs],
        expts: how many lengths,
        span: of the frequencies, around that of the qubit [MHz],
        rows: how many frequencies,
        rabi: how fast the qubit turns on resonance [MHz],
    )
    """

    axes_labels = {"avgi": (*LABELS, "I (ADC units)"), "avgq": (*LABELS, "Q (ADC units)")}

    def acquire(self, progress=False):
        """Off resonance the qubit turns faster, and not as far; a row for each frequency."""
        expt = self.cfg.expt
        xpts, ypts = self.points(), np.linspace(-expt.span / 2, expt.span / 2, expt.rows)
        image = np.empty((len(ypts), len(xpts)), dtype=complex)
        for number, detuning in enumerate(ypts):
            image[number] = self.row(xpts, detuning)
            time.sleep(expt.get("delay", 0.0))
            if progress:
                print(
                    f"::progress {(number + 1) / len(ypts):.2f} {type(self).__name__}: row {number + 1} of {len(ypts)}"
                )
        self.data = {"xpts": xpts, "ypts": ypts, "avgi": image.real, "avgq": image.imag, "amps": np.abs(image)}

    def row(self, xpts, detuning):
        """I and Q over the length of the pulse, at one frequency."""
        rabi = self.cfg.expt.rabi
        fast = float(np.hypot(rabi, detuning))
        depth = (rabi / fast) ** 2
        _, avgi, avgq = self.soc.acquire(xpts=xpts, frequency=fast, decay=self.of_qubit(self.cfg.device.qubit.T2r))
        return 100 * (1 - depth) + depth * (avgi[0][0] + 1j * avgq[0][0])

    def analyze(self):
        """The frequency at which the qubit turns furthest."""
        self.data["f_ge"] = (
            self.of_qubit(self.cfg.device.qubit.f_ge) + self.data["ypts"][self.data["avgi"].std(1).argmax()]
        )

    def display(self):
        """What was found, in a line."""
        print(f"f_ge {self.data['f_ge']:.2f} MHz")
