import json
import uuid

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..tools import post

#: Characters that a secret must have at least.
SECRET = 32


class RemediationWebhook(models.Model):
    """Another system that is told what happened: an address, a secret, some events.

    For administrators alone. The secret can be written and never read again. What is
    told is an event, codes and a time: never a name, a place or a text (R1, R72).
    A webhook is archived, never deleted: its log stays.
    """

    _name = "remediation.webhook"
    _description = "Webhook"
    _rules_of = "remediation.in.company"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="The webhook tells what happens in this company.",
    )
    url = fields.Char(
        string="Address",
        required=True,
        help="It begins with https:// and leads to a public address.",
    )
    inside = fields.Boolean(
        string="Host of Our Own Network",
        help="Allows an address of your own network, and one without encryption. Tick "
        "it only for a host that you run yourself.",
    )
    secret = fields.Char(
        compute="_compute_secret",
        inverse="_inverse_secret",
        help="At least 32 characters, the same on the other system. You cannot read it "
        "here again.",
    )
    secret_kept = fields.Char(groups=fields.NO_ACCESS, copy=False)
    on_case_stage = fields.Boolean(string="Stage of a Case")
    delivery_ids = fields.One2many("remediation.webhook.delivery", "webhook_id")
    waiting_count = fields.Integer(compute="_compute_counts", string="Waiting")
    failed_count = fields.Integer(compute="_compute_counts", string="Not Delivered")

    @api.model
    def _events(self):
        """``{event: field}``: which box says that a webhook wants the event. Modules
        add theirs."""
        return {"case.stage": "on_case_stage"}

    def _compute_secret(self):
        self.secret = False

    def _inverse_secret(self):
        for webhook in self.filtered("secret"):
            if len(webhook.secret.strip()) < SECRET:
                raise ValidationError(
                    self.env._(
                        "The secret is too short: take %(count)s characters or more.",
                        count=SECRET,
                    )
                )
            # sudo: nobody may read the secret; it was written by an administrator.
            webhook.sudo().secret_kept = webhook.secret.strip()

    @api.depends("delivery_ids.state")
    def _compute_counts(self):
        rows = self.env["remediation.webhook.delivery"]._read_group(
            [("webhook_id", "in", self.ids), ("state", "in", ("waiting", "failed"))],
            ["webhook_id", "state"],
            ["__count"],
        )
        counts = {(webhook, state): count for webhook, state, count in rows}
        for webhook in self:
            webhook.waiting_count = counts.get((webhook, "waiting"), 0)
            webhook.failed_count = counts.get((webhook, "failed"), 0)

    @api.constrains("url", "inside")
    def _check_url(self):
        for webhook in self:
            try:
                post.split(webhook.url, webhook.inside)
            except post.ForbiddenPlace as error:
                raise ValidationError(
                    self.env._(
                        "Letters cannot go to this address: give one that begins with "
                        "https:// and is public."
                    )
                ) from error

    @api.model_create_multi
    def create(self, vals_list):
        webhooks = super().create(vals_list)
        # sudo: whether there is a secret, which nobody may read
        if not all(webhooks.sudo().mapped("secret_kept")):
            raise ValidationError(
                self.env._("Give the webhook a secret that the other system knows too.")
            )
        self.env.registry.clear_cache()
        return webhooks

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def action_ping(self):
        """Queue a letter without content, to try the address. For administrators."""
        self.check_access("write")
        self._queue("ping", [(webhook, {}) for webhook in self])
        return True

    def action_deliveries(self):
        """Open what was told to this system. For administrators."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "remediation_webhook.webhook_delivery_action"
        )
        return {**action, "domain": [("webhook_id", "=", self.id)]}

    # -- telling ---------------------------------------------------------------
    @ormcache("event")
    def _listening(self, event):
        """``{company id: ids of webhooks}`` of those that want an event."""
        # sudo: facts are told whoever makes them.
        webhooks = self.sudo().search([(self._events()[event], "=", True)])
        listening = {}
        for webhook in webhooks:
            listening.setdefault(webhook.company_id.id, []).append(webhook.id)
        return listening

    @api.model
    def _emit(self, event, told):
        """Queue an event for every webhook that wants it, in the transaction of the
        fact itself: what is rolled back is never told, what is kept always.

        :param str event: one of :meth:`_events`
        :param told: pairs ``(company, codes)``; the codes are a dict of codes and
            choices of the program, never of what somebody typed
        """
        listening = self._listening(event)
        if listening:
            # sudo: letters are queued by facts; nobody may write them.
            webhooks = self.sudo()
            self._queue(
                event,
                [
                    (webhooks.browse(webhook), codes)
                    for company, codes in told
                    for webhook in listening.get(company.id, ())
                ],
            )

    @api.model
    def _queue(self, event, told):
        if not told:
            return
        now = fields.Datetime.now()
        # sudo: letters are queued by facts and by the button, which checked the right.
        deliveries = self.env["remediation.webhook.delivery"].sudo()._unprotected()
        vals_list = []
        for webhook, codes in told:
            name = str(uuid.uuid4())
            letter = {"id": name, "event": event, "at": f"{now.isoformat()}Z"}
            vals_list.append(
                {
                    "name": name,
                    "webhook_id": webhook.id,
                    "event": event,
                    "code": codes.get("code"),
                    "payload": json.dumps(letter | {"data": codes}, sort_keys=True),
                    "next_try": now,
                }
            )
        deliveries.create(vals_list)
        deliveries._wake()
