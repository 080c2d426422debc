"""A calibration from a script: Rabi, then T1 and Ramsey with what Rabi found, then the config with the new values.

Stand in this folder. Once: ``jobyard config push hardware_config hardware_config.yml`` and
``jobyard worker start --mock`` (without ``--mock`` on the real instruments).
"""

from jobyard.core import JobClient

RABI = {"start": 0, "step": 400, "expts": 61, "reps": 10}
T1 = {"start": 0, "step": 4, "expts": 31, "reps": 10}
RAMSEY = {"start": 0, "step": 0.5, "expts": 61, "reps": 10, "ramsey_freq": 0.2}


def main() -> None:
    """Three experiments, what they found, and a version of the config that nobody is made to use yet."""
    with JobClient(user="Claude") as client:
        rabi = client.submit_job("AmplitudeRabiExperiment", "lab_experiments.amplitude_rabi", RABI)
        t1 = client.submit_job("T1Experiment", "lab_experiments.t1", T1, after=rabi)
        ramsey = client.submit_job("T2RamseyExperiment", "lab_experiments.ramsey", RAMSEY, after=rabi)
        found = {job: client.wait_for_completion(job).load_expt().data for job in (rabi, t1, ramsey)}
        config = client.config.load("hardware_config")
        qubit = config["device"]["qubit"]
        qubit["T1"], qubit["f_ge"] = [float(found[t1]["t1"])], [float(found[ramsey]["f_ge"])]
        proposed = client.config.push("hardware_config", written(config), filename="hardware_config.yml", main=False)
        print(f"T1 {qubit['T1'][0]:.1f} us, f_ge {qubit['f_ge'][0]:.3f} MHz")
        print(f"To use them: jobyard config main {proposed.version.id}")
        for change in client.config.diff("hardware_config", proposed.version.id).changes or ():
            print(f"  {change.path}  {change.before} -> {change.after}")


def written(config: dict) -> bytes:
    """A config as YAML."""
    import yaml

    return yaml.safe_dump(config, sort_keys=False).encode()


if __name__ == "__main__":
    main()
