#!/bin/bash
# Double-click on macOS (and Linux desktops): starts Thaw and stays open when something goes wrong.
cd "$(dirname "$0")" || exit 1
python=""
for candidate in python3.14 python3.13 python3.12 python3.11 python3; do
  if command -v "$candidate" >/dev/null 2>&1 &&
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    python="$candidate"
    break
  fi
done
if [ -z "$python" ]; then
  echo "Thaw needs Python 3.11 or newer. Install it from https://www.python.org/downloads/ and double-click again."
  read -r -p "Press Enter to close this window. "
  exit 2
fi
"$python" app.py "$@"
status=$?
if [ "$status" -ne 0 ]; then
  echo
  echo "Thaw ended with status $status. What to do stands above."
  read -r -p "Press Enter to close this window. "
fi
exit "$status"
