from odoo import api, models


class Notice(models.AbstractModel):
    _inherit = "remediation.notice"

    @api.model
    def _letter(self, user, subject, body, may_wait):
        letter = super()._letter(user, subject, body, may_wait)
        letter["told_user_id"] = user.id
        if may_wait:
            letter["scheduled_date"] = user._next_letters()
        return letter
