#!/usr/bin/env bash
# with-keyring.sh COMMAND...: runs COMMAND in a D-Bus session of its own that has a Secret Service with an empty, unlocked
# login keyring, and ends with its exit code. Nothing of it stays, and the keyring of whoever runs this is not touched.
# COMMAND finds the daemon's process number in KEYRING_PID.
set -euo pipefail

if [ -z "${KEYRING_FOLDER:-}" ]; then
  KEYRING_FOLDER=$(mktemp -d)
  export KEYRING_FOLDER
  trap 'rm -rf "$KEYRING_FOLDER"' EXIT
  mkdir -m 700 "$KEYRING_FOLDER/run" "$KEYRING_FOLDER/data"
  # Without a display no prompt can be shown, as on a server.
  unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS GNOME_KEYRING_CONTROL
  export XDG_RUNTIME_DIR="$KEYRING_FOLDER/run" XDG_DATA_HOME="$KEYRING_FOLDER/data"
  # Bus and daemon talk a lot on stderr; it matters when something fails.
  dbus-run-session -- "$0" "$@" 2>"$KEYRING_FOLDER/session.log" && exit
  code=$?
  cat "$KEYRING_FOLDER/session.log" >&2
  exit "$code"
fi

# The password comes from stdin; with --unlock a keyring that does not exist is made.
gnome-keyring-daemon --unlock --components=secrets --foreground >/dev/null < <(printf test) &
export KEYRING_PID=$!
# KILL, because a test may have stopped it.
trap 'kill -KILL "$KEYRING_PID"' EXIT
gdbus wait --session --timeout 20 org.freedesktop.secrets
# It owns its name a moment before the keyring is open: a lookup waits for that.
printf probe | secret-tool store --label=probe probe probe
secret-tool clear probe probe
"$@"
