"""The Chromium that the tests of the page drive: found, or installed by `make browser`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

MISSING = (
    "there is no Chromium for the tests of the page: install Debian's package chromium, run "
    "`playwright install chromium`, or name one by MAESTRO_BROWSER"
)


def found():
    """The path of a Chromium; None where there is none."""
    named = os.environ.get("MAESTRO_BROWSER")
    paths = [named] if named else [shutil.which(name) for name in NAMES]
    return next((path for path in paths if path), None) or _of_playwright()


def launch(playwright):
    """A headless Chromium."""
    # In a container it cannot make the namespaces that its sandbox wants.
    return playwright.chromium.launch(executable_path=found(), args=["--no-sandbox"])


def _of_playwright():
    """The one that `playwright install` has brought."""
    code = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    # A process of its own: the caller may drive a browser already.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    path = done.stdout.strip()
    return path if path and Path(path).exists() else None


def main():
    """Install one where there is none; where that cannot be done, say so loudly."""
    if found():
        return
    apt = [["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", "chromium"]]
    as_root = os.geteuid() == 0 and shutil.which("apt-get")
    own = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    for command in apt if as_root else own:
        if subprocess.run(command, check=False).returncode:
            break
    if not found():
        print(f"\n*** {MISSING}.\n*** The tests that need it are skipped.\n", file=sys.stderr)


if __name__ == "__main__":
    main()
