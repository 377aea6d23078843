from odoo import api, models


class Notice(models.AbstractModel):
    """Somebody is told: by mail, on the screen that is open, or by an activity.

    A notice holds a code and a link and nothing else, and everybody reads it in their
    own language. Called by other models only; no field, no table.
    """

    _name = "remediation.notice"
    _description = "Notices by Code"

    @api.model
    def _mail(self, told, may_wait=False):
        """Queue one mail for each person who has an address.

        :param may_wait: it is no alarm: it may come at the hours a person chose
        :param told: pairs ``(user, write)``: ``write`` is called with the environment
            in the language of the user and returns the subject and the HTML of the body
        """
        mails = []
        for user, write in told:
            # sudo: whoever caused it may not read the address of who is told.
            user = user.sudo()
            if not user.email or not user.active:
                continue
            subject, body = write(self.with_context(lang=user.lang).env)
            mails.append(self._letter(user, subject, body, may_wait))
        if mails:
            # sudo: mails are queued by facts, which no role may write.
            self.env["mail.mail"].sudo().create(mails)

    @api.model
    def _letter(self, user, subject, body, may_wait):
        """The values of one mail to a person."""
        return {
            "subject": subject,
            "body_html": body,
            "email_to": user.email_formatted,
            "auto_delete": True,
        }

    @api.model
    def _show(self, user, title, message, kind="danger"):
        """Show a line to a user who has a screen open; danger stays until closed."""
        line = {"type": kind, "sticky": kind == "danger", "message": message}
        if title:
            line["title"] = title
        user._bus_send("simple_notification", line)

    @api.model
    def _plan(self, vals_list):
        """Plan activities, all by one statement.

        :param list vals_list: values of ``mail.activity``
        """
        # sudo: a task goes to somebody else's activities.
        activities = self.env["mail.activity"].sudo()
        # Core need not tell assignees of each one: their lists show it.
        activities.with_context(mail_activity_quick_update=True).create(vals_list)
