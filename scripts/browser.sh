#!/bin/sh
# Sees to it that there is a Chromium for the browser tests: Debian's, installed where we may do so.
set -eu
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "==> 安装浏览器测试要用的 Chromium（Debian 软件包）"
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-wqy-microhei >/dev/null; then
        exit 0
    fi
fi
echo "==> 没有 Chromium，浏览器测试会跳过；要跑它们，请先装 Chromium（Debian：sudo apt-get install chromium）"
