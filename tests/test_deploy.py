"""What operators copy: files of deploy/ and docs/operations.md name only what there is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scrm_bot import settings
from scrm_bot.cli.commands import HOMES
from scrm_bot.metrics import Metrics
from scrm_bot.web.hooks import LARGEST

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def test_alerts_and_the_guide_speak_of_numbers_that_there_are() -> None:
    families = Metrics().registry.collect()
    known = {family.name for family in families}
    endings = ("_total", "_bucket", "_count", "_sum", "_info", "")
    for where in (text("alerts.yaml"), GUIDE):
        for name in set(re.findall(r"\bscrm_[a-z_]*[a-z]", where)) - {"scrm_bot"}:
            assert any(name.removesuffix(ending) in known for ending in endings), name


def test_the_guide_and_the_units_type_commands_that_there_are() -> None:
    typed = re.findall(r"(?<!/)scrm-bot ([a-z]+)\b", "".join(GUIDE.split("```")[1::2]))
    typed += re.findall(r"-m scrm_bot ([a-z]+)", text("scrm-bot@.service") + text("scrm-bot-backup@.service"))
    typed += re.findall(r"command: \[([a-z]+), --config", text("compose.yaml"))
    assert {"serve", "migrate", "backup", "restore", "copy", "check"} <= set(typed)
    assert set(typed) <= set(HOMES)


def test_the_guide_leads_to_files_that_there_are() -> None:
    links = re.findall(r"\]\(\.\./([^)]+)\)", GUIDE) + re.findall(r"(?<!\.)\bdeploy/[\w@.-]+\w", GUIDE)
    assert links
    assert [link for link in links if not (ROOT / link).exists() and not list(ROOT.glob(f"{link}*"))] == []


def test_secrets_are_declared_handed_in_and_read(tmp_path: Path) -> None:
    compose, example = text("compose.yaml"), text("scrm.example.toml")
    declared = set(re.findall(r"^  (\w+): \{file: secrets/\1\}", compose, re.MULTILINE))
    handed = set(re.findall(r"\w+", compose.split("secrets: &secrets [")[1].split("]")[0]))
    read = set(re.findall(r"/run/secrets/(\w+)\"", example))
    assert declared - {"postgres_password"} == handed == read
    for name in read:
        secret = {"database_url": "postgresql://scrm:x@postgres/scrm"}.get(name, "a" * 43)
        (tmp_path / name).write_text(secret, encoding="utf-8")
    config = tmp_path / "scrm.toml"
    config.write_text(example.replace("/run/secrets", str(tmp_path)), encoding="utf-8")
    assert [channel.name for channel in settings.load(config, {}).channels] == ["sales", "service"]


def test_nginx_opens_callbacks_and_signed_links_alone() -> None:
    conf = text("nginx.conf")
    blocks = dict(re.findall(r"location ([^{]+) \{(.*?)\n    \}", conf, re.DOTALL))
    assert set(blocks) == {"/hooks/", "/files/", "~ ^/(metrics|readyz|healthz)$", "/"}
    assert f"client_max_body_size {LARGEST // 1024}k;" in blocks["/hooks/"]
    assert "limit_except GET { deny all; }" in blocks["/files/"]
    assert "deny all;" in blocks["~ ^/(metrics|readyz|healthz)$"]
    assert "return 404;" in blocks["/"]
    assert "$request_uri" not in conf.split("log_format")[1].split(";")[0]


def test_the_image_is_built_of_what_is_there_and_runs_as_nobody() -> None:
    dockerfile, ignored = text("Dockerfile"), (ROOT / ".dockerignore").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY (?!--from)(\S+)", dockerfile, re.MULTILINE)
    assert all((ROOT / name).exists() and f"!{name}" in ignored.splitlines() for name in copied)
    assert "--require-hashes" in dockerfile
    assert dockerfile.rindex("USER scrm") > dockerfile.rindex("RUN ")
    assert "HEALTHCHECK" in dockerfile
    images = re.findall(r"^FROM (\S+)|^    image: (\S+:\S+)", dockerfile + text("compose.yaml"), re.MULTILINE)
    assert all(":" in a + b and not (a + b).endswith(":latest") for a, b in images)


@pytest.mark.parametrize("unit", ["scrm-bot@.service", "scrm-bot-backup@.service", "scrm-bot-backup@.timer"])
def test_the_units_are_understood_by_systemd(unit: str, tmp_path: Path) -> None:
    lines = [line for line in text(unit).splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"\[\w+\]|\w+=.*", line) for line in lines)
    if shutil.which("systemd-analyze"):
        for other in DEPLOY.glob("scrm-bot*"):
            made = other.read_text(encoding="utf-8").replace("/opt/scrm-bot/.venv/bin/python", "/bin/true")
            (tmp_path / other.name.replace("@", "@main")).write_text(made, encoding="utf-8")
        file = tmp_path / unit.replace("@", "@main")
        done = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, env=os.environ)
        assert [line for line in done.stderr.splitlines() if "scrm-bot" in line] == []
