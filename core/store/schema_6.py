"""The sixth version: versions of configs, which of them an attempt ran with, and the data that it left.

A config has a *type* (hardware_config, …), whose main version is a pointer (`config_type.main_id`); each change of it
is kept by a trigger. A version's bytes are a file of the yard that is never written again (`path`); within a type equal
bytes are one version. `attempt_config` links every attempt to all versions that it ran with. `job.configs` is what a
job asks for, as JSON: a type's main version (""), a version's id, or the path of a file that is read at the claim;
NULL asks for what its kind says. `result` is the data file of an attempt: it is there only once the file was closed,
checked and named.
"""

from __future__ import annotations

_CONFIGS = """
CREATE TABLE config_version (
    id INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    code TEXT NOT NULL,
    day INTEGER NOT NULL,
    number INTEGER NOT NULL,
    checksum TEXT NOT NULL,
    size INTEGER NOT NULL,
    filename TEXT NOT NULL,
    path TEXT NOT NULL,
    created_at REAL NOT NULL,
    actor_id INTEGER NOT NULL REFERENCES actor (id),
    job_id INTEGER,
    UNIQUE (type, checksum),
    UNIQUE (code, day, number));
CREATE INDEX config_version_type ON config_version (type, id);
CREATE TABLE config_type (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    main_id INTEGER REFERENCES config_version (id),
    set_at REAL,
    set_by TEXT);
CREATE TABLE config_main (
    id INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    version_id INTEGER,
    at REAL NOT NULL,
    by TEXT NOT NULL);
CREATE INDEX config_main_type ON config_main (type, id);
CREATE TRIGGER config_main_set AFTER UPDATE OF main_id ON config_type WHEN NEW.main_id IS NOT OLD.main_id BEGIN
    INSERT INTO config_main (type, version_id, at, by) VALUES (NEW.name, NEW.main_id, NEW.set_at, NEW.set_by);
END;
CREATE TRIGGER config_main_first AFTER INSERT ON config_type WHEN NEW.main_id IS NOT NULL BEGIN
    INSERT INTO config_main (type, version_id, at, by) VALUES (NEW.name, NEW.main_id, NEW.set_at, NEW.set_by);
END;
CREATE TABLE attempt_config (
    attempt_id INTEGER NOT NULL REFERENCES attempt (id) ON DELETE CASCADE,
    version_id INTEGER NOT NULL REFERENCES config_version (id),
    PRIMARY KEY (attempt_id, version_id)) WITHOUT ROWID;
CREATE INDEX attempt_config_version ON attempt_config (version_id, attempt_id);
ALTER TABLE job ADD COLUMN configs TEXT;
"""

_RESULTS = """
CREATE TABLE result (
    attempt_id INTEGER PRIMARY KEY REFERENCES attempt (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    made_at REAL NOT NULL);
CREATE INDEX result_path ON result (path);
ALTER TABLE queue ADD COLUMN python TEXT NOT NULL DEFAULT '';
ALTER TABLE queue ADD COLUMN station TEXT NOT NULL DEFAULT '';
ALTER TABLE queue ADD COLUMN warm INTEGER NOT NULL DEFAULT 0 CHECK (warm BETWEEN 0 AND 1);
"""

VERSION_6 = _CONFIGS + _RESULTS
