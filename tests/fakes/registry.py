"""A registry of npm packages on this machine, with what a test puts into it."""

import base64
import hashlib
import io
import json
import tarfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


class Registry:
    """Packages by name; `lock` makes the lock of a project that asks for some of them."""

    def __init__(self, url):
        self.url = url
        self.packages = {}
        self.asked = []

    def add(self, name, version="1.0.0", *, files=None, **manifest):
        """Publish a package of these files (path -> text)."""
        manifest = {"name": name, "version": version, **manifest}
        content = {"package.json": json.dumps(manifest), **(files or {})}
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz") as tar:
            for path, text in content.items():
                entry = tarfile.TarInfo(f"package/{path}")
                entry.size = len(text.encode())
                tar.addfile(entry, io.BytesIO(text.encode()))
        self.packages[name] = (manifest, archive.getvalue())

    def integrity(self, name):
        digest = hashlib.sha512(self.packages[name][1]).digest()
        return f"sha512-{base64.b64encode(digest).decode()}"

    def package(self, *names, **more):
        """A package.json that asks for these packages."""
        wanted = {name: self.packages[name][0]["version"] for name in names}
        return json.dumps({"name": "function", "dependencies": wanted, **more})

    def lock(self, *names, dev=()):
        """The lock that npm makes for it, without addresses, as npm can be told to make it."""
        wanted = {name: self.packages[name][0]["version"] for name in names}
        packages = {"": {"name": "function", "dependencies": wanted}}
        for name in (*names, *dev):
            manifest = self.packages[name][0]
            packages[f"node_modules/{name}"] = {
                "version": manifest["version"],
                "integrity": self.integrity(name),
                **{
                    key: manifest[key]
                    for key in ("os", "cpu", "hasInstallScript")
                    if key in manifest
                },
                **({"dev": True} if name in dev else {}),
            }
        if dev:
            packages[""]["devDependencies"] = {
                name: self.packages[name][0]["version"] for name in dev
            }
        lock = {"name": "function", "lockfileVersion": 3, "requires": True, "packages": packages}
        return json.dumps(lock)

    def answer(self, path):
        """The status and content at a path: a package's document, or its archive."""
        self.asked.append(path)
        name, _, file = unquote(path.lstrip("/")).partition("/-/")
        if name not in self.packages:
            return 404, b'{"error": "not found"}'
        manifest, archive = self.packages[name]
        if file:
            return 200, archive
        version = manifest["version"]
        dist = {"tarball": f"{self.url}{name}/-/{version}.tgz", "integrity": self.integrity(name)}
        document = {
            "name": name,
            "dist-tags": {"latest": version},
            "versions": {version: {**manifest, "dist": dist}},
        }
        return 200, json.dumps(document).encode()


@contextmanager
def serving():
    """A registry, and its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, content = registry.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    registry = Registry(f"http://127.0.0.1:{server.server_port}/")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
