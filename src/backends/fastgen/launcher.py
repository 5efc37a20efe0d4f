"""Starts a persistent deployment of DeepSpeed-MII and stays with it.

The one argument is JSON: {"model", "serve": keyword arguments of mii.serve, "status_port", "replicas"}. Until the deployment is ready,
GET on the status port of the loopback answers 503, then 200 with the versions that run. SIGTERM and SIGINT end the deployment in
order. A process of the deployment that ends by itself ends this one, with exit code 1: nobody else would notice.
"""

import http.server
import importlib.util
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time

OLDEST_MII = (0, 2)
TERMINATE_SECONDS = 5
LEAVE_SECONDS = 8


def fail(message):
    print(f"fastgen: {message}", file=sys.stderr, flush=True)
    return 1


def offer_status(port, status):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(status).encode()
            self.send_response(200 if status["state"] == "ready" else 503)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def missing_package(serve):
    packages = {"mii": "deepspeed-mii", "deepspeed": "deepspeed"}
    if serve.get("quantization_mode"):
        packages["qtorch"] = "qtorch"
    for module, package in packages.items():
        if importlib.util.find_spec(module) is None:
            return f'"{module}" is not installed for {sys.executable}: {sys.executable} -m pip install {package}'
    return None


def version_of(name):
    return str(getattr(sys.modules.get(name), "__version__", "unknown")).strip()


def numbers(version):
    return tuple(int(part) for part in version.split("+")[0].split(".")[:2] if part.isdigit())


def ended_child():
    """A direct child that is gone, as (pid, exit code); None while all run, or when there is none."""
    try:
        pid, state = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return None if pid == 0 else (pid, os.waitstatus_to_exitcode(state))


def children_left():
    try:
        os.waitpid(-1, os.WNOHANG)
        return True
    except ChildProcessError:
        return False


def warm_up(client, replicas):
    """The load balancer takes turns, so that each replica gets one. The keys are those of the requests to come."""
    for _ in range(replicas):
        client.generate("Hello", max_new_tokens=2, ignore_eos=True, do_sample=True, temperature=1.0, top_p=0.9)


def end(client):
    """Its call is bounded: the server says yes though requests still run, and then ends nothing."""
    telling = threading.Thread(target=client.terminate_server, daemon=True)
    telling.start()
    telling.join(TERMINATE_SECONDS)
    deadline = time.monotonic() + LEAVE_SECONDS
    while children_left() and time.monotonic() < deadline:
        time.sleep(0.1)


def run(config, stop):
    status = {"state": "loading"}
    offer_status(config["status_port"], status)
    missing = missing_package(config["serve"])
    if missing:
        return fail(missing)
    import deepspeed  # noqa: F401
    import mii

    if numbers(version_of("mii")) < OLDEST_MII:
        wanted = ".".join(str(part) for part in OLDEST_MII)
        return fail(f"DeepSpeed-MII {version_of('mii')} is too old, {wanted} is needed: pip install -U deepspeed-mii")
    client = mii.serve(config["model"], **config["serve"])
    warm_up(client, config["replicas"])
    status["versions"] = {name: version_of(name) for name in ("mii", "deepspeed", "torch", "transformers")}
    status["state"] = "ready"
    while not stop.wait(0.25):
        child = ended_child()
        if child:
            return fail("a process of the deployment (pid %d) ended by itself, exit code %d" % child)
    end(client)
    return 0


def main():
    config = json.loads(sys.argv[1])
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    # MII leaves a script in its cache, by the deployment's name: another run's must not be found there.
    cache = os.path.join(tempfile.gettempdir(), f"servemark-mii-{os.getuid()}-{config['status_port']}")
    os.environ.setdefault("MII_CACHE_PATH", cache)
    # MII starts `deepspeed` and `python` by name: they are to be this environment's.
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])
    try:
        return run(config, stop)
    except Exception as error:
        return fail(f"{type(error).__name__}: {error}")
    finally:
        shutil.rmtree(cache, ignore_errors=True)
        sys.stdout.flush()


if __name__ == "__main__":
    # Threads of the libraries would keep the process.
    os._exit(main())
