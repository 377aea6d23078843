from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.batches import each_batch


class IrMailServer(models.Model):
    """Whether a server that sends still answers, tried once a day.

    Administrators read it on the server's form; `/health` counts those that are
    silent.
    """

    _inherit = "ir.mail_server"

    answered_on = fields.Datetime(string="Last Answer", readonly=True, copy=False)
    answer_problem = fields.Char(string="Last Problem", readonly=True, copy=False)

    def test_smtp_connection(self, autodetect_max_email_size=False):
        """Try the server as core does, and note that it answered."""
        result = super().test_smtp_connection(autodetect_max_email_size)
        self.write({"answered_on": fields.Datetime.now(), "answer_problem": False})
        return result

    @api.model
    def _cron_try(self):
        """Try each server of the organisation; a letter is not sent for it."""
        each_batch(self.search([("active", "=", True)]), lambda some: some._try())

    def _try(self):
        for server in self:
            try:
                with self.env.cr.savepoint():
                    server.test_smtp_connection()
            except UserError as error:
                server.answer_problem = " ".join(str(error).split())[:200]
