import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request

from ..tools.once import first_wins, one_at_a_time

#: How much one person sends through one door within an hour before it is too much.
PERSON_HOURLY = 30
#: The same for an address from which people send who did not sign in.
PUBLIC_HOURLY = 5
HOUR = timedelta(hours=1)


class Limit(models.Model):
    """Counts who sent how much through which door, to slow down floods (R77).

    The count is made by the method that takes what is sent, so that no other way in
    goes round it. Who signed in is counted as a person, everybody else by the network
    address, both as a keyed hash that is forgotten after two hours and never stands
    beside what was sent. No user has a right on it.
    """

    _name = "remediation.limit"
    _description = "Count of What Was Sent"
    _log_access = False

    door = fields.Char(required=True)
    form_key = fields.Char()
    sender = fields.Char(required=True, index=True)
    sent_at = fields.Datetime(required=True, index=True, default=fields.Datetime.now)

    _form_key_once = models.UniqueIndex("(door, form_key) WHERE form_key IS NOT NULL")

    @api.model
    def _count(self, door, form_key=None, *, limit=None, within=HOUR):
        """Count one sending by the present user.

        :param str door: what it is sent through
        :param str form_key: key of the form; the same key is the same sending
        :param int limit: how much is not too much; :meth:`_hourly_limit` where None
        :param timedelta within: the time that the limit is for, two hours at most
        :return: "new", "again" (this form was sent before: nothing more is to be
            done) or "many" (the person, or everybody together, sends too fast)
        """
        # sudo: the key and the counters are for the system alone.
        entries = self.sudo()
        if form_key:
            one_at_a_time(self.env, self._name, door, form_key)
            if entries.search_count(
                [("door", "=", door), ("form_key", "=", form_key)], limit=1
            ):
                return "again"
        sender = self._sender()
        since = [
            ("door", "=", door),
            ("sent_at", ">", fields.Datetime.now() - within),
        ]
        limit = limit or self._hourly_limit()
        many = entries.search_count([*since, ("sender", "=", sender)]) >= limit or (
            self.env.user._is_public() and entries.search_count(since) >= 100 * limit
        )
        with first_wins(self.env, form_key):
            entries.create({"door": door, "form_key": form_key, "sender": sender})
        return "many" if many else "new"

    @api.model
    def _count_or_refuse(self, door, form_key=None):
        """As :meth:`_count`, with a sentence instead of "many"."""
        counted = self._count(door, form_key)
        if counted == "many":
            raise UserError(
                self.env._(
                    "Too much came from here within an hour. In an emergency call the "
                    "hotline or the police; otherwise try again later."
                )
            )
        return counted

    @api.model
    def _hourly_limit(self):
        """How much the present user may send within an hour."""
        return PUBLIC_HOURLY if self.env.user._is_public() else PERSON_HOURLY

    @api.model
    def _sender(self):
        who = f"user {self.env.uid}"
        if self.env.user._is_public():
            who = f"address {request.httprequest.remote_addr if request else ''}"
        # sudo: the key is the system's.
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return hashlib.blake2b(
            who.encode(), key=secret.encode()[:64], digest_size=16
        ).hexdigest()

    @api.autovacuum
    def _gc_old(self):
        """Forget senders after two hours."""
        old = self.search(
            [("sent_at", "<", fields.Datetime.now() - timedelta(hours=2))], limit=5000
        )
        old.unlink()
        return len(old), len(old) == 5000
