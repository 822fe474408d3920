#!/bin/sh
# Removes what the package has installed for all users: sudo sh /usr/local/lib/wlk-host/uninstall.sh
# What each user has of it goes with `wlk-host uninstall`, which is to be run before.
set -eu

rm -f @MANIFESTS@
rm -f /usr/local/bin/wlk-host
pkgutil --forget dev.wlk.host
rm -rf /usr/local/lib/wlk-host
