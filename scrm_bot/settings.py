"""What can be configured: scrm.toml and the environment, read once, strictly, into frozen values.

Whoever edits scrm.toml at midnight is told every mistake at once, each with its line and the nearest right word. The
dataclasses are the reference: a field is a key, its annotation what it may hold, its default what holds without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from scrm_bot.strict import Document, Secret, SettingsError

__all__ = ["Channel", "Secret", "Settings", "SettingsError", "default", "load"]


def _between(low: int, high: int) -> Callable[[int], int]:
    def check(value: int) -> int:
        if not low <= value <= high:
            raise ValueError(f"应在 {low} 到 {high} 之间")
        return value

    return check


def _said(value: str) -> str:
    if not value.strip():
        raise ValueError("不能是空的")
    return value


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError("至少要有一个")
    return value


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("应是 http:// 或 https:// 开头的地址，不带参数")
    return value.rstrip("/")


def _maybe_http_url(value: str) -> str:
    return _http_url(value) if value else ""


def _database_url(value: str) -> str:
    if not re.match(r"(sqlite:///.|(postgresql|postgres)(\+psycopg)?://.)", value):
        raise ValueError("应是 sqlite:///文件 或 postgresql://用户:密码@主机/库名")
    return value


def _redis_url(value: str) -> str:
    if value and not re.match(r"(rediss?|unix)://.", value):
        raise ValueError("应是 redis://主机:端口/0，或留空（单进程，不用 Redis）")
    return value


def _aes_key(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z0-9+/]{43}", value):
        raise ValueError("应是平台给的 EncodingAESKey，43 个字母或数字")
    return value


RESERVED = ("console", "console-customers")  # the terminal's
Word = Annotated[str, _said]
Key = Annotated[Secret, _said]
AesKey = Annotated[Secret, _aes_key]
HttpUrl = Annotated[str, _http_url]
MaybeHttpUrl = Annotated[str, _maybe_http_url]
Count = Annotated[int, _between(0, 100_000)]
Audience = Literal["staff", "customers"]
Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """[company]"""

    name: Word = "本公司"
    timezone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    language: Language = "zh"  # of whoever has not chosen another
    wording: str = ""  # a file of the company's own words, relative to scrm.toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """[server]: where callbacks arrive."""

    host: Word = "127.0.0.1"
    port: Annotated[int, _between(0, 65535)] = 8080
    public_url: MaybeHttpUrl = ""  # where people's browsers reach it; empty: no links to files are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """[database]. A SQLite file is relative to scrm.toml; the URL is a secret because it may hold a password."""

    url: Annotated[Secret, _database_url] = Secret("sqlite:///scrm.db")


@dataclass(frozen=True, slots=True, kw_only=True)
class Redis:
    """[redis]. Empty: one process, everything in memory."""

    url: Annotated[Secret, _redis_url] = Secret()


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """[files]: where pictures and files are kept. The folder is relative to scrm.toml; all machines share it."""

    folder: Word = "files"
    max_mb: Annotated[int, _between(1, 200)] = 20  # of one file


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """[rules]: the numbers that the company's habits go by."""

    confirm_amount: Decimal = Decimal(1_000_000)  # yuan; from here on an amount is asked back
    undo_minutes: Count = 10  # how long 撤销 works
    uncontacted_days: Count = 3  # a customer that nobody contacted for longer is pointed out
    count_low_value: bool = False  # whether 已联系 and the like count as a contact with the customer
    renewal_days: tuple[Count, ...] = (90, 60, 30, 7)  # before a contract ends
    morning: time = time(8, 30)  # when the list of the day is sent
    quiet_from: time = time(21, 0)  # automatic pushes wait from here
    quiet_until: time = time(8, 0)  # to here; P1 tickets and approvals do not


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """[[stages]]: a step of the funnel, in order. `name` is the company's, `kind` is ours."""

    key: Word
    name: Word
    kind: Literal["open", "won", "lost"] = "open"
    probability: Annotated[int, _between(0, 100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wecom:
    """[channels.*] kind = "wecom": one app of one corporation."""

    kind: ClassVar[str] = "wecom"
    name: str  # from the section's name: the last part of the callback URL
    audience: Audience
    corp_id: Word
    agent_id: int
    secret: Key
    token: Key
    aes_key: Annotated[AesKey, _said]
    cards: bool = True  # false: questions as text, for people who read in WeChat's plugin, which shows no cards
    api_base: HttpUrl = "https://qyapi.weixin.qq.com"

    @property
    def accounts(self) -> tuple[tuple[object, ...], ...]:
        """What there can be only one channel for."""
        return ((self.kind, self.corp_id, self.agent_id),)


@dataclass(frozen=True, slots=True, kw_only=True)
class WecomKf:
    """[channels.*] kind = "wecom_kf": 微信客服 accounts of one corporation, by the app that may call their API."""

    kind: ClassVar[str] = "wecom_kf"
    name: str
    audience: Literal["customers"] = "customers"
    corp_id: Word
    secret: Key
    token: Key
    aes_key: Annotated[AesKey, _said]
    open_kfid: Annotated[tuple[Word, ...], _some]  # the accounts that the bot serves; the app may have others
    api_base: HttpUrl = "https://qyapi.weixin.qq.com"

    @property
    def accounts(self) -> tuple[tuple[object, ...], ...]:
        """What there can be only one channel for: an app has one callback, an account one bot."""
        mine = (self.kind, self.corp_id)
        return (*mine, "", self.secret), *((*mine, open_kfid) for open_kfid in self.open_kfid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wechat:
    """[channels.*] kind = "wechat": one official account. With an `aes_key`: safe mode only."""

    kind: ClassVar[str] = "wechat"
    name: str
    audience: Audience
    app_id: Word
    original_id: Word
    secret: Key
    token: Key
    aes_key: AesKey = Secret()
    api_base: HttpUrl = "https://api.weixin.qq.com"

    @property
    def accounts(self) -> tuple[tuple[object, ...], ...]:
        """What there can be only one channel for."""
        return ((self.kind, self.app_id),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dingtalk:
    """[channels.*] kind = "dingtalk": one robot."""

    kind: ClassVar[str] = "dingtalk"
    name: str
    audience: Audience
    mode: Literal["http", "stream"] = "http"  # called by DingTalk, or connected to it
    client_id: Word
    client_secret: Key
    robot_code: str = ""  # the same as client_id, unless the robot is old
    corp_id: Word
    api_base: HttpUrl = "https://api.dingtalk.com"

    def __post_init__(self) -> None:
        object.__setattr__(self, "robot_code", self.robot_code or self.client_id)

    @property
    def accounts(self) -> tuple[tuple[object, ...], ...]:
        """What there can be only one channel for."""
        return ((self.kind, self.client_id, self.robot_code),)


Channel = Wecom | WecomKf | Wechat | Dingtalk


def is_called(channel: Channel) -> bool:
    """Whether the platform calls /hooks/<name>; otherwise the channel fetches its messages itself."""
    return not (isinstance(channel, Dingtalk) and channel.mode == "stream")


DEFAULT_STAGES = (
    Stage(key="contact", name="初步接洽", kind="open", probability=10),
    Stage(key="need", name="需求确认", kind="open", probability=30),
    Stage(key="demo", name="方案演示", kind="open", probability=50),
    Stage(key="quote", name="报价谈判", kind="open", probability=70),
    Stage(key="sign", name="合同签署", kind="open", probability=90),
    Stage(key="won", name="赢单", kind="won", probability=100),
    Stage(key="lost", name="输单", kind="lost", probability=0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything of scrm.toml."""

    company: Company = field(default_factory=Company)
    server: Server = field(default_factory=Server)
    database: Database = field(default_factory=Database)
    redis: Redis = field(default_factory=Redis)
    files: Files = field(default_factory=Files)
    rules: Rules = field(default_factory=Rules)
    channels: tuple[Channel, ...] = ()
    stages: tuple[Stage, ...] = DEFAULT_STAGES


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """Read scrm.toml. Raises SettingsError with everything that is wrong with it."""
    document = Document(path, environ)
    sections = {"company": Company, "server": Server, "database": Database, "redis": Redis, "files": Files}
    sections |= {"rules": Rules}
    root = document.table(document.data, (), [item.name for item in fields(Settings)])
    parts = {name: document.read(shape, root.get(name, {}), (name,), {}) for name, shape in sections.items()}
    channels = _channels(document, root.get("channels", {}))
    stages = _stages(document, root["stages"]) if "stages" in root else DEFAULT_STAGES
    document.finish()
    settings = Settings(**parts, channels=channels, stages=stages)
    files = replace(settings.files, folder=str((path.parent / settings.files.folder).absolute()))
    company = settings.company
    if company.wording:
        company = replace(company, wording=str((path.parent / company.wording).absolute()))
    return replace(settings, company=company, database=_beside(path.parent, settings.database), files=files)


def at(url: str) -> Settings:
    """Settings without a file, for whoever needs only a database. Raises ValueError if that is no database's URL."""
    return Settings(database=_beside(Path(), Database(url=Secret(_database_url(url)))))


def default(folder: Path, *, name: str = "示例机电", host: str = "127.0.0.1", port: int = 8080) -> Settings:
    """Settings without a file, for the demo: SQLite in `folder`, no Redis, no channels."""
    database = _beside(folder, Database())
    files = Files(folder=str((folder / "files").absolute()))
    return Settings(company=Company(name=name), server=Server(host=host, port=port), database=database, files=files)


def _channels(document: Document, sections: object) -> tuple[Any, ...]:
    kinds = {shape.kind: shape for shape in (Wecom, WecomKf, Wechat, Dingtalk)}
    where = ("channels",)
    found = []
    for name, section in document.table(sections, where, sections if isinstance(sections, dict) else ()).items():
        here = (*where, name)
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", name) or name in RESERVED:
            document.complain(
                here, f"[channels.{name}] 渠道名要用小写字母、数字、- 和 _，字母开头，console、console-customers 除外"
            )
        if document.kind(section, here, kinds):
            rest = {key: value for key, value in section.items() if key != "kind"}
            found.append(document.read(kinds[section["kind"]], rest, here, {"name": name}))
    _refuse_twins(document, [channel for channel in found if channel])
    return tuple(found)


def _refuse_twins(document: Document, channels: list[Any]) -> None:
    first: dict[object, str] = {}
    for channel in channels:
        twins = {first.setdefault(account, channel.name): None for account in channel.accounts}
        for twin in twins.keys() - {channel.name}:
            here = ("channels", channel.name)
            document.complain(here, f"[channels.{channel.name}] 和 [channels.{twin}] 是同一个账号，只能配置一次")


def _stages(document: Document, tables: object) -> tuple[Any, ...]:
    if not isinstance(tables, list) or not tables:
        document.complain(("stages",), "阶段要用 [[stages]]（两层方括号）一项一项写")
        return ()
    stages = [document.read(Stage, _closed(table), ("stages", index), {}) for index, table in enumerate(tables)]
    if all(stages):
        _check_funnel(document, stages)
    return tuple(stages)


def _closed(table: Any) -> object:
    """A closed deal's probability need not be said."""
    match table:
        case {"kind": "won"}:
            return {"probability": 100} | table
        case {"kind": "lost"}:
            return {"probability": 0} | table
    return table


def _check_funnel(document: Document, stages: list[Stage]) -> None:
    seen: set[str] = set()
    for index, stage in enumerate(stages):
        for word in {stage.key, stage.name} & seen:
            document.complain(("stages", index), f"[[stages]] 第 {index + 1} 项的 {word} 前面已经有了")
        seen |= {stage.key, stage.name}
    for kind in ("open", "won", "lost"):
        if all(stage.kind != kind for stage in stages):
            document.complain(("stages", len(stages) - 1), f'[[stages]] 里至少要有一项 kind = "{kind}"')


def _beside(folder: Path, database: Database) -> Database:
    """A relative SQLite file is relative to the folder."""
    file = database.url.removeprefix("sqlite:///")
    if file == database.url or file.startswith((":memory:", "file:")):
        return database
    return Database(url=Secret(f"sqlite:///{(folder / file).absolute()}"))
