"""The test cluster with its templates, kept in the cache for the next checkout: a
template's name says what is in it, so one that was made elsewhere serves as well."""

import json
import re
import shutil
import subprocess

from .common import CACHE, STATE, copy_tree, lock, step

BUSY = "copying the prepared databases"
#: Which folder of the cluster each database is.
FOLDERS = "folders.json"


def keep(databases):
    """Copy the cluster, the files of its templates and the notes on them into the
    cache, in the place of what was there."""
    step("Keeping the prepared databases for the next checkout")
    place = _place(databases.cluster)
    new = place.with_name(f"{place.name}.new")
    with lock(CACHE / "databases.lock", BUSY):
        shutil.rmtree(new, ignore_errors=True)
        (new / "notes").mkdir(parents=True)
        databases.cluster.copy_to(new / "pg")
        (new / FOLDERS).write_text(json.dumps(_folders(databases)))
        copy_tree(databases.data_dir / "filestore", new / "filestore")
        for note in databases.notes():
            shutil.copy2(note, new / "notes" / databases.name_of(note))
        shutil.rmtree(place, ignore_errors=True)
        new.rename(place)


def restore(cluster, folder, only=None):
    """Fill a new cluster's folder with what was kept; False where nothing was.

    only: the databases that are wanted; of the others a name is left, to be dropped.
    """
    place = _place(cluster)
    with lock(CACHE / "databases.lock", BUSY):
        if not place.is_dir():
            return False
        step("Copying the databases that another checkout prepared")
        _copy(place / "pg", folder, {"base"})
        _copy(place / "pg" / "base", folder / "base", _unwanted(place, only))
        cluster.own_tree(folder)
        filestore = STATE / f"data-{cluster.name}" / "filestore"
        shutil.rmtree(filestore, ignore_errors=True)
        for files in (place / "filestore").iterdir():
            if only is None or files.name in only:
                copy_tree(files, filestore / files.name)
        (STATE / "templates").mkdir(parents=True, exist_ok=True)
        for note in (place / "notes").iterdir():
            if only is None or note.name in only:
                shutil.copy2(note, STATE / "templates" / f"{cluster.name}-{note.name}")
    return True


def has(cluster, names):
    """Are these databases among what was kept?"""
    return all((_place(cluster) / "notes" / name).exists() for name in names)


def _copy(source, target, left_out):
    target.mkdir(mode=0o700)
    for path in source.iterdir():
        if path.name not in left_out:
            copy_tree(path, target / path.name)


def _unwanted(place, only):
    """The folders of databases that nobody asks for, where that is known."""
    if only is None or not (place / FOLDERS).exists():
        return ()
    folders = json.loads((place / FOLDERS).read_text())
    return {folder for name, folder in folders.items() if name not in only}


def _folders(databases):
    """{name: folder} of each database but PostgreSQL's own."""
    with databases.connect() as cursor:
        cursor.execute(
            "SELECT datname, oid::text FROM pg_database"
            " WHERE NOT datistemplate AND datname <> 'postgres'"
        )
        return dict(cursor.fetchall())


def _place(cluster):
    """One folder for each version of PostgreSQL: another cannot read the files."""
    version = subprocess.run(
        [cluster.program("postgres"), "--version"], capture_output=True, text=True
    ).stdout
    return CACHE / "databases" / re.search(r"[0-9.]+", version).group()
