"""Starting what is measured: each server a process of its own, on a port of its own, ended when the block ends."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import accounts
from tests.services import free_port

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0  # seconds to come up


@dataclass(frozen=True, slots=True)
class Server:
    """One that listens."""

    port: int
    pid: int


Running = AbstractContextManager[Server]
Channels = dict[str, dict[str, Any]]  # [channels.*] of a configuration


@contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[Server]:
    """The command, once it listens on that port."""
    log = folder / f"{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=out, stderr=out)
    try:
        _until_listening(process, port, log)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def environment() -> dict[str, str]:
    """Where this checkout's modules are found."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "PYTHONUNBUFFERED": "1"}


def module(name: str, *words: object) -> list[str]:
    """A module of this checkout as a command."""
    return [sys.executable, "-m", name, *map(str, words)]


@contextmanager
def bare(folder: Path) -> Iterator[Server]:
    """bare.py"""
    port = free_port()
    with running(module("bench.bare", port), folder, port) as server:
        yield server


@contextmanager
def floor(folder: Path) -> Iterator[Server]:
    """floor.py"""
    port = free_port()
    with running(module("bench.floor", port, folder / "floor.db"), folder, port) as server:
        yield server


@contextmanager
def sink(folder: Path) -> Iterator[Server]:
    """sink.py"""
    port = free_port()
    with running(module("bench.sink", port), folder, port) as server:
        yield server


@contextmanager
def serve(
    folder: Path,
    url: str,
    sink_port: int,
    *,
    launcher: str = "",
    redis: str = "",
    more: tuple[object, ...] = (),
    channels: Channels | None = None,
) -> Iterator[Server]:
    """`scrm-bot serve` on this database, or what this module of ours makes of it."""
    port = free_port()
    config = configure(folder, url, port, sink_port, redis, channels)
    command = module(launcher, config, *more) if launcher else module("scrm_bot", "serve", "--config", config)
    with running(command, folder, port) as server:
        _until_ready(port)
        yield server


def configure(folder: Path, url: str, port: int, sink_port: int, redis: str = "", more: Channels | None = None) -> Path:
    """A scrm.toml with a channel on each platform, all of them for staff: the same visits come everywhere."""
    plain: dict[str, object] = {name: value for name, value in accounts.WECHAT.items() if name != "aes_key"}
    channels = {
        "wecom": {"kind": "wecom"} | accounts.WECOM,
        "wechat": {"kind": "wechat"} | accounts.WECHAT,
        "plain": {"kind": "wechat"} | plain | {"app_id": "wxplain"},
        "dingtalk": {"kind": "dingtalk"} | accounts.DINGTALK,
    }
    common = {"audience": "staff", "api_base": f"http://127.0.0.1:{sink_port}"}
    head: dict[str, dict[str, object]] = {
        "company": {"name": "示例机电"},
        "server": {"port": port},
        "database": {"url": url},
        "redis": {"url": redis},
    }
    everything = {name: table | common for name, table in channels.items()} | dict(more or {})
    tables = head | {f"channels.{name}": table for name, table in everything.items()}
    lines = [
        f"[{name}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in table.items()) for name, table in tables.items()
    ]
    file = folder / f"{port}.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def _until_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"did not come up:\n{log.read_text(errors='replace')[-3000:]}") from None
        time.sleep(0.02)


def _until_ready(port: int) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("did not become ready")
