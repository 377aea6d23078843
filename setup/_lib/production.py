"""setup/install --production: five questions, the files of a site made from deploy/,
its database, a first backup, and a checklist of which every line was tried."""

import json
import os
import pwd
import re
import secrets
import shlex
import string
import sys
import time
from pathlib import Path

from . import backup, checklist, install, serve, server
from .common import CACHE, ROOT, SetupError, say, step
from .postgres import Cluster

DEPLOY = ROOT / "deploy"
SELF = "self"
#: Name of an answer: what is asked.
QUESTIONS = {
    "host": "Under which name do people reach the site (cases.example.org)?",
    "certificate": "Which folder holds its fullchain.pem and privkey.pem? "
    "`self` makes a certificate that browsers warn of.",
    "backup_key": "Which file holds the public key for backups "
    "(setup/backup --make-key makes a pair)?",
    "backup_folder": "Which folder takes the backups? Another disk than this one's.",
    "administrator": "What is the mail address of the administrator?",
}
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9-]+)*")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
#: Megabytes that one worker may need.
WORKER_MB = 640


def add_options(parser):
    parser.add_argument(
        "--production", action="store_true", help="set up a site for real children"
    )
    parser.add_argument(
        "--no-tests", action="store_true", help="only what running a site needs"
    )
    parser.add_argument(
        "--site", type=Path, default=serve.SITE, help="the folder of the site's files"
    )
    parser.add_argument(
        "--answers", type=Path, metavar="FILE", help="JSON with the five answers"
    )
    parser.add_argument("--port", type=int, default=443, help="where HTTPS answers")
    parser.add_argument(
        "--shown-port",
        type=int,
        metavar="PORT",
        help="where people reach HTTPS, when another machine leads from there",
    )
    parser.add_argument("--plain-port", type=int, default=80, help="leads to HTTPS")
    parser.add_argument("--odoo-port", type=int, default=8069, help="inside")
    parser.add_argument("--gevent-port", type=int, default=8072, help="inside")
    parser.add_argument(
        "--web", default="127.0.0.1", metavar="HOST", help="where the workers run"
    )
    parser.add_argument("--workers", type=int, help="how many; else by the machine")
    parser.add_argument(
        "--no-check", action="store_true", help="make everything, start nothing"
    )


def run(options):
    started = time.monotonic()
    answers = _answers(options.answers)
    if not serve.find_nginx():
        install.install_packages(["nginx-light"])
    site = options.site.resolve()
    site.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = options.database or server.DATABASE
    values = _values(options, answers, site, name)
    write_files(site, values)
    with _private(site / serve.RECORD) as file:
        json.dump(values, file, indent=1)
    password = _database(options, name, answers, values)
    try:
        place = _first_backup(options, name, answers)
        say(f"    The first backup is {place}")
        if options.no_check:
            wrong = 0
        else:
            with serve.all_parts(site):
                tried = checklist.tried(values, answers, password, place)
                wrong = checklist.show(tried)
        _say_what_is_left(site, values, answers)
    finally:
        # Whatever went wrong since: it is said once.
        _say_who_signs_in(answers, password)
    say(f"It took {backup.in_words(time.monotonic() - started)}.")
    return 1 if wrong else 0


# -- questions --------------------------------------------------------------------


def _answers(path):
    given = {}
    if path:
        try:
            given = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise SetupError(f"{path} holds no answers in JSON ({error}).") from None
    answers = {}
    for name, question in QUESTIONS.items():
        answer = given.get(name)
        while answer is None:
            if not sys.stdin.isatty():
                raise SetupError(
                    f"nobody is here to answer; write {name} into a JSON file and name "
                    f"it with --answers. {question}"
                )
            said = input(f"{question}\n> ").strip()
            fault = _fault(name, said)
            answer = None if fault else said
            if fault:
                say(fault)
        if fault := _fault(name, answer):
            raise SetupError(fault)
        answers[name] = answer
    return answers


def _fault(name, answer):
    """What is wrong with an answer, in a sentence; None where nothing is."""
    if name == "host" and not HOST.fullmatch(answer):
        return f"{answer!r} is no name of a machine; write it like cases.example.org."
    if name == "administrator" and not ADDRESS.fullmatch(answer):
        return f"{answer!r} is no mail address; write it like anna@example.org."
    if name == "certificate" and answer != SELF:
        for file in ("fullchain.pem", "privkey.pem"):
            if not (Path(answer) / file).is_file():
                return f"{answer} holds no {file}; name another folder, or `self`."
    if name == "backup_key":
        try:
            backup.public_keys(Path(answer))
        except SetupError as error:
            return str(error)
    return None


# -- files ------------------------------------------------------------------------


def _values(options, answers, site, name):
    """What the templates of deploy/ are filled with."""
    certificate = site if answers["certificate"] == SELF else answers["certificate"]
    account = pwd.getpwuid(os.geteuid()).pw_name
    shown = options.shown_port or options.port
    return {
        "account": account,
        "user": "user root;\n" if account == "root" else "",
        "root": str(ROOT),
        "cache": str(CACHE.parent),
        "site": str(site),
        "database": name,
        "host": answers["host"],
        "web": options.web,
        "interface": "127.0.0.1" if options.web == "127.0.0.1" else "0.0.0.0",
        "port": options.port,
        "plain_port": options.plain_port,
        "shown_port": "" if shown == 443 else f":{shown}",
        "odoo_port": options.odoo_port,
        "gevent_port": options.gevent_port,
        "workers": options.workers or _workers(),
        "manager": _locked(),
        "certificate": str(Path(certificate).resolve() / "fullchain.pem"),
        "certificate_key": str(Path(certificate).resolve() / "privkey.pem"),
        "backup_key": str(Path(answers["backup_key"]).resolve()),
        "backup_folder": str(Path(answers["backup_folder"]).resolve()),
    }


def _workers():
    """Twice the cores and one, as far as half of the memory allows; two at least."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return max(2, min(2 * os.cpu_count() + 1, memory // 2 // WORKER_MB))


def _locked():
    """The hash of a password that nobody knows: the manager of databases stays shut."""
    from passlib.context import CryptContext

    context = CryptContext(["pbkdf2_sha512"])
    return context.hash(secrets.token_urlsafe(32)).replace("%", "%%")


def write_files(site, values):
    step(f"Writing the files of the site into {site}")
    (site / "nginx").mkdir(exist_ok=True, mode=0o700)
    if Path(values["certificate"]).parent == site:
        _sign_oneself(site, values["host"])
    texts = {name: str(value) for name, value in values.items()}
    for source in (
        DEPLOY / "odoo.conf",
        DEPLOY / "nginx.conf",
        *(DEPLOY / "systemd").iterdir(),
    ):
        text = string.Template(source.read_text()).substitute(texts)
        with _private(site / source.name) as file:
            file.write(text)


def _private(path):
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(handle, "w")


def _sign_oneself(site, host):
    """A certificate for the host, for a trial or until a real one is there."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    if (site / "fullchain.pem").exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host[:64])])
    now = datetime.datetime.now(datetime.timezone.utc)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    with _private(site / "privkey.pem") as file:
        file.write(
            key.private_bytes(
                pem,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ).decode()
        )
    (site / "fullchain.pem").write_bytes(signed.public_bytes(pem))


# -- the database -----------------------------------------------------------------


def _database(options, name, answers, values):
    """Make the database and its administrator; return the password, once."""
    from .database import Databases

    # In a container it starts beside.
    databases = serve.wait_for(Databases(Cluster("run").start()))
    there = databases.exists(name)
    options.update = options.as_it_is = False
    options.demo, options.lang = "full", None
    server.prepare(databases, name, False, options)
    password = None if there else secrets.token_urlsafe(15)
    script = (
        "import json\n"
        f"said = json.loads({_quoted(values, answers, password)})\n"
        "host, port, login, password = said\n"
        "known = env['ir.config_parameter']\n"
        "known.set_param('web.base.url', f'https://{host}{port}')\n"
        "known.set_param('web.base.url.freeze', 'True')\n"
        "if password:\n"
        "    admin = env.ref('base.user_admin')\n"
        "    admin.write({'login': login, 'email': login, 'password': password})\n"
        "env.cr.commit()\n"
    )
    databases.shell(name, script)
    return password


def _quoted(values, answers, password):
    answer = [values["host"], values["shown_port"], answers["administrator"], password]
    return repr(json.dumps(answer))


def _first_backup(options, name, answers):
    from .database import Databases

    keys = backup.public_keys(Path(answers["backup_key"]))
    return backup.make(
        Databases(Cluster("run")), name, Path(answers["backup_folder"]), keys
    )


def _say_who_signs_in(answers, password):
    if password:
        say(f"{answers['administrator']}  {password}")
        say("    Nobody sees this password again: sign in and choose another.")


def _say_what_is_left(site, values, answers):
    say(f"The site will be https://{values['host']}{values['shown_port']}")
    say("Left to do by hand:")
    if values["account"] == "root":
        say("    [ ] an account of its own: make one, give it this checkout, run this")
        say("        command as that account; a site does not run as root")
    units = " ".join(f"child-remediation@{part}" for part in (*serve.PARTS, "wal"))
    for line in (
        f"cp {shlex.quote(str(site))}/child-remediation* /etc/systemd/system/",
        "systemctl disable --now nginx postgresql",
        f"systemctl enable --now {units} child-remediation-backup.timer",
        "setup/restore-drill --secret KEY, with the private key from where it is kept",
        "a mail server that sends, in the settings of the site",
    ):
        say(f"    [ ] {line}")
    if answers["certificate"] == SELF:
        say(
            "    [ ] a certificate that browsers trust, in place of the self-signed one"
        )
