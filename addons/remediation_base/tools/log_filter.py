"""What the server's log says of a failure: where and what kind, never whose (R78).

Odoo logs a failed statement whole, PostgreSQL's answer repeats the row ("Failing row
contains …"), and Python's errors quote what was typed. Each record of the log is cut
when it is made, whatever handler writes it: statements to their verb and table, errors
to their kind, sign-ins to the address. Frames of a traceback stay: they are code.
"""

import ipaddress
import logging
import re
import traceback

import psycopg2

#: Their texts name code, not data.
PLAIN_ERRORS = (AttributeError, ImportError, NameError, NotImplementedError)
#: Loggers of core whose lines carry what a person typed to sign in.
SIGN_IN_LOGGERS = re.compile(
    r"odoo\.addons\.(base\.models\.res_users|auth_|base\.models\.res_device|web\.)"
    r"|odoo\.service\.(common|security)"
)
#: Pages for people who give no name: the log keeps no address of theirs.
ANONYMOUS_PAGES = re.compile(r"\s/(report-concern|speak-up)\b")
_STATEMENT = re.compile(
    r"\s*(?:/\*.*?\*/\s*)?(\w+)\b(?:.*?\b(?:INTO|FROM|UPDATE|TABLE)\s+\"?(\w+))?",
    re.DOTALL | re.IGNORECASE,
)
_QUERY = re.compile(r"\?[^\s\"]*")
_ADDRESS_FIRST = re.compile(r"^\S+")


def statement(query: str | bytes) -> str:
    """The verb and the first table of a statement."""
    text = query.decode("utf-8", "replace") if isinstance(query, bytes) else str(query)
    found = _STATEMENT.match(text[:2000])
    verb, table = found.groups() if found else ("", None)
    if verb.upper() == "UPDATE" and not table:
        table = (re.match(r'\s*UPDATE\s+"?(\w+)', text, re.I) or [None, None])[1]
    return f"{verb.upper()} {table or ''} (cut)".replace("  ", " ")


def kind(error: BaseException) -> str:
    """The kind of an error, without the values in its text."""
    name = type(error).__name__
    if isinstance(error, psycopg2.Error):
        diag = error.diag
        told = [error.pgcode, diag.table_name, diag.column_name, diag.constraint_name]
        return f"{name} ({', '.join(part for part in told if part)})"
    if isinstance(error, PLAIN_ERRORS):
        return f"{name}: {error}"
    return name


def failure(error: BaseException, seen: tuple = ()) -> str:
    """A traceback whose last line is the kind of the error."""
    lines = []
    earlier = error.__cause__ or (
        None if error.__suppress_context__ else error.__context__
    )
    if earlier is not None and earlier not in seen:
        lines += [failure(earlier, (*seen, error)), "", "and then:", ""]
    lines.append("Traceback (most recent call last):")
    lines += [line.rstrip() for line in traceback.format_tb(error.__traceback__)]
    lines.append(kind(error))
    return "\n".join(lines)


def cut(record):
    """Take from a record of the log what it must not say."""
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text = failure(record.exc_info[1])
    if isinstance(record.msg, BaseException):
        record.msg, record.args = kind(record.msg), ()
    args = record.args
    if record.name == "odoo.sql_db" and "query" in str(record.msg) and args:
        args = tuple(
            arg if isinstance(arg, (BaseException, int, float)) else statement(arg)
            for arg in (args if isinstance(args, tuple) else (args,))
        )
    if record.name == "werkzeug":
        record.msg, args = _request_line(record.getMessage()), ()
    if isinstance(args, tuple):
        signing_in = SIGN_IN_LOGGERS.match(record.name)
        args = tuple(
            kind(arg)
            if isinstance(arg, BaseException)
            else "-"
            if signing_in and isinstance(arg, str) and not _is_address(arg)
            else arg
            for arg in args
        )
    record.args = args
    return record


def _request_line(text):
    """A line of the access log: no question after the address of a page, and no
    address of somebody who reports without a name."""
    if ANONYMOUS_PAGES.search(text):
        text = _ADDRESS_FIRST.sub("-", text, count=1)
    return _QUERY.sub("", text)


def _is_address(text):
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def install() -> None:
    """Let every record of the log pass :func:`cut`; once per process."""
    make = logging.getLogRecordFactory()
    if getattr(make, "cuts_names", False):
        return

    def make_and_cut(*args, **kwargs):
        record = make(*args, **kwargs)
        try:
            return cut(record)
        except Exception:  # noqa: BLE001
            # A log that fails must not take the request with it, nor say more.
            record.msg, record.args = "a line that could not be cut", ()
            record.exc_info = record.exc_text = None
            return record

    make_and_cut.cuts_names = True
    logging.setLogRecordFactory(make_and_cut)


install()
