"""Attachments that lie in an object store (OCA's fs_attachment): how they come into a
backup, and how a restored database has them without that store."""

import json

#: Run in Odoo, which has the keys of the stores: writes each object into a folder,
#: under the name that Odoo's own filestore would give it. One that is not there, or
#: that the store does not hand out, is left out.
FETCH = """
import hashlib, json, pathlib
folder = pathlib.Path({folder!r})
found = {{}}
for name in json.loads({names!r}):
    store, _code, path = env["ir.attachment"]._fs_parse_store_fname(name)
    try:
        with store.open(path, "rb") as source:
            data = source.read()
    except OSError:
        continue
    key = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    target = folder / key[:2] / key
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(data)
    found[name] = f"{{key[:2]}}/{{key}}"
print("FOUND" + json.dumps(found))
"""


def is_object(stored):
    """Whether an attachment's place is in an object store."""
    return "://" in stored


def fetch(databases, name, stored, folder):
    """Bring objects into a folder.

    :param stored: places of attachments of the database `name`
    :return: {place in the store: path in the folder}, without those that are not there
    """
    script = FETCH.format(folder=str(folder), names=json.dumps(stored))
    said, _complaints = databases.shell(name, script)
    return json.loads(said.partition("FOUND")[2].splitlines()[0])


def bring_home(databases, name, objects):
    """Let a restored database have its objects as files of its own, and keep it from
    the store: that belongs to the server whose backup this is.

    :param objects: what `fetch` returned when the backup was made
    """
    from psycopg2.extras import execute_values

    with databases.connect(name) as cursor:
        execute_values(
            cursor,
            """UPDATE ir_attachment a
                  SET store_fname = o.path, fs_filename = NULL, fs_url = NULL,
                      fs_storage_id = NULL, fs_storage_code = NULL
                 FROM (VALUES %s) o (place, path)
                WHERE a.store_fname = o.place""",
            list(objects.items()),
        )
        cursor.execute(
            "UPDATE fs_storage SET use_as_default_for_attachments = FALSE, "
            "autovacuum_gc = FALSE, options = NULL; DELETE FROM fs_file_gc"
        )
