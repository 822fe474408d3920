#!/bin/sh
# On a Mac: makes the package from the folder that this script lies in. With a Developer ID it is
# signed: SIGN="Developer ID Installer: NAME" ./build.sh
set -eu

here=$(cd "$(dirname "$0")" && pwd)
pkgbuild --root "$here/payload" --scripts "$here/scripts" --identifier dev.wlk.host \
    --version "@VERSION@" --ownership recommended --install-location / "$here/wlk-host.pkg"
set -- --distribution "$here/distribution.xml" --package-path "$here"
if [ -n "${SIGN:-}" ]; then
    set -- "$@" --sign "$SIGN"
fi
productbuild "$@" "$here/wlk-host-@VERSION@-@MACHINE@.pkg"
rm "$here/wlk-host.pkg"
