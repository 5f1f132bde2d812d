#!/bin/sh
# Makes the environment from the lock file: usage make_venv.sh PYTHON FOLDER
set -eu
python=$1
venv=$2
if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'; then
  echo "Python 3.11 is needed (found: ${python:-none}). Install it and run make again." >&2
  exit 1
fi
rm -rf "$venv"
if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
  # Debian keeps the venv module in a package of its own.
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian's python3-venv ..."
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    rm -rf "$venv"
    "$python" -m venv "$venv"
  else
    echo "This Python has no venv module. Run: sudo apt install python3-venv" >&2
    exit 1
  fi
fi
echo "Setting up (once): installing the locked libraries ..."
"$venv/bin/pip" install -q --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
"$venv/bin/pip" install -q --disable-pip-version-check --no-deps --no-build-isolation --editable .
