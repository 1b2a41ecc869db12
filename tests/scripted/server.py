"""Scripted stacks behind an address, as any AWS client sees them; other services are another's.

What is CloudFormation's is read and written by moto's parser and serializer, which know its
protocol. The rest is passed on to the AWS that stands behind.
"""

import http.client
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from botocore.loaders import create_loader
from moto.core.model import ServiceModel
from moto.core.parse import QueryParser
from moto.core.serialize import QuerySerializer

from tests.scripted.operations import Operations
from tests.scripted.stacks import Refused, Stacks

API = ServiceModel(create_loader().load_service_model("cloudformation", "service-2"))
ERROR = (
    '<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">'
    "<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    "<RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
)
HOP = {"connection", "transfer-encoding", "content-length", "host"}


class ScriptedCloudFormation:
    """A server on this machine.

    Args:
        behind: the address of the AWS that answers for every other service.
    """

    def __init__(self, behind):
        self.behind = urlsplit(behind)
        self.stacks = Stacks()
        self.operations = Operations(self.stacks, self._fetch)
        self.script = self.stacks.script
        self._lock = Lock()
        server = self

        class Handler(_Handler):
            scripted = server

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def called(self, *names):
        """The calls of these operations, in order."""
        return [call for call in self.operations.calls if call[0] in names]

    def answer(self, form):
        """The status and the body for a call of CloudFormation's, given its form."""
        operation = API.operation_model(form["Action"])
        request = {"values": form, "url_path": "/", "method": "POST", "headers": {}, "body": b""}
        parameters = QueryParser(operation).parse({**request, "url_params": {}})
        try:
            with self._lock:
                result = self.operations.call(operation.name, parameters)
        except Refused as refusal:
            return refusal.status, ERROR.format(
                code=escape(refusal.code), message=escape(refusal.message)
            )
        return 200, QuerySerializer(operation).serialize(result)["body"]

    def hides(self, service, path, headers, body):
        """Whether a call looks at a function or a machine that a stack has: none is really made.

        Nobody may look at it, then; what is `lost` is not there, as the AWS behind says.
        """
        if service == ["lambda"] and path.endswith("/configuration"):
            name = unquote(path.split("/")[-2])
        elif service == ["states"] and headers["X-Amz-Target"].endswith(".DescribeStateMachine"):
            name = json.loads(body)["stateMachineArn"]
        else:
            return False
        with self._lock:
            return any(
                name == resource.physical_id and resource.logical_id not in stack.lost
                for stack in self.stacks.by_id.values()
                for resource in stack.resources.values()
            )

    def _fetch(self, url):
        """The text of a template in the bucket behind."""
        there = urlsplit(url)
        status, _, body = self.forward("GET", there.path, {"Host": there.netloc}, b"")
        if status != 200:
            raise Refused(f"TemplateURL must reference a valid S3 object: {url}")
        return body.decode()

    def forward(self, method, path, headers, body):
        """What the AWS behind answers."""
        connection = http.client.HTTPConnection(self.behind.netloc, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    """One request: CloudFormation's is answered here, any other passed on."""

    protocol_version = "HTTP/1.1"
    scripted: ScriptedCloudFormation

    def _any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        signed_for = self.headers.get("Authorization", "").partition("Credential=")[2].split("/")
        if signed_for[3:4] == ["cloudformation"]:
            status, text = self.scripted.answer(dict(parse_qsl(body.decode(), True)))
            self._send(status, [("Content-Type", "text/xml")], text.encode())
            return
        if self.scripted.hides(signed_for[3:4], self.path, self.headers, body):
            denied = b'{"__type": "AccessDeniedException", "message": "not authorized to perform"}'
            self._send(403, [("x-amzn-ErrorType", "AccessDeniedException")], denied)
            return
        headers = {key: value for key, value in self.headers.items() if key.lower() not in HOP}
        headers["Host"] = self.headers["Host"]
        self._send(*self.scripted.forward(self.command, self.path, headers, body))

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _any  # noqa: N815 - the library's names

    def _send(self, status, headers, body):
        self.send_response(status)
        for key, value in headers:
            if key.lower() not in HOP:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        """Keep quiet."""
