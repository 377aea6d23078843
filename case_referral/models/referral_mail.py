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
        base_url = self.get_base_url()
        values = []
        # sudo: senders and portal users have no right on outgoing mails nor on the
        # receiver's address; the text holds codes and a link only.
        qweb = self.env["ir.qweb"].sudo()
        for user, codes in codes_by_user.items():
            user = user.sudo()
            if not user.email or not user.active:
                continue
            body = qweb.with_context(lang=user.lang)._render(
                template,
                {
                    "codes": sorted(codes)[:50],
                    "more": max(len(codes) - 50, 0),
                    "link": f"{base_url}{path}",
                },
                raise_if_not_found=True,
            )
            values.append(
                {
                    "subject": user.with_context(lang=user.lang).env._(
                        "Something waits for you: %s", sorted(codes)[0]
                    ),
                    "body_html": body,
                    "email_to": user.email_formatted,
                    "auto_delete": True,
                }
            )
        # sudo: as above.
        self.env["mail.mail"].sudo().create(values)
