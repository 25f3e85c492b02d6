"""A JupyterLab of our own, on loopback, that touches nothing of the user's."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 90  # seconds until it must answer


@contextmanager
def serve(folder):
    """Serve the notebooks in `folder` / "notebooks"; yield the address."""
    (folder / "notebooks").mkdir()
    settle(folder / "home")
    port = free_port()
    with (folder / "lab.log").open("w") as log:
        process = subprocess.Popen(
            command(folder / "notebooks", port),
            env=environment(folder / "home"),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process, folder / "lab.log")
        yield address
    finally:
        process.terminate()  # it ends its kernels, too
        process.wait(30)


def command(notebooks, port):
    options = [
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={notebooks}",
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        "--LabApp.extension_manager=readonly",
        "--LabApp.expose_app_in_browser=True",  # window.jupyterapp, for the tests
    ]
    return [sys.executable, "-m", "jupyterlab", *options]


def environment(home):
    folders = {
        "HOME": "",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "run",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    own = {name: str(home / folder) for name, folder in folders.items()}
    return {**os.environ, **own, "PYTHONPATH": str(ROOT)}


def settle(home):
    """Decline the news, which would cover the page and ask the network."""
    settings = home / "settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    declined = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(declined))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address, process, log):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api/status", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()}")
