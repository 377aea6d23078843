"""Letters go to a real server: gathered by the hour, refused, and the server silent."""

import json

from post_office import Post

LETTERS = """
import json
from datetime import datetime
server = env["ir.mail_server"].create({
    "name": "Post", "smtp_host": "127.0.0.1", "smtp_port": %s,
    "smtp_encryption": "none",
})
people = env["res.users"].create([
    {"name": name, "login": name, "email": name + "@example.org", "letters": "daily"}
    for name in ("here", "gone")
])
for what in ("One", "Two"):
    def write(env, what=what):
        return what, "<p>" + what + "</p>"
    env["remediation.notice"]._mail([(user, write) for user in people], may_wait=True)
letters = env["mail.mail"].search([("told_user_id", "in", people.ids)])
letters.scheduled_date = datetime(2026, 1, 1, 5)
env.cr.commit()
env["mail.mail"].process_email_queue()
env.cr.commit()
env["ir.mail_server"]._cron_try()
env.cr.commit()
people.invalidate_recordset()
print("SAID", json.dumps({
    "problems": people.mapped("mail_problem"),
    "answered": bool(server.answered_on),
    "problem": server.answer_problem,
}))
"""
SILENT = """
import json
env["ir.mail_server"]._cron_try()
env.cr.commit()
server = env["ir.mail_server"].search([("name", "=", "Post")])
figures = env["remediation.health"]._figures()
(figure,) = [figure for figure in figures if figure.name == "mail_servers_silent"]
print("SAID", json.dumps({"problem": server.answer_problem, "alarmed": figure.alarmed}))
"""


def _said(printed):
    (line,) = [line for line in printed.splitlines() if line.startswith("SAID ")]
    return json.loads(line.removeprefix("SAID "))


def test_letters_arrive_or_somebody_is_told(run_script):
    post = Post()
    post.unknown.add("gone@example.org")
    try:
        said = _said(run_script(LETTERS % post.port))
    finally:
        post.shutdown()
        post.server_close()
    ((to, message),) = [
        letter for letter in post.letters if letter[1]["Subject"] == "2 messages"
    ]
    assert to == ["here@example.org"]
    assert {"One", "Two"}.isdisjoint(letter["Subject"] for _to, letter in post.letters)
    body = message.get_body(("html",)).get_content()
    assert "One" in body and "Two" in body
    # Each letter is about a duty: nobody is offered a way to stop it.
    assert not message["List-Unsubscribe"]
    assert "unsubscribe" not in body.lower()
    here, gone = said["problems"]
    assert not here
    assert "could not be sent (1)" in gone
    assert said["answered"] and not said["problem"]

    silent = _said(run_script(SILENT))
    assert silent["problem"]
    assert silent["alarmed"]
