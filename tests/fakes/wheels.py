"""Wheels made on the spot, so that what installs them needs no network."""

import base64
import hashlib
import zipfile


def wheel(folder, name, version="1.0", *, tag="py3-none-any", files=None, requires=(), scripts=()):
    """Write a wheel of these files (path -> text) into a folder; return its path."""
    info = f"{name}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {item}\n" for item in requires)
    content = {
        **(files if files is not None else {f"{name}/__init__.py": f"VERSION = '{version}'\n"}),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\n"
        f"Root-Is-Purelib: {str(tag.endswith('any')).lower()}\nTag: {tag}\n",
    }
    if scripts:
        entries = "".join(f"{script} = {name}:main\n" for script in scripts)
        content[f"{info}/entry_points.txt"] = f"[console_scripts]\n{entries}"
    record = "".join(f"{path},{_digest(text)},{len(text)}\n" for path, text in content.items())
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name_, text in content.items():
            archive.writestr(name_, text)
    return path


def _digest(text):
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
