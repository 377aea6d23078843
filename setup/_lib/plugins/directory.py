"""A directory for tests: OpenLDAP's server, on this machine alone."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import ldap
from _lib.install import install_slapd

BASE = "dc=house"
ROOT = f"cn=root,{BASE}"
CONFIGURATION = """
include {etc}/ldap/schema/core.schema
include {etc}/ldap/schema/cosine.schema
include {etc}/ldap/schema/inetorgperson.schema
modulepath {usr}/lib/ldap
moduleload back_mdb.so
moduleload memberof.so
pidfile {folder}/pid
database mdb
maxsize 16777216
suffix "{base}"
rootdn "{root}"
rootpw {password}
directory {folder}
overlay memberof
memberof-group-oc groupOfNames
"""


class Directory:
    """People and groups in a directory; ``port`` is where it listens."""

    password = "written for these tests"

    def __init__(self, port):
        self.port = port
        self.folder = Path(tempfile.mkdtemp(prefix="remediation-directory-"))
        place = install_slapd()
        file = self.folder / "slapd.conf"
        file.write_text(
            CONFIGURATION.format(
                etc=place / "etc",
                usr=place / "usr",
                folder=self.folder,
                base=BASE,
                root=ROOT,
                password=f'"{self.password}"',
            )
        )
        libraries = [place / "usr/lib/x86_64-linux-gnu", place / "lib/x86_64-linux-gnu"]
        self.process = subprocess.Popen(
            [place / "usr/sbin/slapd", "-d", "0", "-f", file]
            + ["-h", f"ldap://127.0.0.1:{port}"],
            env={**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries))},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._connection = self._connected()
        self.add(BASE, "dcObject organization", dc="house", o="House")

    def _connected(self):
        until = time.monotonic() + 30
        while True:
            connection = ldap.initialize(f"ldap://127.0.0.1:{self.port}")
            try:
                connection.simple_bind_s(ROOT, self.password)
                return connection
            except ldap.SERVER_DOWN:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.1)

    def add(self, name, classes, **attributes):
        """Write an entry; ``classes`` are words, attributes texts."""
        values = [(key, [value.encode()]) for key, value in attributes.items()]
        classes = [one.encode() for one in classes.split()]
        self._connection.add_s(name, [("objectClass", classes), *values])

    def person(self, uid, password):
        """Write a person; return the distinguished name."""
        name = f"uid={uid},{BASE}"
        self.add(name, "inetOrgPerson", uid=uid, cn=uid, sn=uid, userPassword=password)
        return name

    def group(self, cn, *members):
        """Write a group of people that are there; return the distinguished name."""
        name = f"cn={cn},{BASE}"
        self.add(name, "groupOfNames", cn=cn, member=members[0])
        for member in members[1:]:
            change = [(ldap.MOD_ADD, "member", [member.encode()])]
            self._connection.modify_s(name, change)
        return name

    def leave(self, group, member):
        """Take a person out of a group that has others."""
        change = [(ldap.MOD_DELETE, "member", [member.encode()])]
        self._connection.modify_s(group, change)

    def stop(self):
        """End the server that was started here."""
        self.process.terminate()
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)
