"""What Sentry is told of a failure: where and what kind, never whose (R78).

OCA's `sentry` sends the text of an error, the values of local variables, the request
and the lines of the log before it; each may hold a child's name. An event is made anew
from what is known to be code, whatever else a later version adds to it.
"""

import logging
import re

import sentry_sdk

from odoo.addons.remediation_base.tools import log_filter
from odoo.addons.sentry import hooks

_logger = logging.getLogger(__name__)

#: What of an event, of an error and of a frame is code or chosen by the administrator.
EVENT = frozenset(
    {
        "event_id",
        "timestamp",
        "level",
        "platform",
        "logger",
        "release",
        "environment",
        "server_name",
        "dist",
        "sdk",
        "transaction_info",
    }
)
ERROR = frozenset({"type", "module", "mechanism"})
MECHANISM = frozenset({"type", "handled", "exception_id", "parent_id"})
FRAME = frozenset(
    {
        "filename",
        "abs_path",
        "function",
        "module",
        "lineno",
        "in_app",
        "context_line",
        "pre_context",
        "post_context",
    }
)
_QUERY = re.compile(r"[?#].*")


def cut(event, hint):
    """The event as it may leave this machine."""
    kept = _only(event, EVENT)
    kinds = dict(_kinds(hint))
    values = (event.get("exception") or {}).get("values") or []
    if values:
        kept["exception"] = {"values": [_error(value, kinds) for value in values]}
    record = hint.get("log_record")
    if record is not None:
        # The words of the program alone: what they were filled with is not sent.
        template = record.msg if record.args else f"{record.module}:{record.lineno}"
        kept["logentry"] = {"message": str(template)}
    request = event.get("request") or {}
    if request:
        kept["request"] = {
            "method": request.get("method"),
            "url": _QUERY.sub("", request.get("url") or ""),
        }
    if (event.get("user") or {}).get("id"):
        kept["user"] = {"id": event["user"]["id"]}
    database = (event.get("tags") or {}).get("database")
    if database:
        kept["tags"] = {"database": database}
    return kept


def _only(values, names):
    return {name: value for name, value in values.items() if name in names}


def _kinds(hint):
    """Kinds of an error and of those before it, by the names of their classes."""
    error = (hint.get("exc_info") or (None, None, None))[1]
    seen = []
    while error is not None and error not in seen:
        seen.append(error)
        yield type(error).__name__, log_filter.kind(error)
        error = error.__cause__ or error.__context__


def _error(value, kinds):
    kept = _only(value, ERROR)
    kept["value"] = kinds.get(value.get("type"), "")
    if "mechanism" in kept:
        kept["mechanism"] = _only(kept["mechanism"] or {}, MECHANISM)
    frames = (value.get("stacktrace") or {}).get("frames") or []
    kept["stacktrace"] = {"frames": [_only(frame, FRAME) for frame in frames]}
    return kept


def before_send(event, hint):
    """OCA's own choice of what is no error, then the cut."""
    event = _before_send(event, hint)
    if event is None:
        return None
    try:
        return cut(event, hint)
    except Exception:  # noqa: BLE001 - an event that cannot be cut is not sent
        _logger.warning("an event for Sentry could not be cut and was not sent")
        return None


_before_send = hooks.before_send


def install():
    """Cut whatever a client of Sentry sends, one that runs already too."""
    hooks.before_send = before_send
    client = sentry_sdk.get_client()
    if client.is_active():
        client.options.update(
            before_send=before_send,
            # How long pages take is measured by /metrics; these would hold addresses.
            before_send_transaction=lambda event, hint: None,
            include_local_variables=False,
            send_default_pii=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
        )
