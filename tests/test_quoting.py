"""No string of a user's reaches a shell unquoted or SQL unbound: the sources say so themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STATEMENT = re.compile(r"\s*(SELECT|INSERT|REPLACE|UPDATE|DELETE|WITH|PRAGMA|CREATE)\b [A-Za-z_(*?]")
SOURCES = sorted(path for part in ("core", "tui") for path in (ROOT / part).rglob("*.py"))
SQL = re.compile(
    r"\b(SELECT\b.*\bFROM|SELECT \d|INSERT (OR \w+ )?INTO|UPDATE \w+ SET|UPDATE \{\} SET|DELETE FROM|PRAGMA"
    r"|WITH RECURSIVE|(CREATE|DROP|ALTER) (TABLE|INDEX|TRIGGER)|WHERE|ORDER BY|GROUP BY|VALUES|VACUUM|ATTACH)\b",
    re.DOTALL,
)
EXECUTES = {"execute", "executemany", "executescript", "rows", "row", "value"}
SHELLS = {"system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell", "spawnl", "spawnlp"}
EVALUATES = {"eval", "exec", "compile", "__import__"}


def tree(path: Path) -> ast.Module:
    """A source as Python reads it."""
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# -- SQL ---------------------------------------------------------------------------------------------------

# What SQL is put together of beside constants and question marks. Each was looked at: it comes from the program,
# never from a person or a file. A new one is for whoever adds it to look at, and to say here what it is.
REVIEWED: dict[str, set[str]] = {
    # names of columns and tables that a loop over constants, or the keywords of a call, give
    "core/store/attic.py": {"table", "column"},
    "core/store/check.py": {"condition", "key", "tally"},
    "core/store/edits.py": {"', '.join(names)", "columns", "guard"},
    "core/store/configs.py": {"_ONE"},
    "core/store/holdings.py": {"columns"},
    "core/store/layout.py": {"name"},  # tables of an empty store of our own
    "core/store/mend.py": {"bucket", "cases", "column", "count", "missing", "stale", "table"},
    "core/store/mend_configs.py": {"column", "gone", "of", "table"},
    "core/store/purge.py": {"column", "key", "other", "some", "tried", "table", "table.split()[0]", "these"},
    "core/store/queues.py": {"', '.join(values)", "columns", "used", "which"},
    "core/store/recount.py": {"column", "counted", "table"},
    "core/store/rescue.py": {"','.join(columns[:length])", "table"},  # those of layout
    "core/store/resources.py": {"columns"},
    # names of columns that an event or a file holds, of which only known ones are left
    "core/store/setting_lanes.py": {"', '.join(('name', *columns))", "', '.join(columns)", "sets"},
    "core/store/setting_jobs.py": {"sets"},
    "core/store/declared.py": {"', '.join(names)"},
    # conditions, joined of constants with question marks
    "core/store/arrays.py": {"shown"},
    "core/store/filtering/offers.py": {"column"},
    "core/store/filtering/sql.py": {"column"},
    "core/store/filtering/terms.py": {"ROWS[field]", "other.text"},
    "core/store/failures.py": {"' AND '.join(where)", "'AND j.user = ?' if user else ''"},
    "core/store/history.py": {"index", "more", "where"},
    "core/store/timeline.py": {"_GROUP[self._wish.by]", "others", "text"},
    "core/store/undo.py": {"where"},
    "core/store/jobs.py": {"mine", "named", "other"},
    "core/store/listing/found.py": {"clause", "table", "text"},
    "core/store/listing/plans.py": {"part.source", "part.where"},
    "core/store/listing/strands.py": {"order(part.key)", "ordered", "part.source", "part.tables", "part.where"},
    "core/store/listing/walking.py": {
        "columns", "condition", "ordered", "part.source", "part.tables", "part.where", "rows", "where",
    },
    "core/store/weights.py": {"stretch", "weight"},
    "core/store/workers.py": {"orphans", "where"},
    # numbers
    "core/store/database.py": {"before", "min(before, 1)"},
    "core/store/migrations.py": {"after", "name"},
    # the schema itself
    "core/store/schema.py": {
        "_flag('again')", "_flag('due')", "_flag('held')", "_flag('paused')", "_one_of('cause', *Cause)",
        "_one_of('mode', 'working', 'draining', 'stopping', 'left', 'dead', 'retired')",
        "_one_of('policy', 'fifo', 'shortest', 'chain')",
        "_one_of('state', 'running', 'completed', 'failed', 'cancelled')",
        "_one_of('state', *EdgeState)", "_one_of('state', *State)", "_one_of('stop', 'cancel', 'recall')",
        "_one_of('type', *After)", "', '.join((f\"(NEW.id, '{bucket}')\" for bucket in BUCKETS))",
    },
    "core/store/schema_2.py": {"', '.join((f\"(NEW.id, '{bucket}', 0)\" for bucket in BUCKETS))"},
    "core/store/schema_4.py": {
        "', '.join((f\"(NEW.id, '{bucket}')\" for bucket in BUCKETS))", "_telling('NEW.array_id', 'NEW.id')",
        "_telling('OLD.array_id', _LAST)",
    },
}  # fmt: skip


def interpolated(path: Path) -> Iterator[str]:
    """Every expression that is put into a text of SQL."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.JoinedStr) and SQL.search(_skeleton(node)):
            yield from (ast.unparse(part.value) for part in node.values if isinstance(part, ast.FormattedValue))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and _is_sql(node.left):
            yield ast.unparse(node)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("format", "replace")
        ) and _is_sql(node.func.value):
            yield from (ast.unparse(argument) for argument in [*node.args, *(word.value for word in node.keywords)])


def _skeleton(node: ast.JoinedStr) -> str:
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def _is_sql(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and SQL.search(node.value) is not None
    return isinstance(node, ast.JoinedStr) and SQL.search(_skeleton(node)) is not None


def harmless(expression: str) -> bool:
    """A constant, question marks, a number."""
    if re.fullmatch(r"'\W*'\.join\('\?' \* \w+(\(\w+\))?\)", expression):  # as marks() does
        return True
    node = ast.parse(expression, mode="eval").body
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        if called in ("marks", "int", "len"):
            return True
        return (
            isinstance(node.func, ast.Attribute)
            and node.func.attr == "format"
            and harmless(ast.unparse(node.func.value))
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return any(isinstance(side, ast.Constant) for side in (node.left, node.right))
    return isinstance(node, ast.Constant) or re.fullmatch(r"([a-z_0-9]+\.)*_*[A-Z][A-Z0-9_]*", expression) is not None


def statements(path: Path) -> Iterator[str]:
    """The texts of a file that are statements of SQL."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
            yield node.value


def test_sql_stands_in_the_store_alone() -> None:
    """What else wants to know something of the tables calls a function there."""
    outside = [path for path in SOURCES if not name_of(path).startswith("core/store/")]
    assert {name_of(path): list(statements(path)) for path in outside if any(statements(path))} == {}
    assert any(statements(ROOT / "core/store/history.py"))


def test_sql_is_made_of_constants_and_question_marks() -> None:
    """Values are bound; what else is put into a statement is a constant, or has been looked at."""
    found = {
        (name_of(path), expression)
        for path in SOURCES
        for expression in interpolated(path)
        if not harmless(expression) and expression not in REVIEWED.get(name_of(path), set())
    }
    assert found == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("db.rows(f\"SELECT id FROM job WHERE name = '{name}'\")", ["name"]),
        ('db.rows("SELECT id FROM job WHERE id = %d" % row)', ["'SELECT id FROM job WHERE id = %d' % row"]),
        ('db.rows("SELECT id FROM job WHERE name = {}".format(name))', ["name"]),
        ('db.rows(f"SELECT id FROM job WHERE id IN ({marks(3)})")', []),
        ('print(f"Update {name}")', []),
    ],
)
def test_bad_sql_is_found(tmp_path: Path, source: str, found: list[str]) -> None:
    """The look itself sees what it is for."""
    path = tmp_path / "bad.py"
    path.write_text(source)
    assert [each for each in interpolated(path) if not harmless(each)] == found


# -- shells and interpreters -----------------------------------------------------------------------------------

# Each was looked at: the word after -c is a person's own line as it is, or a constant; nothing is put into either.
ALLOWED: dict[str, set[str]] = {
    "core/hooks.py": {"('/bin/sh', '-c', self.command)"},
    "core/kinds/eval_.py": {"(fields.get('python') or context.python, '-u', '-c', fields['code'])"},
    "core/kinds/exec_.py": {"(SHELL, '-c', command)"},
    "core/lab/asking.py": {"[python, '-c', RUN, source, json.dumps(asked)]"},  # constants; names are JSON, its argument
    "core/provenance/gitdiff.py": {"('-c', one)"},  # git's own -c
    "core/yard/spack.py": {"('sh', '-c', '. \"$1\" >/dev/null && exec spack --version', 'spack')"},
    "tui/forms/shellwords.py": {"('sh', '-c')"},  # before a person's own line, as its job's words
    "tui/cli/demo_jobs.py": {"['sh', '-c', work.script]"},
}


def suspicious(path: Path) -> Iterator[str]:
    """Calls that hand a text to a shell or to Python, or take apart what somebody else has pickled."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.split(".")[-1] in SHELLS or called in EVALUATES or called.startswith(("pickle.", "marshal.")):
                yield ast.unparse(node)
            if called in ("yaml.load", "yaml.unsafe_load", "yaml.full_load"):
                yield ast.unparse(node)
            if any(word.arg == "shell" and ast.unparse(word.value) != "False" for word in node.keywords):
                yield ast.unparse(node)
        if isinstance(node, ast.Tuple | ast.List) and any(ast.unparse(item) == "'-c'" for item in node.elts):
            yield ast.unparse(node)


def test_no_text_is_made_for_a_shell() -> None:
    """No shell=True, no os.system, no eval; ``-c`` only where a person's own line is handed to the shell whole."""
    found = {
        (name_of(path), call)
        for path in SOURCES
        for call in suspicious(path)
        if call not in ALLOWED.get(name_of(path), set())
    }
    assert found == set()


@pytest.mark.parametrize(
    "source",
    [
        "import os; os.system('ls ' + name)", "subprocess.run(line, shell=True)", "eval(text)",
        "yaml.load(text, Loader)",
        "pickle.loads(data)", "run(['sh', '-c', f'ls {name}'])",
    ],
)  # fmt: skip
def test_a_shell_is_found(tmp_path: Path, source: str) -> None:
    """The look itself sees what it is for."""
    path = tmp_path / "bad.py"
    path.write_text(source)
    assert list(suspicious(path)) != []
