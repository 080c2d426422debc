"""Least squares, with numpy alone."""

import numpy as np


def cosine(x, scale, frequency, phase, decay, offset):
    """A cosine that decays: *frequency* in periods, *decay* in units of *x*."""
    return scale * np.exp(-x / decay) * np.cos(2 * np.pi * frequency * x + phase) + offset


def exponential(x, scale, decay, offset):
    """A decay to *offset*."""
    return scale * np.exp(-x / decay) + offset


def fit(model, x, y, guess, rounds=100):
    """The parameters of *model* that are nearest to *y*, and their standard errors (Levenberg-Marquardt)."""
    best, damping = np.array(guess, dtype=float), 1e-3
    left = y - model(x, *best)
    for _ in range(rounds):
        slopes, sizes = _slopes(model, x, best)
        step = np.linalg.solve(slopes.T @ slopes + damping * np.eye(len(best)), slopes.T @ left) / sizes
        left_then = y - model(x, *(best + step))
        if not left_then @ left_then < left @ left:
            damping = min(damping * 10, 1e12)
            continue
        done = np.allclose(step, 0, atol=1e-9 * (1 + np.abs(best)))
        best, left, damping = best + step, left_then, damping / 10
        if done:
            break
    spread = left @ left / max(len(x) - len(best), 1)
    slopes, sizes = _slopes(model, x, best)
    return best, np.sqrt(np.diag(np.linalg.pinv(slopes.T @ slopes)) * spread) / sizes


def _slopes(model, x, at):
    """How the model changes with each parameter: one column each, all of length 1; and how long they were."""
    widths = 1e-6 * (np.abs(at) + 1e-9)
    changes = [(model(x, *(at + one)) - model(x, *(at - one))) / (2 * one.sum()) for one in np.diag(widths)]
    sizes = np.linalg.norm(changes, axis=1) + 1e-300
    return np.array(changes).T / sizes, sizes


def fit_cosine(x, y):
    """A decaying cosine, begun at the strongest frequency of the spectrum."""
    spectrum = np.fft.rfft((y - y.mean()) * np.hanning(len(x)), 8 * len(x))
    frequency = np.fft.rfftfreq(8 * len(x), x[1] - x[0])[1:][np.argmax(np.abs(spectrum[1:]))]
    wave = np.exp(-2j * np.pi * frequency * x)
    guess = (np.ptp(y) / 2, frequency, np.angle((y - y.mean()) @ wave), np.ptp(x) * 2, y.mean())
    return fit(cosine, x, y, guess)


def fit_exponential(x, y):
    """A decay, begun at the last point."""
    return fit(exponential, x, y, (y[0] - y[-1], np.ptp(x) / 3, y[-1]))
