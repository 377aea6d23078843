from functools import partial

from odoo import api, models


class ReferralMail(models.AbstractModel):
    """Mails that say a code and a link and nothing else, one per person and event.

    Called by other models only; no field, no table.
    """

    _name = "referral.mail"
    _description = "Mails by Code"

    @api.model
    def _send_codes(self, template, codes_by_user, path):
        """Queue one mail per user with the codes that concern him, in his language.

        ``template`` is the xml id of a QWeb view that shows ``codes`` and ``link``.
        """
        if not codes_by_user:
            return
        link = f"{self.get_base_url()}{path}"

        def write(env, codes):
            values = {
                "codes": codes[:50],
                "more": max(len(codes) - 50, 0),
                "link": link,
            }
            # sudo: senders read no templates; the text holds codes and a link only.
            body = env["ir.qweb"].sudo()._render(template, values)
            return env._("Something waits for you: %s", codes[0]), body

        self.env["remediation.notice"]._mail(
            (user, partial(write, codes=sorted(codes)))
            for user, codes in codes_by_user.items()
        )
