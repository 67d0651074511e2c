#!/bin/sh
# Sees to it that the tests have what no Python package brings: scripts/machine.sh .venv/bin/python
#
# A Chromium always, a Redis where there is no wheel of it (Python 3.13, other processors). Installed where we may do so.
set -eu
python=$1
finds() { "$python" -c "from tests import services; services.$1()" 2>/dev/null; }

wanted=
finds chromium_program || wanted="chromium fonts-wqy-microhei"
finds redis_program || wanted="$wanted redis-server"
if [ -z "$wanted" ]; then exit 0; fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "==> 安装测试要用的 Debian 软件包：$wanted"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # words are packages
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends $wanted >/dev/null; then exit 0; fi
fi
finds chromium_program || echo "==> 没有 Chromium，浏览器测试会跳过；要跑它们，请先装好（Debian：sudo apt-get install chromium）"
finds redis_program || echo "==> 没有 Redis，用到它的测试会失败；请先装好（Debian：sudo apt-get install redis-server）"
