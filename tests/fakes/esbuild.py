"""A stand-in for esbuild: it says what it was asked, and remembers what that was made of."""

import os
import sys

PROGRAM = f"""#!{sys.executable}
import json, os, re, sys
options = dict(word[2:].partition("=")[::2] for word in sys.argv[1:] if word.startswith("--"))
entry = [word for word in sys.argv[1:] if not word.startswith("--")][0]
seen = []
def read(path):
    name = os.path.relpath(path)
    if name in seen:
        return
    seen.append(name)
    text = open(path).read()
    if "BROKEN" in text:
        sys.stderr.write("\\u2718 [ERROR] " + text.partition("BROKEN ")[2].strip() + "\\n\\n    "
                         + name + ":1:4:\\n")
        sys.exit(1)
    for found in re.findall(r'from "([^"]+)"', text):
        if found.startswith("."):
            read(os.path.normpath(os.path.join(os.path.dirname(path), found)))
        else:
            read(os.path.abspath(os.path.join("node_modules", found, "index.js")))
read(entry)
os.makedirs(os.path.dirname(options["outfile"]), exist_ok=True)
with open(options["outfile"], "w") as file:
    file.write(json.dumps([seen, sys.argv[1:]]))
with open(options["metafile"], "w") as file:
    json.dump({{"inputs": dict.fromkeys(seen, {{}})}}, file)
"""


def program(folder, name):
    """Put it where a project's own esbuild would be."""
    path = folder / "node_modules" / name
    path.parent.mkdir(parents=True)
    path.write_text(PROGRAM)
    path.chmod(0o755)
    package = folder / "node_modules" / "esbuild" / "package.json"
    package.parent.mkdir()
    package.write_text('{"version": "0.0.1"}')
    return os.fspath(path)
