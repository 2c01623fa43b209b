"""server.py - a dashboard for a test: started, asked, ended."""
import http.client
import json
import os
import signal
import socket
import subprocess
import urllib.parse

from mailtally import ENVIRONMENT, PROGRAM, SCRATCH

START_S = 60
ANSWER_S = 120


class Server:
    def __init__(self, *arguments, env=None, listen="127.0.0.1:0"):
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--listen", listen,
             *map(os.fspath, arguments)], cwd=SCRATCH,
            env=dict(ENVIRONMENT, **(env or {})), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        line = self.process.stdout.readline().decode().strip()
        if not line:
            raise AssertionError(self.process.stderr.read().decode())
        self.url = line.rstrip("/")
        self.port = urllib.parse.urlsplit(line).port

    def ask(self, path, method="GET", headers=None, **params):
        """(status, headers, body)"""
        if params:
            path += "?" + urllib.parse.urlencode(params)
        c = http.client.HTTPConnection("127.0.0.1", self.port,
                                       timeout=ANSWER_S)
        try:
            c.putrequest(method, path, skip_host=headers is not None
                         and "Host" in headers, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                c.putheader(name, value)
            c.endheaders()
            answer = c.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            c.close()

    def json(self, path, **params):
        status, headers, body = self.ask("/api/v1/" + path, **params)
        if status != 200:
            raise AssertionError("%s %s: %d %r" % (path, params, status, body))
        return json.loads(body)

    def raw(self, data):
        """A connection on which these bytes were sent."""
        s = socket.create_connection(("127.0.0.1", self.port), ANSWER_S)
        s.sendall(data)
        return s

    def stop(self):
        """(exit status, what it complained of)"""
        self.process.send_signal(signal.SIGTERM)
        try:
            err = self.process.communicate(timeout=START_S)[1]
        except subprocess.TimeoutExpired:
            self.process.kill()
            err = self.process.communicate()[1]
        return self.process.returncode, err.decode(errors="backslashreplace")
