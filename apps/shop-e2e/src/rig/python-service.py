"""Service outside of Nest: one route, whose SERVER span it sends as OTLP in JSON with Python's standard library alone."""

import json
import os
import re
import secrets
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ENDPOINT = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces"
SERVICE = {"key": "service.name", "value": {"stringValue": "stock-service"}}


def send_span(traceparent, start, product):
    # https://www.w3.org/TR/trace-context/#traceparent-header
    match = re.fullmatch(r"00-([0-9a-f]{32})-([0-9a-f]{16})-01", traceparent or "")
    if match is None:
        return
    span = {
        "traceId": match[1],
        "spanId": secrets.token_hex(8),
        "parentSpanId": match[2],
        "name": "GET /stock/{product}",
        "kind": 2,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(time.time_ns()),
        "attributes": [{"key": "product", "value": {"stringValue": product}}],
    }
    body = {"resourceSpans": [{"resource": {"attributes": [SERVICE]}, "scopeSpans": [{"spans": [span]}]}]}
    request = urllib.request.Request(ENDPOINT, json.dumps(body).encode(), {"content-type": "application/json"})
    urllib.request.urlopen(request, timeout=5).close()


class Stock(BaseHTTPRequestHandler):
    def do_GET(self):
        start = time.time_ns()
        body = b'{"stock":3}'
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        send_span(self.headers.get("traceparent"), start, self.path.rsplit("/", 1)[-1])

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Stock)
print(server.server_address[1], flush=True)
server.serve_forever()
