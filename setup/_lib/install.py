"""From a fresh machine to a virtual environment in which `import odoo` works.

What is downloaded goes into one cache that all checkouts share. Each part is made
in a temporary place and renamed when it is whole, so that an interrupted run is
continued by the next one.
"""

import contextlib
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .common import CACHE, SETUP, SetupError, have_root, lock, run, say, step

ODOO_VERSION = "19.0"
# Debian packages: name, version, suite, SHA256. Odoo comes from unstable; what its
# package links to comes from Debian 12, whose fonts have the names Odoo asks for.
PACKAGES = (
    (
        "odoo-19",
        "19.0.0+dfsg-1",
        "sid",
        "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf",
    ),
    (
        "fonts-font-awesome",
        "5.0.10+really4.7.0~dfsg-4.1",
        "bookworm",
        "5f09e1adce26d59628a239c538882d53e58978b958233864fc617be9a510018e",
    ),
    (
        "fonts-inconsolata",
        "001.010-6",
        "bookworm",
        "bb5015c631cd47aa7d9d6e0ecd101f0e1234300f935e7719ea32ed9b640f0ac4",
    ),
    (
        "fonts-ocr-b",
        "0.3~dfsg1-1",
        "bookworm",
        "56e6a6bfe5d77bbb4f0a6964ce1f8ed3679d7c1a138064bcaf6cc3480c3628f3",
    ),
    (
        "fonts-roboto-unhinted",
        "2:0~20170802-3",
        "bookworm",
        "f89cf7d8a589489daecf750031ec50456ab3e648d49ff544f0f08753268fbd91",
    ),
    (
        "libjs-jquery",
        "3.6.1+dfsg+~3.5.14-1",
        "bookworm",
        "a58c9ff6afe96c769cb6535754c909410760e4efa1e1540236194e489adcfb25",
    ),
    (
        "libjs-jquery-form",
        "12-4",
        "bookworm",
        "fbfeedcd3eaf519b3cdcc88e93a1c79f6775da71657bac763f1430fe66e8a1da",
    ),
    (
        "libjs-underscore",
        "1.13.4~dfsg+~1.11.4-3",
        "bookworm",
        "4a0fbc90e7f62ea50c4ac7453352721fa60bb5eac87e9f39a027908faff29015",
    ),
)
# What Odoo's auth_ldap speaks with; no index has a wheel of it, and Debian's is made
# for one Python. The second are a directory for the tests.
LDAP = (
    (
        "python3-ldap",
        "3.4.3-2+deb12u1",
        "bookworm",
        "64e1d42e00fdc90db15b8f7dc1a5625efd8c04e6eef79555df0300b70f1125df",
    ),
)
LDAP_PYTHON = (3, 11)
SLAPD = (
    (
        "slapd",
        "2.5.13+dfsg-5",
        "bookworm",
        "5f2dba895d6bc80bb8cd2f4fbb58927431bb2217efa99d07811dc685a60cbcfd",
    ),
    (
        "libltdl7",
        "2.4.7-7~deb12u1",
        "bookworm",
        "8070b550321d4bd1c298f52f75374898d39112b709026d2ea5362ef1277b775a",
    ),
    (
        "libwrap0",
        "7.6.q-32",
        "bookworm",
        "cbce2669a3ba4d74cfdc52b14f38014893e23d85a33d109a3422c342eefc55f8",
    ),
)
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
LOCK_FILE = SETUP / "requirements.lock"
# The browser without windows starts in less than half the time.
WINDOWLESS = "chromium-headless-shell"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# The system programs, the Debian package of each, and whether only tests need it.
PROGRAMS = (
    (("wkhtmltopdf",), "wkhtmltopdf", False),
    (("fc-list",), "fontconfig fonts-dejavu-core", False),
    (CHROMIUM, "chromium", True),
)


def digest(*parts):
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]


# -- Odoo -----------------------------------------------------------------------


def odoo_key():
    """What tells one Odoo from another."""
    source = os.environ.get("ODOO_SOURCE")
    if not source:
        return digest(*(package[3] for package in PACKAGES))
    release = _source_path(source) / "odoo" / "release.py"
    head = subprocess.run(
        ["git", "-C", source, "rev-parse", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return digest(Path(source).resolve(), release.read_text(), head)


def _source_path(source):
    path = Path(source).expanduser().resolve()
    release = path / "odoo" / "release.py"
    if not release.is_file():
        raise SetupError(
            f"ODOO_SOURCE names {source}, which holds no odoo/release.py; let it name "
            f"a source tree of Odoo {ODOO_VERSION} or unset it."
        )
    values = {}
    exec(release.read_text(), values)  # Odoo's own file, as Odoo's setup.py reads it
    if tuple(values["version_info"][:2]) != (19, 0):
        raise SetupError(
            f"ODOO_SOURCE names an Odoo {values['version']}; check out its branch "
            f"{ODOO_VERSION} or unset the variable."
        )
    return path


def install_odoo():
    """Return the folder to put on Python's path so that `odoo` is found."""
    if os.environ.get("ODOO_SOURCE"):
        return _source_path(os.environ["ODOO_SOURCE"])
    prefix = _unpacked("odoo", PACKAGES, 1600, _repair)
    return prefix / "usr/lib/python3/dist-packages"


def install_ldap():
    """Return the folder in which `ldap` is found; or None where it cannot be had: one
    module is left out then, and all others work."""
    if sys.version_info[:2] != LDAP_PYTHON or not shutil.which("dpkg-deb"):
        return None
    try:
        prefix = _unpacked("ldap", LDAP, 10)
    except SetupError as error:
        say(f"Signing in by LDAP is left out here: {error}")
        return None
    return prefix / "usr/lib/python3/dist-packages"


def install_slapd():
    """Return where the directory server of the tests was unpacked."""
    return _unpacked("slapd", SLAPD, 20)


def _place(title, packages):
    return CACHE / title / digest(*(package[3] for package in packages))


def _unpacked(title, packages, megabytes, repair=None):
    """Return the folder that holds what these Debian packages install."""
    prefix = _place(title, packages)
    if prefix.is_dir():
        return prefix
    for tool in ("apt-get", "dpkg-deb"):
        if not shutil.which(tool):
            raise SetupError(
                f"{tool} is missing, so Odoo cannot be fetched here; get a source tree "
                f"of Odoo {ODOO_VERSION} and set ODOO_SOURCE to its folder."
            )
    debs = _download_debs(packages)
    step(f"Unpacking {packages[0][0]} {packages[0][1]}")
    _need_space(CACHE, megabytes)
    unpacked = prefix.with_name(f".{prefix.name}.new")
    shutil.rmtree(unpacked, ignore_errors=True)
    unpacked.mkdir(parents=True)
    try:
        for deb in debs:
            run(
                ["dpkg-deb", "-x", deb, unpacked],
                f"{deb} could not be unpacked; delete it and run the command again",
                log=CACHE / "unpack.log",
            )
        if repair:
            repair(unpacked)
        unpacked.rename(prefix)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    return prefix


def _repair(prefix):
    """Debian leaves out a library whose absence is an error in every browser test;
    links out of the prefix must stay inside it."""
    addons = prefix / "usr/lib/python3/dist-packages/odoo/addons"
    library = addons / "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    library.parent.mkdir(parents=True, exist_ok=True)
    if not library.exists():
        library.write_text("// Blurring the background of a video call: left out.\n")
    for link in addons.rglob("*"):
        if not link.is_symlink():
            continue
        target = os.readlink(link)
        if target.startswith("/") and (prefix / target[1:]).exists():
            link.unlink()
            link.symlink_to(os.path.relpath(prefix / target[1:], link.parent))


def _need_space(place, megabytes):
    place.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(place).free // 2**20
    if free < megabytes:
        raise SetupError(
            f"{place} has {free} MB left and {megabytes} MB are needed; free some "
            "space or set XDG_CACHE_HOME to a folder on another disk."
        )


def checksum(path):
    value = hashlib.sha256()
    with open(path, "rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            value.update(block)
    return value.hexdigest()


def _download_debs(packages):
    """Fetch the packages through a private apt state: the system's is not touched."""
    folder = CACHE / "debs"
    wanted = {name: folder / f"{sha}.deb" for name, _, _, sha in packages}
    missing = [package for package in packages if not wanted[package[0]].exists()]
    if not missing:
        return list(wanted.values())
    _need_space(CACHE, 500)
    if not os.path.exists(KEYRING):
        raise SetupError(
            "Debian's signing keys are missing; install debian-archive-keyring, or set "
            f"ODOO_SOURCE to a source tree of Odoo {ODOO_VERSION}."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for left in CACHE.glob("apt-*"):  # by a run that was killed
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="apt-", dir=CACHE) as state:
        options = _apt_options(Path(state), packages)
        network = (
            "the package mirror could not be reached; check the network and the "
            "mirror in /etc/apt, then run the same command again"
        )
        step("Reading the list of Debian packages")
        run(["apt-get", *options, "update"], network, log=CACHE / "apt-update.log")
        for number, (name, version, _suite, sha) in enumerate(missing, 1):
            step(f"Downloading {name} ({number} of {len(missing)})")
            run(
                ["apt-get", *options, "download", f"{name}={version}"],
                f"{name} {version} could not be downloaded; check the network, or set "
                f"ODOO_SOURCE to a source tree of Odoo {ODOO_VERSION}",
                cwd=state,
                log=CACHE / "apt-download.log",
            )
            (deb,) = Path(state).glob(f"{name}_*.deb")
            if checksum(deb) != sha:
                raise SetupError(
                    f"{name} {version} does not have the checksum written in "
                    "setup/_lib/install.py; do not use it, and try another mirror."
                )
            shutil.move(deb, wanted[name])
    return list(wanted.values())


def _apt_options(state, packages):
    mirrors = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    mirrors = [uri for uri in mirrors if uri.rstrip("/").endswith("/debian")]
    if not mirrors:
        raise SetupError(
            "apt names no Debian mirror on this machine; run it on Debian, or set "
            f"ODOO_SOURCE to a source tree of Odoo {ODOO_VERSION}."
        )
    for part in ("lists/partial", "cache/archives/partial"):
        (state / part).mkdir(parents=True)
    (state / "status").touch()
    suites = sorted({package[2] for package in packages})
    (state / "sources.list").write_text(
        "".join(f"deb [signed-by={KEYRING}] {mirrors[0]} {s} main\n" for s in suites)
    )
    options = {
        "Dir::Etc::SourceList": state / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": state / "lists",
        "Dir::State::status": state / "status",
        "Dir::Cache": state / "cache",
        "APT::Update::Error-Mode": "any",
        "Acquire::Languages": "none",
        # A mirror may be some days behind: what is fetched has its checksum above.
        "Acquire::Check-Valid-Until": "false",
        "APT::Sandbox::User": "root" if have_root() else "",
    }
    return [part for key, value in options.items() for part in ("-o", f"{key}={value}")]


# -- Python ---------------------------------------------------------------------


def _system_python():
    """The system's own Python, where it can make environments; or None. Debian's is
    compiled for speed: one that was compiled by hand took a third longer."""
    path = Path("/usr/bin/python3").resolve()
    version = re.fullmatch(r"python3\.(\d+)", path.name)
    whole = Path(f"/usr/lib/{path.name}/ensurepip/__init__.py").exists()
    return path if version and int(version[1]) >= 10 and whole else None


def environment():
    """The virtual environment's folder: one per lock file, Odoo and Python."""
    python = _system_python() or f"{sys.version_info[0]}.{sys.version_info[1]}"
    ldap = LDAP[0][3]
    return CACHE / "venv" / digest(LOCK_FILE.read_text(), odoo_key(), ldap, python)


def in_environment():
    return Path(sys.prefix).resolve() == environment().resolve()


def install_python():
    """Make the virtual environment with the locked packages and Odoo in it."""
    folder = environment()
    done = folder / "complete"
    if done.exists():
        return folder
    odoo = install_odoo()
    _need_space(CACHE, 900)
    shutil.rmtree(folder, ignore_errors=True)
    step("Making the Python environment")
    # A Python that is in an environment itself knows the one that it was made with.
    python = _system_python() or sys._base_executable
    run(
        [python, "-m", "venv", folder],
        "Python's venv module does not work; install python3-venv, then run the same "
        "command again",
        log=CACHE / "venv.log",
    )
    step("Installing the Python packages of setup/requirements.lock")
    run(
        [folder / "bin/python", "-m", "pip", "install", "--no-deps"]
        + ["--require-hashes", "--no-input", "--disable-pip-version-check"]
        + ["-r", LOCK_FILE],
        "the Python packages could not be installed; check the network and the "
        "space on the disk, then run the same command again",
        log=CACHE / "pip.log",
        show=r"^((?:Collecting|Installing) [^ ]+)",
    )
    site = Path(glob.glob(str(folder / "lib/python3*/site-packages"))[0])
    places = [odoo, install_ldap()]
    (site / "odoo-server.pth").write_text("".join(f"{p}\n" for p in places if p))
    egg = site / f"odoo-{ODOO_VERSION}.egg-info"
    egg.mkdir(exist_ok=True)
    (egg / "PKG-INFO").write_text(
        f"Metadata-Version: 2.1\nName: odoo\nVersion: {ODOO_VERSION}\n"
    )
    done.touch()
    return folder


# -- programs of the system -----------------------------------------------------


def postgres_bin(program="initdb"):
    """The folder of PostgreSQL's programs, newest version first; or None. A machine
    that uses another's server has `pg_dump` and no `initdb`."""
    found = sorted(
        glob.glob(f"/usr/lib/postgresql/*/bin/{program}"),
        key=lambda path: int(Path(path).parts[4].split(".")[0]),
    )
    on_path = shutil.which(program)
    if found:
        return Path(found[-1]).parent
    return Path(on_path).resolve().parent if on_path else None


def external_postgres():
    """Does the caller name a server? Not if a command of ours did, for its child."""
    host = os.environ.get("PGHOST")
    if host and host == os.environ.get("SETUP_PGHOST"):
        return False
    return any(os.environ.get(name) for name in ("PGHOST", "PGPORT", "PGSERVICE"))


def install_programs(for_tests):
    missing = [
        package
        for programs, package, tests_only in PROGRAMS
        if (for_tests or not tests_only) and not any(map(shutil.which, programs))
    ]
    if not postgres_bin() and not external_postgres():
        missing.append("postgresql")
    install_packages(missing)
    if for_tests and not shutil.which(WINDOWLESS) and _offered(WINDOWLESS):
        with contextlib.suppress(SetupError):  # the browser with windows serves too
            install_packages(["chromium", WINDOWLESS])


def _offered(package):
    """Whether this Debian has a package of that name."""
    if not shutil.which("apt-cache"):
        return False
    asked = ["apt-cache", "show", package]
    return not subprocess.run(asked, capture_output=True, check=False).returncode


def browser_program():
    """The browser that tests and pictures use."""
    return next(filter(None, map(shutil.which, (WINDOWLESS, *CHROMIUM))))


def install_packages(missing):
    """Install Debian packages by name, where there are any to install."""
    if not missing:
        return
    names = " ".join(missing)
    if not shutil.which("apt-get"):
        raise SetupError(
            f"{names} is missing and there is no apt-get here; install it, or for "
            "PostgreSQL set PGHOST and PGPORT to a server, and run the command again."
        )
    prefix = _root_prefix(names)
    if "postgresql" in missing:
        _no_system_cluster(prefix)
    install = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "UCF_FORCE_CONFFOLD=1"]
    install += ["apt-get", "install", "-y", "--no-install-recommends", *names.split()]
    step(f"Installing {names} with apt-get")
    log = CACHE / "apt-install.log"
    error = f"apt-get could not install {names}; check the network and run it by hand"
    try:
        run([*prefix, "apt-get", "update"], error, log=CACHE / "apt-index.log")
    except SetupError:
        step("The package lists could not be renewed; trying with the old ones")
    run(install, error, log=log, show=r"^((?:Get:|Unpacking |Setting up ).*)")


def _root_prefix(names):
    if have_root():
        return []
    sudo = shutil.which("sudo")
    if (
        sudo
        and not subprocess.run([sudo, "-n", "true"], capture_output=True).returncode
    ):
        return [sudo, "-n"]
    if sudo and sys.stdin.isatty():
        return [sudo]
    hint = ", or set PGHOST and PGPORT to a server" if "postgresql" in names else ""
    raise SetupError(
        f"{names} is missing and this user may not install it; ask an administrator "
        f"for `apt-get install {names}`{hint}."
    )


def _no_system_cluster(prefix):
    """Debian's package would make a cluster and start it: this keeps it from that."""
    target = Path("/etc/postgresql-common/createcluster.conf")
    if not target.exists():
        script = f"mkdir -p {target.parent} && echo create_main_cluster=false >{target}"
        run(
            [*prefix, "sh", "-c", script],
            f"{target} could not be written; run the command as root",
            log=CACHE / "cluster.log",
        )


# -- all of it ------------------------------------------------------------------


def ensure(for_tests=False):
    """Install what is missing, then go on in the virtual environment."""
    if in_environment():
        return
    with lock(CACHE / "install.lock", "installing into the same cache"):
        install_programs(for_tests)
        folder = install_python()
        if for_tests and _place("ldap", LDAP).is_dir():
            with contextlib.suppress(SetupError):  # the tests that need it say so
                install_slapd()
    python = str(folder / "bin/python")
    sys.stdout.flush()
    os.execv(python, [python, *sys.argv])
