"""The laws of the house, held over the tree: who may see whom, who commits, what hides nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
PACKAGE = HERE / "scrm_bot"

GROUND = {"message", "settings", "strict", "db", "prepared", "version", "shared", "tokens", "logs", "metrics"}
MIDDLE = {"recurrence", "nlp", "crm", "dialogs", "inbox", "outbox"}
EDGE = {"turn", "steps", "inbox", "outbox", "adapters"}
EVERYBODY = {"app", "cli", "demo", "__main__"}
STAGE = {"floor", "simulator"}  # for the virtual sales floor and the tests; `serve` never sees them
MAY_COME_LATE = {f"scrm_bot.{name}" for name in ("cli", "cli.commands", "cli.serving", "edge", "adapters.pushes")}

# A room is a package or a root module. It sees itself and these rooms; a new one says here whom it sees.
MAY_SEE: dict[str, set[str]] = {
    "__init__": set(),
    "message": set(),
    "strict": set(),
    "settings": {"strict"},
    "prepared": set(),
    "lane": set(),
    "db": {"lane", "prepared"},
    "late": set(),
    "files": set(),  # what people send, as bytes
    "version": {"db"},
    "tokens": set(),
    "shared": {"message", "settings", "tokens"},
    "meeting": {"shared", "tokens"},
    "logs": set(),
    "metrics": set(),
    "workdays": set(),
    "beats": set(),
    "recurrence": {"workdays"},
    "nlp": {"recurrence", "workdays"},
    "crm": {"db", "lane", "prepared", "recurrence"},
    "adapters": {"message", "late"},
    "inbox": {"db", "prepared", "message"},
    "outbox": {"db", "prepared", "message"},
    "delivery": {"db", "prepared", "message", "outbox"},
    "circuits": {"db", "prepared"},
    "dialogs": {"crm", "nlp", "message", "db", "prepared", "recurrence", "files"},
    "lens": {"db", "crm", "dialogs", "inbox", "outbox"},  # what the demo shows beside the chat
    "sheets": set(),
    "wording": {"dialogs", "strict"},
    "handouts": {"files", "message", "sheets"},
    "exports": {"db", "crm", "inbox", "outbox", "sheets"},
    "imports": {"db", "crm", "nlp", "dialogs", "sheets"},
    "steps": {"outbox"},
    "posting": GROUND | MIDDLE | {"circuits", "delivery"},
    "groups": GROUND | MIDDLE | {"posting"},
    "turn": GROUND | MIDDLE | {"posting", "steps", "delivery", "groups"},
    "clock": GROUND | MIDDLE | {"posting"},
    "dispatch": GROUND | EDGE | {"crm", "circuits", "delivery", "posting"},
    "fetching": GROUND | EDGE | {"crm", "dialogs", "files", "posting"},
    "relay": GROUND | EDGE | {"crm", "dispatch"},
    "web": GROUND | EDGE | {"circuits"},
    "edge": GROUND | EDGE | {"web", "late"},
    "schema": {"db", "crm", "inbox", "outbox", "circuits", "dialogs"},  # everybody with tables
    "migrations": {"db", "crm", "inbox", "outbox", "circuits", "dialogs", "schema"},
    "archive": {"db", "schema", "version", "files"},
    "company": {"db", "crm"},  # the demo's people and history
    "floor": {
        "simulator",
        "crm",
        "db",
        "dialogs",
        "nlp",
        "schema",
    },  # the virtual sales floor; it serves as a child process
    "simulator": set(),  # the platforms' side: it knows nothing of the bot, and no part of the bot knows it
}

# What is used in one place can be exchanged in one place.
HOME_OF = {
    "apscheduler": {"beats"},
    "redis": {"meeting"},
    "wechatpy": {"adapters", "simulator"},
    "dingtalk_stream": {"adapters"},
    "jieba": {"nlp"},
    "holidays": {"workdays"},
    "aiohttp": {"adapters", "web", "relay", "edge", "simulator", "floor", *EVERYBODY},
}
SYNCHRONOUS = {"nlp", "crm", "dialogs"}
GLOBAL_TOKENIZER_IS_NOT = {"Tokenizer", "setLogLevel", "posseg"}
MUTATORS = set("append extend insert add update setdefault pop popitem clear remove discard appendleft".split())
FOREIGN_PATHS = re.compile("|".join(["/" + "root/\\w", "/" + "home/\\w", "/" + "work/\\w", "/" + "Users/\\w"]))


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(HERE).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def sources() -> list[Path]:
    """Every Python file of ours that holds anything."""
    return [
        path for folder in (PACKAGE, HERE / "tests") for path in sorted(folder.rglob("*.py")) if path.stat().st_size
    ]


def room(module: str) -> str:
    """The room that a module is in: scrm_bot.crm.deals is in crm."""
    return module.split(".")[1] if "." in module else "__init__"


def imports(module: str, tree: ast.AST) -> Iterator[str]:
    """The modules that a tree imports, ours by the name of their file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".")
            base = ".".join([*parts[: len(parts) - node.level], node.module or ""]) if node.level else node.module or ""
            inner = {f"{base}.{alias.name}" for alias in node.names} & modules().keys()
            yield from inner or {base}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Calls with what is called, as written: ("session.commit", node)."""
    return ((ast.unparse(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_every_room_sees_only_the_rooms_that_it_may() -> None:
    wrong = []
    for module, tree in modules().items():
        if room(module) in EVERYBODY:
            continue
        assert room(module) in MAY_SEE, f"say in MAY_SEE which rooms {room(module)} may see"
        allowed = MAY_SEE[room(module)] | {room(module), "__init__"}
        seen = {name for name in imports(module, tree) if name.split(".")[0] == "scrm_bot"}
        wrong += [f"{module} sees {name}" for name in seen if room(name) not in allowed]
    assert not wrong


def test_the_bot_knows_nothing_of_the_platforms_that_are_simulated() -> None:
    known = {module for module, tree in modules().items() for name in imports(module, tree) if room(name) in STAGE} - {
        "scrm_bot.cli.simulating"
    }
    assert {room(module) for module in known} <= STAGE


def test_libraries_with_one_home_are_used_only_there() -> None:
    wrong = []
    for module, tree in modules().items():
        for name in imports(module, tree):
            home = HOME_OF.get(name.split(".")[0])
            if home and room(module) not in home:
                wrong.append(f"{module} uses {name}")
    assert not wrong


def test_no_import_hides_in_a_function() -> None:
    wrong = [
        f"{module}:{node.lineno}"
        for module, tree in modules().items()
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    wrong += [
        f"{module}:{node.lineno}"
        for module, tree in modules().items()
        for name, node in calls(tree)
        if name in {"__import__", "import_module", "importlib.import_module"} and module != "scrm_bot.late"
    ]
    assert not wrong


def test_only_those_who_put_the_program_together_load_modules_late() -> None:
    come = {module for module, tree in modules().items() if "scrm_bot.late" in imports(module, tree)}
    assert come == MAY_COME_LATE


def test_no_module_imports_itself_over_others() -> None:
    graph: dict[str, set[str]] = {}
    for module, tree in modules().items():
        seen = {name for name in imports(module, tree) if name in modules()}
        packages = {name.rpartition(".")[0] for name in seen} & modules().keys()
        graph[module] = (seen | packages) - {module} - {module.rpartition(".")[0]}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_nobody_commits_but_the_database_module() -> None:
    wrong = [
        f"{module}:{node.lineno} {name}"
        for module, tree in modules().items()
        if module != "scrm_bot.db"
        for name, node in calls(tree)
        if name.endswith(".commit")
    ]
    assert not wrong


def test_the_middle_awaits_nothing() -> None:
    awaiting = ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith
    wrong = [
        f"{module}:{node.lineno}"
        for module, tree in modules().items()
        if room(module) in SYNCHRONOUS
        for node in ast.walk(tree)
        if isinstance(node, awaiting)
    ]
    assert not wrong


def test_the_middle_is_told_the_time() -> None:
    clocks = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "datetime.datetime.now"}
    wrong = [
        f"{module}:{node.lineno} {name}"
        for module, tree in modules().items()
        if room(module) in SYNCHRONOUS
        for name, node in calls(tree)
        if name in clocks
    ]
    assert not wrong


def test_the_global_tokenizer_of_jieba_is_left_alone() -> None:
    wrong = []
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "jieba":
                used = {node.attr}
            elif isinstance(node, ast.ImportFrom) and node.module == "jieba":
                used = {alias.name for alias in node.names}
            else:
                continue
            wrong += [f"{module}:{node.lineno} jieba.{name}" for name in used - GLOBAL_TOKENIZER_IS_NOT]
    assert not wrong


def module_level_collections(tree: ast.Module) -> set[str]:
    """Names bound at module level to something that could be a registry."""
    found = set()
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        kinds = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp
        made = isinstance(value, ast.Call) and ast.unparse(value.func) in {
            "list",
            "dict",
            "set",
            "defaultdict",
            "deque",
        }
        if isinstance(value, kinds) or made:
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def mutated_in(function: ast.AST) -> Iterator[tuple[str, int]]:
    """Names that a function changes without binding them."""
    for node in ast.walk(function):
        if isinstance(node, ast.Global):
            yield from ((name, node.lineno) for name in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
            yield ast.unparse(node.func.value), node.lineno
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            yield ast.unparse(node.value), node.lineno


def locals_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Names that a function binds itself: they hide the module's."""
    bound = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    arguments = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    declared = {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}
    return (bound | arguments) - declared


def test_no_module_keeps_a_registry() -> None:
    wrong = []
    for module, tree in modules().items():
        kept = module_level_collections(tree)
        for function in functions(tree):
            hidden = locals_of(function)
            wrong += [f"{module}:{line} {name}" for name, line in mutated_in(function) if name in kept - hidden]
            wrong += [f"{module}:{node.lineno} global" for node in ast.walk(function) if isinstance(node, ast.Global)]
    assert not wrong


def test_every_file_says_why_it_exists() -> None:
    named = [path for path in sources() if not path.name.startswith("test_")]  # the names of tests say it
    silent = [str(path.relative_to(HERE)) for path in named if not ast.get_docstring(ast.parse(path.read_text()))]
    assert not silent


def test_every_file_is_read_in_one_sitting() -> None:
    long = {str(path.relative_to(HERE)): len(path.read_text().splitlines()) for path in sources()}
    assert not {name: lines for name, lines in long.items() if lines > 400}


def test_every_function_fits_on_a_screen() -> None:
    long = [
        f"{path.relative_to(HERE)}:{node.lineno} {node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for path in sources()
        for node in functions(ast.parse(path.read_text()))
        if (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert not long


def test_nothing_names_the_machine_that_it_was_written_on() -> None:
    places = [path for name in ("scrm_bot", "tests", "scripts", ".ci") for path in (HERE / name).rglob("*")]
    wrong = []
    for path in [*places, *HERE.glob("*.*"), HERE / "Makefile"]:
        if (
            path.is_file()
            and path.name != ".git"
            and path.suffix
            in {
                ".py",
                ".sh",
                ".toml",
                ".md",
                ".lock",
                ".txt",
                ".html",
                ".js",
                ".json",
                "",
            }
        ):
            text = path.read_text(encoding="utf-8", errors="replace")
            wrong += [f"{path.relative_to(HERE)}: {found[0]}" for found in FOREIGN_PATHS.finditer(text)]
    assert not wrong
