import hashlib
import hmac
import re
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.once import one_at_a_time
from odoo.addons.remediation_base.tools.steps import step

_lt = LazyTranslate(__name__)

#: How long a phone reads its files without asking again.
LEASE = timedelta(hours=72)
#: What was written longer ago was written with a wrong clock.
OLDEST = timedelta(days=60)
#: Phones of one person at the same time.
PHONES = 5
#: Roles whose phones take files along.
ROLES = ("case_manager", "provider", "reporter")
KEY = re.compile(r"[0-9a-f]{32}")


class Device(models.Model):
    """A phone that takes files along, and until when it reads them.

    Who may what: a person of the portal makes and forgets the own phones by named
    methods; supervisors see those of their teams and forget one that is lost. The
    phone holds the key; whoever has it learns alone whether it may still read.

    active → forgotten
    """

    _name = "remediation.device"
    _description = "Phone"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "seen_on desc, id desc"

    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "name",
            "key",
            "user_id",
            "company_id",
            "team_id",
            "seen_on",
            "lease_until",
            "state",
            "forgotten_by_id",
            "forgotten_on",
            "forgotten_reason",
        }
    )

    name = fields.Char(required=True, readonly=True, size=40)
    key = fields.Char(required=True, readonly=True, groups="base.group_system")
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    team_id = fields.Many2one("remediation.team", readonly=True, index=True)
    seen_on = fields.Datetime(string="Last Seen", readonly=True)
    lease_until = fields.Datetime(
        string="Reads Until",
        readonly=True,
        help="Without network the phone reads its files until then.",
    )
    state = fields.Selection(
        [("active", "In Use"), ("forgotten", "Forgotten")],
        default="active",
        required=True,
        readonly=True,
        index=True,
    )
    forgotten_by_id = fields.Many2one("res.users", readonly=True)
    forgotten_on = fields.Datetime(readonly=True)
    forgotten_reason = fields.Selection(
        [("lost", "Lost or Stolen"), ("replaced", "Not Used Any More")],
        readonly=True,
        string="Why",
    )

    _key_once = models.UniqueIndex("(key)", "This phone is known already.")

    # -- for the person of the portal --------------------------------------------
    @api.model
    def _roles(self):
        """The roles of the portal whose phones take files along."""
        return set(ROLES)

    @api.model
    def _check_role(self):
        if not self.env.user._remediation_portal_roles() & self._roles():
            raise AccessError(self.env._("This page is not open to you."))

    @api.model
    def portal_enrol(self, name):
        """Let one more phone of the user take files along. Returns its key.

        For case managers, providers and reporters of the portal (AccessError
        otherwise). Five phones at most are in use at the same time (UserError).
        """
        self._check_role()
        user = self.env.user
        # sudo: people of the portal have no right on phones; only the own are made.
        devices = self.sudo()
        one_at_a_time(self.env, self._name, user.id)
        own = [("user_id", "=", user.id), ("state", "=", "active")]
        if devices.search_count(own) >= PHONES:
            raise UserError(
                self.env._(
                    "You have %(count)s phones in use. Forget one of them first.",
                    count=PHONES,
                )
            )
        name = name.strip()[:40] if isinstance(name, str) else ""
        return (
            devices._unprotected()
            .create(
                {
                    "name": name or self.env._("Phone"),
                    "key": secrets.token_hex(16),
                    "user_id": user.id,
                    "company_id": user.company_id.id,
                    "team_id": self._team(user).id,
                    "seen_on": fields.Datetime.now(),
                }
            )
            .key
        )

    @api.model
    def portal_devices(self):
        """Return the user's own phones: dicts of id, name, seen, until and state."""
        self._check_role()
        # sudo: the own phones alone, without their keys.
        own = self.sudo().search([("user_id", "=", self.env.uid)], limit=50)
        return [
            {
                "id": device.id,
                "name": device.name,
                "seen": device.seen_on,
                "until": device.lease_until,
                "state": device.state,
            }
            for device in own
        ]

    @api.model
    def portal_forget(self, device_id):
        """Forget one of the user's own phones: it reads nothing any more.

        Missing and foreign phones answer alike (AccessError).
        """
        self._check_role()
        # sudo: the own phones alone.
        device = self.sudo().search(
            [("user_id", "=", self.env.uid), ("id", "=", device_id)]
        )
        if not device:
            raise AccessError(self.env._("This page is not open to you."))
        if device.state == "active":
            device._forgotten("replaced")
        return True

    def _forgotten(self, reason):
        self._unprotected().write(
            {
                "state": "forgotten",
                "forgotten_by_id": self.env.uid,
                "forgotten_on": fields.Datetime.now(),
                "forgotten_reason": reason,
            }
        )

    # -- for the supervisor ------------------------------------------------------
    @step(
        frm="active",
        to="forgotten",
        group="child_remediation.group_supervisor",
        right="read",
        asks={"reason": "forgotten_reason"},
        title=_lt("Forget This Phone"),
        stamp="forgotten",
        sudo="supervisors read phones, and write nothing of them but this",
    )
    def action_forget(self, reason):
        """Forget a phone that was lost: it reads nothing any more, at once where it
        has network, and after the lease where it has none. For supervisors."""

    # -- for the phone -----------------------------------------------------------
    @api.model
    def _own(self, key):
        """The phone of this key that belongs to the user; an empty one otherwise."""
        device = self._of(key)
        return device.filtered(lambda one: one.user_id == self.env.user)

    @api.model
    def _of(self, key):
        if not isinstance(key, str) or not KEY.fullmatch(key):
            return self.sudo().browse()  # sudo: as below
        # sudo: nobody has a right on the key; whoever holds it may ask about it.
        return self.sudo().search([("key", "=", key)])

    def _written_at(self, age):
        """The moment of writing, by how long ago the phone says that it was: its clock
        may be wrong by years. Nothing was written in the future, nor before the phone
        took files along: then it is now."""
        now = fields.Datetime.now()
        if not isinstance(age, int | float) or not 0 <= age <= OLDEST.total_seconds():
            return now
        written_at = now - timedelta(seconds=int(age))
        return written_at if written_at >= (self.create_date or now) else now

    def _team(self, user):
        # sudo: the profile of the phone's own user.
        return (
            self.env["remediation.case.manager"]
            .sudo()
            .search([("user_id", "=", user.id)], limit=1)
            .team_id
        )

    def _handle(self, code):
        """What stands on the phone for a case or a referral, instead of its code."""
        return hmac.new(self.key.encode(), code.encode(), hashlib.sha256).hexdigest()[
            :32
        ]

    def _standing(self):
        """Say whether this phone may read still, and which of its files.

        :return: dict of state and held, the handles of what its user holds today
        """
        if not self or self.state == "forgotten":
            return {"state": "forgotten", "held": []}
        user = self.user_id
        if not user.active or not user._remediation_portal_roles() & self._roles():
            return {"state": "ended", "held": []}
        held = [self._handle(code) for code in self._held_codes()]
        return {"state": "active", "held": held}

    def _held_codes(self):
        """The codes of all that the phone's user may take along today."""
        return [*self._held_cases().mapped("name"), *self._received().mapped("name")]

    def _held_cases(self):
        """The open cases that the phone's user holds today, under the own rules."""
        cases = self.env["remediation.case"].with_user(self.user_id)
        cases = cases.with_context(allowed_company_ids=self.user_id.company_ids.ids)
        if not self.user_id.has_group("child_remediation.group_portal_case_manager"):
            return cases.browse()
        return cases.search(
            [("user_id", "=", self.user_id.id), ("stage", "!=", "closed")],
            order="next_due, id desc",
            limit=200,
        )

    def _received(self):
        """The referrals that the phone's user has received, under the own rules."""
        packages = self.env["remediation.referral.package"].with_user(self.user_id)
        packages = packages.with_context(
            allowed_company_ids=self.user_id.company_ids.ids
        )
        if not self.user_id.has_group("child_remediation.group_portal_provider"):
            return packages.browse()
        return packages.search(
            packages._portal_inbox_domain()
            & fields.Domain("state", "in", ("sent", "accepted")),
            order="id desc",
            limit=200,
        )

    def _renew(self):
        """Lease the files for another time. Called when they are handed out."""
        now = fields.Datetime.now()
        self._unprotected().write(
            {
                "seen_on": now,
                "lease_until": now + LEASE,
                "team_id": self._team(self.user_id).id,
            }
        )
        return self.lease_until
