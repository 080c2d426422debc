"""Hardware that nobody has: a station, a QICK board and instruments that answer as real ones would.

The board's ``acquire`` gives a decaying Rabi oscillation of 5 MHz: I its cosine, Q its sine, with an amplitude of 100,
noise of sigma 5 and a decay time of 10 µs; whoever measures something else says so (``frequency``, ``decay``).
Units as QICK has them: MHz, µs, degrees.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, Dict, Iterator, Optional, Tuple

import numpy as np

from .attrdict import AttrDict

GENERATORS, READOUTS = 7, 1
FREQUENCY, DECAY, AMPLITUDE, NOISE = 5.0, 10.0, 100.0, 5.0  # MHz, µs, ADC units, ADC units
SPAN, POINTS = 1.0, 100  # µs, and how many points, unless told


def board() -> Dict[str, Any]:
    """What a board tells of itself, as QICK's ``soccfg`` does."""
    generator = {
        "type": "axis_signal_gen_v6",
        "fs": 6881.28,
        "f_dds": 6881.28,
        "f_fabric": 430.08,
        "b_dds": 32,
        "b_phase": 32,
        "samps_per_clk": 16,
        "maxlen": 65536,
        "maxv": 32766,
        "maxv_scale": 1.0,
    }
    readout = {
        "ro_type": "axis_readout_v2",
        "fs": 2457.6,
        "f_dds": 2457.6,
        "f_fabric": 307.2,
        "b_dds": 32,
        "b_phase": 32,
        "buf_maxlen": 1024,
        "avg_maxlen": 16384,
    }
    return {
        "board": "mock",
        "refclk_freq": 409.6,
        "gens": [dict(generator, dac=str(number)) for number in range(GENERATORS)],
        "readouts": [dict(readout, adc=str(number)) for number in range(READOUTS)],
        "tprocs": [{"type": "axis_tproc64x32_x8", "f_time": 384.0, "pmem_size": 8192, "dmem_size": 4096}],
    }


class MockQickConfig:
    """The conversions of a board's units, and what it tells of itself by item."""

    def __init__(self, cfg: Optional[Dict[str, Any]] = None) -> None:
        self._cfg = board() if cfg is None else cfg

    def __getitem__(self, key: str) -> Any:
        return self._cfg[key]

    def __contains__(self, key: str) -> bool:
        return key in self._cfg

    def __iter__(self) -> Iterator[str]:
        return iter(self._cfg)

    def keys(self) -> Any:
        """The names of what it tells."""
        return self._cfg.keys()

    def get(self, key: str, default: Any = None) -> Any:
        """One of them, or *default*."""
        return self._cfg.get(key, default)

    def get_cfg(self) -> Dict[str, Any]:
        """All of them."""
        return self._cfg

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self['gens'])} generators, {len(self['readouts'])} readout, no hardware>"

    # -- frequencies (MHz)

    def freq2reg(self, f: float, gen_ch: int = 0, ro_ch: Optional[int] = None) -> int:
        """The register of a generator for *f*; with *ro_ch* the nearest that this readout can demodulate too."""
        f = f if ro_ch is None else self.adcfreq(f, gen_ch, ro_ch)
        return _register(f, self["gens"][gen_ch])

    def reg2freq(self, r: int, gen_ch: int = 0) -> float:
        """The frequency that a generator makes of the register *r*."""
        return _frequency(r, self["gens"][gen_ch])

    def freq2reg_adc(self, f: float, ro_ch: int = 0, gen_ch: Optional[int] = None) -> int:
        """The register of a readout for *f*; with *gen_ch* the nearest that this generator makes too."""
        f = f if gen_ch is None else self.adcfreq(f, gen_ch, ro_ch)
        return _register(f, self["readouts"][ro_ch])

    def reg2freq_adc(self, r: int, ro_ch: int = 0) -> float:
        """The frequency that a readout demodulates with the register *r*."""
        return _frequency(r, self["readouts"][ro_ch])

    def adcfreq(self, f: float, gen_ch: int = 0, ro_ch: int = 0) -> float:
        """The frequency nearest to *f* that both of them can do."""
        step = _common(_step(self["gens"][gen_ch]), _step(self["readouts"][ro_ch]))
        return float(round(Fraction(f) / step) * step)

    # -- times (µs)

    def us2cycles(self, us: Any, gen_ch: Optional[int] = None, ro_ch: Optional[int] = None) -> Any:
        """Clock cycles in *us* (a number or an array): of a generator, of a readout, else of the processor."""
        cycles = np.rint(np.asarray(us) * self._clock(gen_ch, ro_ch)).astype(int)
        return cycles if cycles.ndim else int(cycles)

    def cycles2us(self, cycles: Any, gen_ch: Optional[int] = None, ro_ch: Optional[int] = None) -> Any:
        """How long *cycles* take."""
        return cycles / self._clock(gen_ch, ro_ch)

    def _clock(self, gen_ch: Optional[int], ro_ch: Optional[int]) -> float:
        if gen_ch is not None and ro_ch is not None:
            raise ValueError("a clock is that of a generator or of a readout, not of both")
        if gen_ch is not None:
            return float(self["gens"][gen_ch]["f_fabric"])
        if ro_ch is not None:
            return float(self["readouts"][ro_ch]["f_fabric"])
        return float(self["tprocs"][0]["f_time"])

    # -- phases (degrees)

    def deg2reg(self, deg: float, gen_ch: int = 0, ro_ch: Optional[int] = None) -> int:
        """The phase register for *deg*."""
        bits = self._phase_bits(gen_ch, ro_ch)
        return int(round(deg * (1 << bits) / 360) % (1 << bits))

    def reg2deg(self, r: int, gen_ch: int = 0, ro_ch: Optional[int] = None) -> float:
        """The phase of the register *r*."""
        return r * 360 / (1 << self._phase_bits(gen_ch, ro_ch))

    def _phase_bits(self, gen_ch: int, ro_ch: Optional[int]) -> int:
        channel = self["gens"][gen_ch] if ro_ch is None else self["readouts"][ro_ch]
        return int(channel["b_phase"])

    def get_maxv(self, gen_ch: int = 0) -> int:
        """The largest gain of a generator."""
        return int(self["gens"][gen_ch]["maxv"] * self["gens"][gen_ch]["maxv_scale"])


def _register(f: float, channel: Dict[str, Any]) -> int:
    size = 1 << int(channel["b_dds"])
    return int(round(f * size / channel["f_dds"]) % size)


def _frequency(register: int, channel: Dict[str, Any]) -> float:
    return float(register * channel["f_dds"] / (1 << int(channel["b_dds"])))


def _step(channel: Dict[str, Any]) -> Fraction:
    return Fraction(str(channel["f_dds"])) / (1 << int(channel["b_dds"]))


def _common(one: Fraction, other: Fraction) -> Fraction:
    """The smallest multiple of both."""
    up = one.numerator * other.numerator // math.gcd(one.numerator, other.numerator)
    return Fraction(up, math.gcd(one.denominator, other.denominator))


class MockQickSoc(MockQickConfig):
    """A board that measures. Equal *seed*s give equal noise."""

    def __init__(self, cfg: Optional[Dict[str, Any]] = None, seed: Optional[int] = None) -> None:
        super().__init__(cfg)
        self._noise = np.random.default_rng(seed)

    def acquire(
        self,
        *args: Any,
        expts: int = POINTS,
        xpts: Any = None,
        frequency: float = FREQUENCY,
        decay: float = DECAY,
        amplitude: float = AMPLITUDE,
        noise: float = NOISE,
        **kwargs: Any,
    ) -> Tuple[Any, Any, Any]:
        """xpts (*expts* points from 0 to 1 µs unless given), avgi, avgq, as QICK shapes them: (readout, read, point).

        What else a real board is told (a program, ``reps``, ``progress``) is taken, and changes nothing.
        """
        times = np.linspace(0.0, SPAN, expts) if xpts is None else np.asarray(xpts, dtype=float)
        envelope = amplitude * np.exp(-times / decay)
        phase = 2 * np.pi * frequency * times
        avgi = envelope * np.cos(phase) + self._noise.normal(0.0, noise, times.shape)
        avgq = envelope * np.sin(phase) + self._noise.normal(0.0, noise, times.shape)
        return times, avgi.reshape(READOUTS, 1, -1), avgq.reshape(READOUTS, 1, -1)


class MockYokogawa:
    """A voltage source without a voltage."""

    def __init__(self, name: str = "yoko", address: str = "mock://") -> None:
        self.name, self.address = name, address
        self._voltage, self._on = 0.0, False

    def set_voltage(self, volts: float) -> None:
        """Set it, in volts."""
        self._voltage = float(volts)

    def get_voltage(self) -> float:
        """What was set last, in volts."""
        return self._voltage

    def output_on(self) -> None:
        """Switch it on."""
        self._on = True

    def output_off(self) -> None:
        """Switch it off."""
        self._on = False

    def is_on(self) -> bool:
        """Whether it is on."""
        return self._on


class MockInstrumentManager(Dict[str, Any]):
    """Instruments by their name; those that a config calls by an alias have that too."""

    def __init__(self, soc: MockQickSoc, aliases: Optional[Dict[str, str]] = None) -> None:
        super().__init__(
            {"soc": soc, "yoko_coupler": MockYokogawa("yoko_coupler"), "yoko_jpa": MockYokogawa("yoko_jpa")}
        )
        for alias, name in (aliases or {}).items():
            self[name] = self.setdefault(alias, MockYokogawa(name))


class MockStation:
    """A station of mock hardware: ``soccfg``, ``soc``, ``im``, and the hardware config."""

    def __init__(self, config_file: str = "", hardware_cfg: Any = None, seed: Optional[int] = None) -> None:
        self.hardware_config_file = config_file
        self.hardware_cfg = AttrDict(hardware_cfg or {})
        self.soc = MockQickSoc(seed=seed)
        self.soccfg = MockQickConfig(self.soc.get_cfg())
        self.im = MockInstrumentManager(self.soc, self.hardware_cfg.get("aliases"))
        self.yoko_coupler, self.yoko_jpa = self.im["yoko_coupler"], self.im["yoko_jpa"]
        self.mock = True

    def __repr__(self) -> str:
        return "<MockStation: {}>".format(", ".join(self.im))
