"""A real RTMP server: nginx with its rtmp module, on loopback, which keeps what it receives."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

_MODULE = "/usr/lib/nginx/modules/ngx_rtmp_module.so"
_CONFIG = """
load_module {module};
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log warn;
events {{ worker_connections 64; }}
rtmp {{ server {{ listen 127.0.0.1:{port}; application live {{
  live on; record all; record_path {folder}/received; record_suffix -%s.flv;
}} }} }}
"""


class NginxRtmp:
    """Start it, kill it, start it again; each connection leaves an FLV."""

    def __init__(self, folder: Path) -> None:
        """Raises `RuntimeError` with what to install."""
        if shutil.which("nginx") is None or not Path(_MODULE).exists():
            raise RuntimeError("nginx is missing: apt-get install nginx-light libnginx-mod-rtmp")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._folder = folder
        (folder / "received").mkdir(parents=True)
        for part in (folder, folder / "received"):
            part.chmod(0o777)  # nginx gives up being root
        config = _CONFIG.format(module=_MODULE, folder=folder, port=self.port)
        (folder / "nginx.conf").write_text(config)

    def start(self) -> None:
        """Run, and wait until it listens."""
        command = ["nginx", "-c", str(self._folder / "nginx.conf")]
        self._process = subprocess.Popen([*command, "-e", str(self._folder / "error.log")])
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)

    def kill(self) -> None:
        """End it without a goodbye."""
        self._process.kill()
        self._process.wait()

    def received(self) -> list[Path]:
        """What each connection brought, oldest first."""
        return sorted((self._folder / "received").iterdir(), key=lambda path: path.stat().st_mtime)
