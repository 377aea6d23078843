from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models

#: The hours, on the reader's clock, at which letters that may wait go out.
HOURS = {"daily": (7,), "twice": (7, 13)}


class ResUsers(models.Model):
    """When somebody wants the letters that may wait, and whether letters arrive.

    Nobody can stop a letter: each is about a duty. A person chooses the hour alone.
    """

    _inherit = "res.users"

    letters = fields.Selection(
        [
            ("at_once", "At Once"),
            ("daily", "Once a Day (7 h)"),
            ("twice", "Twice a Day (7 h, 13 h)"),
        ],
        default="at_once",
        help="When letters come that may wait. Alarms always come at once.",
    )
    told_mail_ids = fields.One2many(
        "mail.mail", "told_user_id", groups="base.group_erp_manager"
    )
    mail_problem = fields.Char(compute="_compute_mail_problem", compute_sudo=True)

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "letters", "mail_problem"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "letters"]

    @api.depends("partner_id.message_bounce", "partner_id.email")
    @api.depends_context("lang")
    def _compute_mail_problem(self):
        for user in self:
            came_back = user.partner_id.message_bounce
            lost = user.told_mail_ids._lost()
            if not user.email:
                user.mail_problem = self.env._(
                    "No letter can reach this person: enter an address."
                )
            elif came_back:
                user.mail_problem = self.env._(
                    "Letters to this address came back (%(count)s): correct it.",
                    count=came_back,
                )
            elif lost:
                user.mail_problem = self.env._(
                    "Letters could not be sent (%(count)s): check address and server.",
                    count=len(lost),
                )
            else:
                user.mail_problem = False

    def _next_letters(self, now=None):
        """The moment, in UTC, at which letters that may wait go to this person.

        :return: a naive datetime, or False for at once
        """
        self.ensure_one()
        hours = HOURS.get(self.letters)
        if not hours:
            return False
        zone = ZoneInfo(self.tz or "UTC")
        utc = ZoneInfo("UTC")
        now = (now or fields.Datetime.now()).replace(tzinfo=utc).astimezone(zone)
        moments = [
            datetime.combine(now.date() + timedelta(days=day), time(hour), zone)
            for day in (0, 1)
            for hour in hours
        ]
        following = next(moment for moment in moments if moment > now)
        return following.astimezone(utc).replace(tzinfo=None)

    def action_letters_again(self):
        """Send what could not be sent once more; what came back is forgotten.

        For whoever manages users.
        """
        self.check_access("write")
        # sudo: letters are nobody's to read; these were for the users at hand.
        self.sudo().told_mail_ids._lost().mark_outgoing()
        self.partner_id.message_bounce = 0
