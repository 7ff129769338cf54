#!/bin/sh
# Installs with apt, where it may, what the tests need beyond Python. Where it may not, those tests skip by name.
set -u
want=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || want="$want chromium"
command -v strace >/dev/null 2>&1 || want="$want strace"
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || want="$want postgresql"
command -v java >/dev/null 2>&1 || want="$want openjdk-17-jre-headless"
[ -z "$want" ] && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "installing for the tests:$want"
    # The tests start a server of their own; one of the system's would run on without anybody having asked for it.
    if [ "$want" != "${want%postgresql}" ] && [ ! -e /etc/postgresql-common ]; then
        mkdir -p /etc/postgresql-common/createcluster.d
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.d/no-main-cluster.conf
    fi
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $want; } >/dev/null 2>&1 ||
        echo "could not install:$want; the tests that need it will skip by name"
else
    echo "not here and not installable:$want; the tests that need it will skip by name"
fi
exit 0
