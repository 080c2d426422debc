"""``--config`` and the key ``configs``: with which versions of configs a job runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jobyard.core.errors import BadInput
from jobyard.core.jobkeys import parse_config, parse_configs
from jobyard.core.models import JobSpec
from jobyard.tui.forms.jobfields import job_fields
from jobyard.tui.forms.jobtexts import texts_of
from jobyard.tui.forms.reading import changes_of, values_of
from jobyard.tui.forms.spelling import option_words
from tests.cli.conftest import Call

HW, MP = "hardware_config", "multiphoton_config"


def test_submit_and_job_files_say_the_same(call: Call, tmp_path: Path):
    """A file from the shell's folder, the main version, a version; show tells what is asked for before it has run."""
    (tmp_path / "hw.yml").write_text("f_ge: 4.8\n")
    assert call("config", "push", HW, str(tmp_path / "hw.yml")).code == 0
    by_option = call("submit", "--config", f"{HW}={tmp_path / 'hw.yml'}", "--", "true").id
    line = {"command": ["true"], "configs": {HW: str(tmp_path / "hw.yml")}}
    (tmp_path / "jobs.jsonl").write_text(json.dumps(line) + "\n")
    assert call("submit", "--file", str(tmp_path / "jobs.jsonl")).code == 0
    for job in (by_option, "last"):
        assert f"{tmp_path / 'hw.yml'} ({HW})" in call("show", job).out
        assert call("show", job, "--json").json["configs"] == []
    refused = call("submit", "--config", "hardware", "--", "true")
    assert refused.code == 2
    assert "nearest is hardware_config" in refused.err


def test_texts_are_read_as_written():
    """TYPE, TYPE=VERSION, TYPE=FILE, alone, as a list or by type; what is half written is refused."""
    assert parse_config(HW) == (HW, "")
    assert parse_config(f"{HW}=a=b.yml") == (HW, "a=b.yml")
    assert parse_configs([HW, f"{MP}=b.yml"]) == parse_configs({HW: "", MP: "b.yml"}) == {HW: "", MP: "b.yml"}
    for text in ("", "=a.yml", f"{HW}=", 3, {HW: 3}, [f"{HW}=\0"]):
        with pytest.raises(BadInput, match="Write it like"):
            parse_configs(text)


def test_the_form_reads_writes_and_spells_them():
    """What a job asked for fills the field of the form once more; what was taken out of it goes."""
    fields = job_fields()
    initial = texts_of(JobSpec({"command": ["true"]}, configs={HW: "", MP: "/a.yml"}))
    assert initial["configs"] == f"{HW}, {MP}=/a.yml"
    values, notes = values_of({"configs": initial["configs"]}, fields, 0.0)
    assert (values["configs"], notes) == ({HW: "", MP: "/a.yml"}, {})
    assert list(option_words({"configs": "x"}, fields, values)) == ["--config", HW, "--config", f"{MP}=/a.yml"]
    changes, _ = changes_of({"configs": HW}, initial, fields, 0.0)
    assert changes["configs"] == {HW: "", MP: None}
    assert changes_of({"configs": ""}, initial, fields, 0.0)[0]["configs"] is None
