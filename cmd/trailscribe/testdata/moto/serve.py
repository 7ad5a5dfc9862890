"""Serves moto on a free port of this machine and writes its address to the file named by the argument once it listens."""

import logging
import os
import sys

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
part = sys.argv[1] + ".part"
with open(part, "w", encoding="utf-8") as f:
    f.write(f"http://127.0.0.1:{server.server_port}\n")
os.rename(part, sys.argv[1])
server.serve_forever()
