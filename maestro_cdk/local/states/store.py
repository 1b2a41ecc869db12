"""Executions and their histories, kept in a file.

What happens is written a moment after it did, many things at a time; whoever reads sees all of it.
A crash loses that moment.
"""

import json
import logging
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maestro_cdk.model import JSON

logger = logging.getLogger(__name__)

_TABLES = """
CREATE TABLE IF NOT EXISTS executions (
    arn TEXT PRIMARY KEY, machine TEXT, map_run TEXT, status TEXT, started REAL, body TEXT);
CREATE INDEX IF NOT EXISTS of_machine ON executions (machine, started);
CREATE INDEX IF NOT EXISTS of_map_run ON executions (map_run, started);
CREATE TABLE IF NOT EXISTS events (
    arn TEXT, id INTEGER, body TEXT, PRIMARY KEY (arn, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS definitions (digest TEXT PRIMARY KEY, text TEXT);
CREATE TABLE IF NOT EXISTS map_runs (
    arn TEXT PRIMARY KEY, execution TEXT, started REAL, body TEXT);
CREATE TABLE IF NOT EXISTS activities (arn TEXT PRIMARY KEY, created REAL);
"""

Row = dict[str, JSON]
"""What is known of an execution or of a Map's run, as the API names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list, and where the next begins; None at the end."""

    rows: Sequence[Row]
    next: int | None


class Store:
    """What was, in a file; it can be used from several threads.

    A file that cannot be read is put aside, and another begun.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._base = _opened(path)
        self._lock = threading.RLock()
        self._waiting: dict[str, list[tuple[Any, ...]]] = {}

    # --- writing --------------------------------------------------------------------------------

    def write_execution(self, row: Mapping[str, JSON]) -> None:
        """Keep how an execution stands."""
        key = (row["executionArn"], row["stateMachineArn"], row.get("mapRunArn"))
        values = (*key, row["status"], row["startDate"], _text(row))
        self._later("REPLACE INTO executions VALUES (?, ?, ?, ?, ?, ?)", values)

    def write_event(self, arn: str, event: Mapping[str, JSON]) -> None:
        """Keep an event of an execution."""
        self._later("REPLACE INTO events VALUES (?, ?, ?)", (arn, event["id"], _text(event)))

    def write_definition(self, digest: str, text: str) -> None:
        """Keep a definition, once for all executions of it."""
        self._later("INSERT OR IGNORE INTO definitions VALUES (?, ?)", (digest, text))

    def write_map_run(self, row: Mapping[str, JSON]) -> None:
        """Keep how a Map's run stands."""
        values = (row["mapRunArn"], row["executionArn"], row["startDate"], _text(row))
        self._later("REPLACE INTO map_runs VALUES (?, ?, ?, ?)", values)

    def write_activity(self, arn: str, created: float) -> None:
        """Keep an activity."""
        self._later("INSERT OR IGNORE INTO activities VALUES (?, ?)", (arn, created))
        self.flush()

    def delete_activity(self, arn: str) -> None:
        """Forget an activity."""
        self._later("DELETE FROM activities WHERE arn = ?", (arn,))
        self.flush()

    def forget(self, arn: str) -> None:
        """Forget an execution and its history."""
        self.flush()
        self._later("DELETE FROM executions WHERE arn = ?", (arn,))
        self._later("DELETE FROM events WHERE arn = ?", (arn,))
        self.flush()

    def forget_before(self, moment: float) -> None:
        """Forget what had ended and began before a moment, and its histories."""
        old = "SELECT arn FROM executions WHERE started < ? AND status <> 'RUNNING'"
        self._later(f"DELETE FROM events WHERE arn IN ({old})", (moment,))  # noqa: S608 - the text is that above
        self._later(f"DELETE FROM executions WHERE arn IN ({old})", (moment,))  # noqa: S608 - the text is that above
        self._later("DELETE FROM map_runs WHERE started < ?", (moment,))
        self.flush()

    def clear(self) -> None:
        """Forget everything."""
        for name in ("executions", "events", "definitions", "map_runs", "activities"):
            self._later(f"DELETE FROM {name}", ())  # noqa: S608 - the names are those above
        self.flush()

    def _later(self, statement: str, values: tuple[Any, ...]) -> None:
        with self._lock:
            self._waiting.setdefault(statement, []).append(values)

    def flush(self) -> None:
        """Write what waits to be written."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            if waiting:
                with self._base:
                    for statement, rows in waiting.items():
                        self._base.executemany(statement, rows)

    def close(self) -> None:
        """Write what is left to write, and end."""
        with self._lock:
            self.flush()
            self._base.close()

    # --- reading --------------------------------------------------------------------------------

    def execution(self, arn: str) -> Row | None:
        """An execution by its ARN."""
        return self._one("SELECT body FROM executions WHERE arn = ?", arn)

    def executions(
        self,
        *,
        machine: str | None = None,
        map_run: str | None = None,
        since: float = 0.0,
        named: str | None = None,
        status: str | None = None,
        redriven: str | None = None,
        begin: int = 0,
        most: int = 100,
    ) -> Page:
        """The executions of a machine or of a Map's run, the youngest first.

        `since` is when the machine was made: an earlier one can have had the same name. Those are
        told that were started by the version or alias that `named` is, that have a `status`, and
        that were `redriven`, or NOT_REDRIVEN.
        """
        column, value = ("map_run", map_run) if map_run else ("machine", machine)
        # The children of a Map are no executions of the machine's own.
        only = "" if map_run else " AND map_run IS NULL"
        values: list[Any] = [value, since]
        if status is not None:
            only += " AND status = ?"
            values.append(status)
        if named is not None:
            only += f" AND ? IN ({_member('stateMachineVersionArn')}, "
            only += f"{_member('stateMachineAliasArn')})"
            values.append(named)
        if redriven is not None:
            only += f" AND {_member('redriveCount')} {'>' if redriven == 'REDRIVEN' else '='} 0"
        return self._page(
            f"SELECT body FROM executions WHERE {column} = ? AND started >= ?{only} "  # noqa: S608
            "ORDER BY started DESC, rowid DESC",
            tuple(values),
            begin,
            most,
        )

    def events(
        self, arn: str, *, reverse: bool = False, begin: int = 0, most: int = 1_000_000
    ) -> Page:
        """The history of an execution."""
        order = "DESC" if reverse else "ASC"
        statement = f"SELECT body FROM events WHERE arn = ? ORDER BY id {order}"  # noqa: S608
        return self._page(statement, (arn,), begin, most)

    def definition(self, digest: str) -> str | None:
        """A definition by what its text comes to."""
        rows = self._all("SELECT text FROM definitions WHERE digest = ?", (digest,))
        return str(rows[0][0]) if rows else None

    def map_run(self, arn: str) -> Row | None:
        """A Map's run by its ARN."""
        return self._one("SELECT body FROM map_runs WHERE arn = ?", arn)

    def map_runs(self, execution: str, *, begin: int = 0, most: int = 100) -> Page:
        """The runs of the Maps of an execution."""
        statement = "SELECT body FROM map_runs WHERE execution = ? ORDER BY started"
        return self._page(statement, (execution,), begin, most)

    def counts(self, map_run: str) -> tuple[dict[str, int], dict[str, int]]:
        """How many child executions of a Map's run stand how, and how many items those hold."""
        found = self._all(
            "SELECT status, COUNT(*), SUM(json_extract(body, '$.itemCount')) FROM executions "
            "WHERE map_run = ? GROUP BY status",
            (map_run,),
        )
        executions = {str(status): int(n) for status, n, _ in found}
        return executions, {str(status): int(n or 0) for status, _, n in found}

    def activities(self) -> list[tuple[str, float]]:
        """The activities, and when each was made."""
        return [(str(arn), float(at)) for arn, at in self._all("SELECT * FROM activities", ())]

    def running(self) -> list[Row]:
        """The executions that run, or that ran when the last server ended."""
        rows = self._all("SELECT body FROM executions WHERE status = 'RUNNING'", ())
        return [json.loads(body) for (body,) in rows]

    def _one(self, statement: str, arn: str) -> Row | None:
        rows = self._all(statement, (arn,))
        return json.loads(rows[0][0]) if rows else None

    def _page(self, statement: str, values: tuple[Any, ...], begin: int, most: int) -> Page:
        found = self._all(f"{statement} LIMIT ? OFFSET ?", (*values, most + 1, begin))
        rows = [json.loads(body) for (body,) in found[:most]]
        return Page(rows=rows, next=begin + most if len(found) > most else None)

    def _all(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        with self._lock:
            self.flush()
            return self._base.execute(statement, values).fetchall()


def _member(name: str) -> str:
    """What of an execution's description is not a column of its own."""
    return f"json_extract(body, '$.{name}')"


def _opened(path: Path | None) -> sqlite3.Connection:
    if path is None:
        return _tables(sqlite3.connect(":memory:", check_same_thread=False))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _tables(sqlite3.connect(path, check_same_thread=False))
    except sqlite3.DatabaseError:
        logger.exception("%s cannot be read; it is put aside", path)
        for ending in ("", "-wal", "-shm"):
            part = path.with_name(path.name + ending)
            if part.exists():
                part.replace(path.with_name(f"{path.name}{ending}.unreadable"))
        return _tables(sqlite3.connect(path, check_same_thread=False))


def _tables(base: sqlite3.Connection) -> sqlite3.Connection:
    base.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_TABLES}")
    return base


def _text(row: Mapping[str, JSON]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
