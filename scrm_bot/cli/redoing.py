"""`scrm-bot undelivered`, `retry`, `retake`: what could not be said or done, and once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from scrm_bot import delivery, inbox, posting
from scrm_bot.app import utc_now
from scrm_bot.cli.books import Books, books, talking
from scrm_bot.cli.ground import HERE, Failed
from scrm_bot.cli.shell import Config, told
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import System
from scrm_bot.dialogs import deliveries
from scrm_bot.dialogs.phrases import short
from scrm_bot.outbox import Outgoing

commands = typer.Typer()
Numbers = Annotated[list[int] | None, typer.Argument(metavar="[N]...", help="编号，可以写几个")]
All = Annotated[bool, typer.Option("--all", help="全部")]


@commands.command()
@told()
def undelivered(config: Config = HERE) -> None:
    """没能送到的消息：给谁的、为什么、说的什么；retry 重发"""
    with books(config) as ours, ours.db.transaction() as session:
        rows = delivery.undelivered(session)
        desk = _desk(ours, session)
        for row in rows:
            typer.echo("\n".join(_lines(desk, row)))
    typer.echo(f"共 {len(rows)} 条没能送到" if rows else "没有送不到的消息")


@commands.command()
@told()
def retry(numbers: Numbers = None, everything: All = False, config: Config = HERE) -> None:
    """重发没能送到的消息：编号见 undelivered，或 --all"""
    with books(config) as ours, ours.db.transaction() as session:
        wanted = _chosen(delivery.undelivered(session), numbers, everything=everything)
        desk = _desk(ours, session)
        nobody = [row.id for row in wanted if not posting.say_again(desk, row)]
    typer.echo(f"{len(wanted) - len(nobody)} 条已放回，等 scrm-bot serve 发出")
    if nobody:
        raise Failed(f"这几条的收件人还没有绑定账号：{_listed(nobody)}")


@commands.command()
@told()
def retake(numbers: Numbers = None, everything: All = False, config: Config = HERE) -> None:
    """把处理出错的消息再处理一遍：编号在给对方的道歉里，或 --all"""
    with talking(config) as core:
        with core.db.transaction() as session:
            failed = inbox.failed(session)
            missing = [number for number in numbers or () if number not in failed]
            if missing:
                raise Failed(f"不是处理出错的消息：{_listed(missing)}")
            wanted = failed if everything else list(numbers or ())
            inbox.reopen(session, wanted)
        for number in wanted:
            core.turns.take(number)
        with core.db.transaction() as session:
            still = [number for number in wanted if number in inbox.failed(session)]
    if still:
        raise Failed(f"还是出错：{_listed(still)}，看 scrm-bot replay {still[0]}")
    typer.echo(f"{len(wanted)} 条已重新处理" if wanted else "没有要重新处理的消息")


def _chosen(rows: Sequence[Outgoing], numbers: list[int] | None, *, everything: bool) -> Sequence[Outgoing]:
    if everything:
        return rows
    if not numbers:
        raise Failed("要写编号（见 scrm-bot undelivered），或 --all")
    known = {row.id: row for row in rows}
    missing = [number for number in numbers if number not in known]
    if missing:
        raise Failed(f"没有这样编号的未送达消息：{_listed(missing)}")
    return [known[number] for number in numbers]


def _lines(desk: Desk, row: Outgoing) -> list[str]:
    to = posting.name_of(desk.session, row)
    when = (row.given_up_at or row.created_at).astimezone(desk.shape.zone)
    place = f"{row.channel}/{row.to_user}" if row.channel else "没有账号"
    why = deliveries.why(row.reason or "", unreachable=row.unreachable)
    first = next((line for line in row.text.splitlines() if line.strip()), "")
    head = f"{row.id:>6}  {when:%Y-%m-%d %H:%M}  {to or '不认识的账号'}（{place}）  {why}（{row.reason}）"
    return [head, f"        {short(first, 60)}"]


def _desk(ours: Books, session: Session) -> Desk:
    return Desk(session, System(), utc_now().astimezone(ours.shape.zone), ours.shape)


def _listed(numbers: Sequence[int]) -> str:
    return "、".join(str(number) for number in numbers[:10]) + (" 等" if len(numbers) > 10 else "")
