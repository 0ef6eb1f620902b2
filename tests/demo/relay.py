#!/usr/bin/env python3
"""relay.py --port PORT --to URL --key FILE [--hang MARKER]

A timestamp authority outside of the server, for the demo: it passes each request on to URL with the API key of FILE. With --hang it reads
a request, makes the file MARKER and never answers: it is there to be killed in that moment.
"""
import argparse
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PATIENCE = 60  # seconds


def handler(options: argparse.Namespace) -> type[BaseHTTPRequestHandler]:
    class Relay(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that http.server asks for
            query = self.rfile.read(int(self.headers["Content-Length"]))
            if options.hang:
                options.hang.touch()
                threading.Event().wait()
            request = urllib.request.Request(options.to, data=query, headers={
                "Content-Type": "application/timestamp-query", "Authorization": f"Bearer {options.key.read_text().strip()}"})
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                reply = answer.read()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_) -> None:
            """Nothing: the demo says what happens."""

    return Relay


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--to", required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--hang", type=Path, metavar="MARKER")
    options = parser.parse_args()
    ThreadingHTTPServer(("127.0.0.1", options.port), handler(options)).serve_forever()


if __name__ == "__main__":
    main()
