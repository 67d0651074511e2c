#!/bin/sh
# Puts what a lock names, and this checkout, into a virtual environment: scripts/install.sh .venv requirements.lock
#
# uv does in 8 seconds what takes pip 40, but it reads none of pip's configuration: it is told pip's index, and where
# it fails all the same, pip does the work. Hashes are checked by both.
set -eu
venv=$1
lock=$2
python=$venv/bin/python

say() { echo "==> $*"; }
give_up() {
    echo "!!  $*" >&2
    exit 1
}

# The newest Python that this program is known to run on; one that is newer still only where there is no other.
find_python() {
    for name in ${PYTHON:-python3.13 python3.12 python3.11 python3 python python3.14}; do
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$name" && return
    done
    give_up "没有找到 Python 3.11 或更新的版本。请先装好（Debian/Ubuntu：apt-get install python3 python3-venv），再运行一次；装在别处的用 make PYTHON=/路径/python3。"
}

make_venv() {
    base=$(find_python)
    say "创建 $venv（$("$base" --version)）"
    if ! "$base" -c 'import ensurepip, venv' 2>/dev/null; then
        package="$("$base" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "安装 $package"
            apt-get update -qq && apt-get install -y -qq --no-install-recommends "$package" >/dev/null
        else
            give_up "$base 缺少 venv 模块。请先 sudo apt-get install $package，再运行一次。"
        fi
    fi
    "$base" -m venv --clear "$venv"
}

# pip's own settings, for uv: a company's or a country's mirror is written there.
use_pip_settings() {
    index=$("$python" -m pip config list 2>/dev/null | sed -n "s/.*[.:]index-url='\(.*\)'/\1/p" | tail -n 1)
    [ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
    export UV_SYSTEM_CERTS=1 UV_HTTP_TIMEOUT=20 UV_HTTP_RETRIES=1 UV_NO_PROGRESS=1
}

pip_install() {
    "$python" -m pip install --quiet --disable-pip-version-check --no-input --no-compile "$@"
}

uv_install() {
    "$python" -m uv --no-config pip install --quiet --python "$python" "$@"
}

"$python" -c '' 2>/dev/null || make_venv
"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null

say "按 $lock 安装依赖（第一次要半分钟左右）"
use_pip_settings
if pip_install --require-hashes -r requirements-uv.lock 2>/dev/null &&
    uv_install --require-hashes -r "$lock" && uv_install --no-deps -e .; then
    exit 0
fi
say "uv 用不了，改用 pip"
if pip_install --require-hashes -r "$lock" && pip_install --no-deps -e .; then
    exit 0
fi
give_up "依赖没有装上（原因见上）。请检查网络能否访问 Python 软件源；用镜像的先设 PIP_INDEX_URL，再运行一次。"
