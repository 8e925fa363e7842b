"""A process that dies while it starts, or just before it is told something, costs the run nothing.

pytest-xdist replaces a worker that dies at work; it gives up the whole run where one dies before it has reported, or
where it tells something to one whose death it has not heard of yet.
"""

from functools import partial, wraps
from typing import Any

import pytest

STARTS = 5  # how often a worker is started anew before the run is given up


def start_again(config: pytest.Config) -> None:
    """Let a worker that dies while it starts be started anew; the last failure is the run's."""
    manager = config.pluginmanager.getplugin("dsession").nodemanager
    once = manager.setup_node

    @wraps(once)
    def setup_node(spec: Any, putevent: Any) -> Any:
        for _ in range(STARTS - 1):
            try:
                return once(spec, putevent)
            except (AssertionError, EOFError, OSError):
                spec.id = None
                manager.group.allocate_id(spec)
        return once(spec, putevent)

    manager.setup_node = setup_node


def tell_the_living(node: Any) -> None:
    """Let what is told to a worker that has just died be lost: its cases go to another once its death is heard."""
    node.sendcommand = partial(_send, node.sendcommand)


def _send(send: Any, name: str, **told: Any) -> None:
    """Send; to nobody, where nobody is left."""
    try:
        send(name, **told)
    except OSError:
        return
