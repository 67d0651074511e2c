# From a bare checkout to a running bot (make run) or to a green test run (make test). Everything goes into .venv;
# what is already there is not done again.

# Python starts three times faster where it may keep what it compiled.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8080
WORKERS ?= 2
ARGS ?=
SEED ?= 1
ONLY ?=
LOCK := UV_SYSTEM_CERTS=1 $(PY) -m uv --no-config pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate

.PHONY: help run install test chaos floor fuzz bench lint check format lock clean
.DEFAULT_GOAL := help

help:
	@echo "make run [PORT=8080]   装好依赖，启动演示：http://127.0.0.1:8080"
	@echo "make install           只装依赖，不启动"
	@echo "make test [ARGS=...]   全部测试（自带真实的 PostgreSQL 和 Redis），ARGS 传给 pytest"
	@echo "make bench [ARGS=...]  一条消息花多少处理器时间，和裸的 aiohttp 比，见 bench/README.md"
	@echo "make chaos [SEED=1] [ONLY=名字,名字]   故障测试全尺寸：杀进程、断库、断网、冻结、时钟乱跳（约一小时）"
	@echo "make floor [SEED=1] [ARGS=...]   虚拟销售团队：二十个人八小时，八分钟演完，最后对账"
	@echo "make fuzz [SEED=1]     攻击测试全尺寸：每个入口 5000 条坏消息，2400 步越权试探（约二十分钟）"
	@echo "make lint              格式、代码规范、类型"
	@echo "make check             lint 加 test"
	@echo "make format            整理代码格式"
	@echo "make lock              依赖有变时重新锁定版本"
	@echo "make clean             删除 .venv 和各种缓存（演示数据 demo-data 不动）"

run: $(VENV)/.run-ready
	@echo "==> 启动演示：http://127.0.0.1:$(PORT)（Ctrl-C 停止；端口被占用时换一个：make run PORT=8081）"
	@$(PY) -m scrm_bot demo --port $(PORT)

install: $(VENV)/.run-ready
	@echo "==> 装好了。启动演示：make run；命令行：$(VENV)/bin/scrm-bot --help"

test: $(VENV)/.test-ready
	@sh scripts/machine.sh $(PY)
	@echo "==> 测试"
	@$(PY) -m pytest -q -n $(WORKERS) --dist worksteal $(ARGS)

bench: $(VENV)/.test-ready
	@$(PY) -m bench $(ARGS)

fuzz: $(VENV)/.test-ready
	@echo "==> 攻击测试全尺寸，种子 $(SEED)"
	@SCRM_SEED=$(SEED) SCRM_FUZZ=5000 SCRM_WALK=2400 $(PY) -m pytest -q -s -n0 --timeout=0 tests/security $(ARGS)

chaos: $(VENV)/.test-ready
	@echo "==> 故障测试，种子 $(SEED)"
	@$(PY) -m tests.chaos --seed $(SEED) --only "$(ONLY)"

floor: $(VENV)/.run-ready
	@$(PY) -m scrm_bot simulate --people 20 --hours 8 --speed 60 --seed $(SEED) $(ARGS)

lint: $(VENV)/.test-ready
	@echo "==> 格式、代码规范、类型"
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy

check: lint test

format: $(VENV)/.test-ready
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

lock: $(VENV)/.run-ready
	@echo "==> 重新锁定版本"
	@echo 'uv<1' | $(LOCK) - -o requirements-uv.lock
	@$(LOCK) pyproject.toml -o requirements.lock
	@$(LOCK) pyproject.toml --extra test -c requirements.lock -o requirements-test.lock

clean:
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info

$(VENV)/.run-ready: requirements.lock pyproject.toml
	@sh scripts/install.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/.test-ready: requirements-test.lock pyproject.toml
	@sh scripts/install.sh $(VENV) requirements-test.lock
	@touch $@ $(VENV)/.run-ready
