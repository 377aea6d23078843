from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.mail import plaintext2html


class MailMail(models.Model):
    """Letters of the apps know whom they tell, and those that may wait go together."""

    _inherit = "mail.mail"

    told_user_id = fields.Many2one(
        "res.users", index="btree_not_null", readonly=True, ondelete="set null"
    )

    @api.model
    def process_email_queue(self, email_ids=(), batch_size=1000):
        """Gather what waited for the same hour of a person, then send."""
        if not email_ids:
            self._gather()
        return super().process_email_queue(email_ids, batch_size)

    @api.model
    def _gather(self):
        """Make one letter of those that are due for one person."""
        due = self.search(
            [
                ("told_user_id", "!=", False),
                ("state", "=", "outgoing"),
                ("scheduled_date", "<=", fields.Datetime.now()),
            ],
            order="id",
        )
        for user, letters in due.grouped("told_user_id").items():
            first, others = letters[:1], letters[1:]
            if not others or not self._held(letters):
                continue
            env = self.with_context(lang=user.lang).env
            first.write(
                {
                    "subject": env._("%(count)s messages", count=len(letters)),
                    "body_html": "".join(
                        f"<h3>{plaintext2html(letter.subject)}</h3>{letter.body_html}"
                        for letter in letters
                    ),
                }
            )
            others.unlink()

    def _lost(self):
        """Those that could not be sent."""
        return self.filtered(lambda letter: letter.state == "exception")

    def _held(self, letters):
        """Whether all of them are held by this transaction: no other one sends any."""
        self.env.cr.execute(
            SQL(
                "SELECT id FROM mail_mail WHERE id IN %s AND state = 'outgoing'"
                " FOR UPDATE SKIP LOCKED",
                tuple(letters.ids),
            )
        )
        return self.env.cr.rowcount == len(letters)
