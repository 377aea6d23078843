"""The test cluster with its templates, kept in the cache for the next checkout: a
template's name says what is in it, so one that was made elsewhere serves as well."""

import re
import shutil
import subprocess

from .common import CACHE, STATE, copy_tree, lock, step

BUSY = "copying the prepared databases"


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
        copy_tree(databases.data_dir / "filestore", new / "filestore")
        for note in databases.notes():
            shutil.copy2(note, new / "notes" / databases.name_of(note))
        shutil.rmtree(place, ignore_errors=True)
        new.rename(place)


def restore(cluster, folder):
    """Fill a new cluster's folder with what was kept; False where nothing was."""
    place = _place(cluster)
    with lock(CACHE / "databases.lock", BUSY):
        if not place.is_dir():
            return False
        step("Copying the databases that another checkout prepared")
        copy_tree(place / "pg", folder)
        cluster.own_tree(folder)
        filestore = STATE / f"data-{cluster.name}" / "filestore"
        shutil.rmtree(filestore, ignore_errors=True)
        copy_tree(place / "filestore", filestore)
        (STATE / "templates").mkdir(parents=True, exist_ok=True)
        for note in (place / "notes").iterdir():
            shutil.copy2(note, STATE / "templates" / f"{cluster.name}-{note.name}")
    return True


def _place(cluster):
    """One folder for each version of PostgreSQL: another cannot read the files."""
    version = subprocess.run(
        [cluster.program("postgres"), "--version"], capture_output=True, text=True
    ).stdout
    return CACHE / "databases" / re.search(r"[0-9.]+", version).group()
