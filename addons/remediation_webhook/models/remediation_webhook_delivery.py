import logging
import time
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.remediation_base.tools.steps import step

from ..tools import post

_logger = logging.getLogger(__name__)
#: Minutes until the next try, after each one that failed; then it is given up.
BACK_OFF = (1, 5, 15, 60, 180, 360, 720, 1440, 1440, 1440)
#: Days that a letter which arrived stays in the log.
KEPT = 90


class RemediationWebhookDelivery(models.Model):
    """One letter to one webhook: the log of what was told, and the queue.

    A try is committed before the letter goes: whoever kills the server in between makes
    it go twice, never not at all. Its id stays the same, so the receiver may know it.
    """

    _name = "remediation.webhook.delivery"
    _description = "Webhook Letter"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "id desc"
    _protected_fields = frozenset(
        {
            "name",
            "webhook_id",
            "event",
            "code",
            "payload",
            "state",
            "tries",
            "next_try",
            "sent_on",
            "answer",
        }
    )

    name = fields.Char(string="Letter", required=True, readonly=True, index=True)
    webhook_id = fields.Many2one(
        "remediation.webhook",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="webhook_id.company_id", store=True)
    event = fields.Char(required=True, readonly=True)
    code = fields.Char(readonly=True, index=True)
    payload = fields.Text(string="Content", required=True, readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sent", "Delivered"),
            ("failed", "Not Delivered"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    tries = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True)
    sent_on = fields.Datetime(string="Delivered On", readonly=True)
    answer = fields.Char(
        string="Last Answer",
        readonly=True,
        help="The number that the other system answered with, or what went wrong.",
    )

    _waiting = models.Index("(next_try, id) WHERE state = 'waiting'")

    @step(
        frm=("sent", "failed"),
        to="waiting",
        right="read",
        group="base.group_system",
        sudo="the queue, which nobody writes by hand",
    )
    def action_resend(self):
        """Send letters once more, with their old id. For administrators."""
        self._unprotected().write({"tries": 0, "next_try": fields.Datetime.now()})
        self._wake()

    @api.model
    def _wake(self, at=None):
        # sudo: scheduled actions are not readable by whoever makes a fact.
        self.env.ref("remediation_webhook.ir_cron_deliver").sudo()._trigger(at)

    @api.model
    def _cron_deliver(self):
        """Send what is due, the oldest first. A webhook that does not answer is left
        alone until the next run, and stops no other."""
        cron, silent = self.env["ir.cron"], self.env["remediation.webhook"]
        due = self.search(
            [
                ("state", "=", "waiting"),
                ("next_try", "<=", fields.Datetime.now()),
                ("webhook_id.active", "=", True),
            ],
            order="id",
        )
        for number, delivery in enumerate(due, start=1):
            left = len(due) - number
            if delivery.webhook_id in silent or not delivery._take():
                continue
            # committed before the letter goes: whoever kills the server leaves a trace
            delivery._begin_try()
            cron._commit_progress(0, remaining=left + 1)
            delivery._end_try(delivery._post())
            if delivery.state != "sent":
                silent |= delivery.webhook_id
            if not cron._commit_progress(1, remaining=left):
                return
        cron._commit_progress(0, remaining=0)

    def _take(self):
        """Lock the letter and read it afresh; whether it still waits."""
        locked = self.try_lock_for_update()
        self.invalidate_recordset()
        return bool(locked) and self.state == "waiting"

    def _begin_try(self):
        pause = BACK_OFF[min(self.tries, len(BACK_OFF) - 1)]
        next_try = fields.Datetime.now() + timedelta(minutes=pause)
        self._unprotected().write({"tries": self.tries + 1, "next_try": next_try})

    def _end_try(self, answer):
        values = {"answer": str(answer)}
        if isinstance(answer, int) and 200 <= answer < 300:
            values |= {"state": "sent", "sent_on": fields.Datetime.now()}
        elif self.tries > len(BACK_OFF):
            values["state"] = "failed"
        else:
            self._wake(self.next_try)
        self._unprotected().write(values)

    def _post(self):
        """Send the letter; the number of the answer, or the kind of what went wrong."""
        webhook, body = self.webhook_id, self.payload.encode()
        now = str(int(time.time()))
        headers = {
            post.EVENT: self.event,
            post.DELIVERY: self.name,
            post.TIMESTAMP: now,
            post.SIGNATURE: "v1=" + post.signature(webhook.secret_kept, now, body),
        }
        try:
            return post.send(webhook.url, body, headers, webhook.inside)
        except Exception as error:  # noqa: BLE001 - a letter fails alone, whatever it was
            kind = type(error).__name__
            _logger.info("letter %s: not delivered, %s", self.id, kind)
            return kind

    @api.autovacuum
    def _gc_sent(self):
        """Forget letters that arrived long ago."""
        old = fields.Datetime.now() - timedelta(days=KEPT)
        letters = self.search(
            [("state", "=", "sent"), ("sent_on", "<", old)], limit=10_000
        )
        letters._unprotected().unlink()
        return len(letters), len(letters) == 10_000
