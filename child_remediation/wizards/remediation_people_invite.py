import base64
import re
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import email_normalize

from odoo.addons.remediation_base.tools import sheets

#: Columns of the sheet in their order, and the field of a row whose label they have.
COLUMNS = [
    ("name", "name"),
    ("email", "email"),
    ("lang", "lang"),
    ("duties", "duty_ids"),
]
#: People in one go.
MAX_ROWS = 500
#: Rights that are given one by one or as a ladder, by their XML ids.
PRIVILEGES = (
    "child_remediation.privilege_remediation",
    "child_remediation.privilege_duties",
)
#: Nobody holds both: a report about the one goes to the other (R77).
APART = (
    "child_remediation.group_safeguarding",
    "child_remediation.group_safeguarding_alternate",
)


class PeopleInvite(models.TransientModel):
    """Invites people of the back office with their duties, typed in or from a sheet.

    For whoever gives access rights. Each person gets a mail with a link to choose a
    password. Nobody is invited while one row is wrong. Duties of people who sign in
    already are changed on their own page, never here.
    """

    _name = "remediation.people.invite"
    _description = "Invite People"

    file = fields.Binary(attachment=False, string="Sheet")
    file_name = fields.Char()
    line_ids = fields.One2many("remediation.people.invite.line", "invite_id")
    problem_count = fields.Integer(compute="_compute_problem_count")
    template = fields.Binary(compute="_compute_template")

    @api.depends("line_ids.problem_text")
    def _compute_problem_count(self):
        for invite in self:
            invite.problem_count = len(invite.line_ids.filtered("problem_text"))

    def _compute_template(self):
        labels = dict(self._column_labels(self.env.lang))
        duties = ", ".join(
            self._plain(group.name) for group in self._offered_duties()[:2]
        )
        lang = self.env["res.lang"].get_installed()[0][1]
        content = sheets.write_xlsx(
            [labels[key] for key, _name in COLUMNS],
            [["Ada Example", "ada@example.org", lang, duties]],
        )
        for invite in self:
            invite.template = base64.b64encode(content)

    # -- what may be given -------------------------------------------------------
    @api.model
    def _privileges(self):
        """Hook: XML ids of the privileges whose rights are offered."""
        return PRIVILEGES

    @api.model
    def _offered_duties(self):
        """The rights that can be given here: no portal's, no administrator's.

        :rtype: odoo.models.BaseModel
        """
        ids = [self.env.ref(name).id for name in self._privileges()]
        return self.env["res.groups"].search(
            [("privilege_id", "in", ids)], order="privilege_id, sequence, id"
        )

    @api.model
    def _plain(self, name):
        """The word for a right before what explains it: "Supervisor"."""
        return re.split(r"\s*[:(]", name)[0].strip()

    @api.model
    def _column_labels(self, lang):
        lines = self.env["remediation.people.invite.line"].with_context(lang=lang)
        return [
            (key, lines._fields[name]._description_string(lines.env))
            for key, name in COLUMNS
        ]

    @api.model
    def _known_headers(self):
        known = {key: key for key, _name in COLUMNS}
        for lang, _name in self.env["res.lang"].get_installed():
            for key, label in self._column_labels(lang):
                known[sheets.fold(label)] = key
        return known

    @api.model
    def _known_duties(self):
        """``{folded name of a right: its id}`` in every installed language."""
        known = {}
        offered = self._offered_duties()
        for lang, _name in self.env["res.lang"].get_installed():
            for group in offered.with_context(lang=lang):
                known[sheets.fold(group.name)] = group.id
                known.setdefault(sheets.fold(self._plain(group.name)), group.id)
        return known

    # -- the sheet ---------------------------------------------------------------
    def action_template(self):
        """Download a sheet with the columns and one example. For who may invite."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/template/people.xlsx"
            "?download=1",
            "target": "download",
        }

    def action_read(self):
        """Put the rows of the sheet into the list; nobody is invited yet.

        :raises UserError: the file cannot be read, or lacks a column
        """
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        try:
            headers, rows = sheets.read(base64.b64decode(self.file), MAX_ROWS)
        except sheets.SheetError as error:
            raise UserError(sheets.explain(self.env, error)) from error
        known = self._known_headers()
        places = {
            known[sheets.fold(header)]: index
            for index, header in enumerate(headers)
            if sheets.fold(header) in known
        }
        missing = [
            label
            for key, label in self._column_labels(self.env.lang)
            if key not in places and key != "lang"
        ]
        if missing:
            raise UserError(
                self.env._(
                    "The sheet has no column %(columns)s: download the template.",
                    columns=", ".join(missing),
                )
            )
        duties, langs = self._known_duties(), self._known_languages()
        self.write(
            {
                "line_ids": [
                    Command.clear(),
                    *(
                        Command.create(self._read_row(cells, places, duties, langs))
                        for _number, cells in rows
                    ),
                ]
            }
        )
        return self._again()

    @api.model
    def _known_languages(self):
        known = {}
        for code, name in self.env["res.lang"].get_installed():
            for word in (code, code.split("_")[0], *re.split(r"\s*[/(]", name)):
                known.setdefault(sheets.fold(word).strip(" )"), code)
        return known

    @api.model
    def _read_row(self, cells, places, duties, langs):
        values = {
            key: sheets.as_text(cells[index]).strip() for key, index in places.items()
        }
        words = [
            word.strip()
            for word in re.split(r"[,;\n]", values["duties"])
            if word.strip()
        ]
        lang = values.get("lang")
        found = (
            langs.get(sheets.fold(lang))
            if lang
            else self.env.lang or self.env.user.lang
        )
        strange = [word for word in words if sheets.fold(word) not in duties]
        return {
            "name": values["name"],
            "email": values["email"],
            "lang": found,
            "unknown_lang": lang if not found else False,
            "unknown_duties": ", ".join(strange),
            "duty_ids": [
                Command.set(
                    [
                        duties[sheets.fold(word)]
                        for word in words
                        if sheets.fold(word) in duties
                    ]
                )
            ],
        }

    # -- inviting ----------------------------------------------------------------
    def action_invite(self):
        """Make the logins and send the mails; all of them, or none.

        For whoever gives access rights. Where a row is wrong, the page says why and
        nobody is invited.

        :raises UserError: no row, no mail server, or one that does not answer
        """
        self.ensure_one()
        self._check_may_invite()
        if not self.line_ids:
            raise UserError(self.env._("Add a person first: a name and an e-mail."))
        # What somebody did since the page was drawn counts too.
        self.line_ids.invalidate_recordset(["problem_text"])
        if self.problem_count:
            return self._again()
        # sudo: whether mail can leave is told to who is not the administrator.
        if not self.env["ir.mail_server"].sudo().search_count([], limit=1):
            raise UserError(
                self.env._("Set up the mail first: an invitation goes by mail.")
            )
        if not self.env.company.email:
            raise UserError(
                self.env._(
                    "Write the organisation's e-mail address first: invitations are "
                    "sent from it."
                )
            )
        users = (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create([line._user_vals() for line in self.line_ids])
        )
        users.with_context(create_user=True).action_reset_password()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Invited: %(names)s.", names=", ".join(users.mapped("name"))
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _check_may_invite(self):
        if not self.env.user.has_group("base.group_erp_manager"):
            raise AccessError(
                self.env._("Ask the administrator: they invite people and give duties.")
            )

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invite People"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


class PeopleInviteLine(models.TransientModel):
    """One person to invite, and what keeps them from being invited."""

    _name = "remediation.people.invite.line"
    _description = "Person to Invite"

    invite_id = fields.Many2one(
        "remediation.people.invite", required=True, ondelete="cascade"
    )
    name = fields.Char()
    email = fields.Char(string="E-mail")
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        default=lambda self: self.env.lang or self.env.user.lang,
    )
    duty_ids = fields.Many2many(
        "res.groups",
        string="Duties",
        domain=lambda self: [
            ("id", "in", self.env["remediation.people.invite"]._offered_duties().ids)
        ],
    )
    unknown_duties = fields.Char(readonly=True)
    unknown_lang = fields.Char(readonly=True)
    problem_text = fields.Text(
        compute="_compute_problem_text", string="What to Correct"
    )

    @api.depends(
        "name",
        "email",
        "lang",
        "duty_ids",
        "unknown_duties",
        "unknown_lang",
        "invite_id.line_ids.email",
    )
    def _compute_problem_text(self):
        emails = {line: email_normalize(line.email or "") or "" for line in self}
        # sudo: also whom the reader may not see signs in with an address.
        known = set(
            self.env["res.users"]
            .sudo()
            .with_context(active_test=False)
            .search([("login", "in", [email for email in emails.values() if email])])
            .mapped("login")
        )
        offered = self.env["remediation.people.invite"]._offered_duties()
        apart = offered.browse([self.env.ref(name).id for name in APART])
        # A line that is being edited stands for the one that was stored.
        written = {
            invite: Counter(
                {
                    line._origin or line: email_normalize(line.email or "")
                    for line in invite.line_ids | self
                    if line.invite_id == invite
                }.values()
            )
            for invite in self.invite_id
        }
        for line in self:
            twice = emails[line] and written[line.invite_id][emails[line]] > 1
            line.problem_text = "\n".join(
                line._problems(emails[line], known, twice, offered, apart)
            )

    def _problems(self, email, known, twice, offered, apart):
        """What is wrong with this row, one sentence each."""
        self.ensure_one()
        _ = self.env._
        duties = self.duty_ids._origin or self.duty_ids
        if not (self.name or "").strip():
            yield _("Write the name.")
        if not email:
            yield _("Write one e-mail address.")
        elif email in known:
            yield _("This address signs in already: change the duties on their page.")
        elif twice:
            yield _("This address stands in two rows: leave one of them out.")
        if self.unknown_lang:
            yield _(
                "“%(word)s” is no language here: choose one.", word=self.unknown_lang
            )
        elif not self.lang:
            yield _("Choose the language.")
        if self.unknown_duties:
            yield _(
                "“%(words)s”: no such duty. Choose from the list.",
                words=self.unknown_duties,
            )
        elif not duties:
            yield _("Choose at least one duty.")
        if duties - offered:
            yield _("This right is given on the person's own page.")
        if apart <= duties:
            yield _(
                "Give the officer and the alternate to two people: each reads the "
                "reports about the other."
            )

    @api.onchange("duty_ids")
    def _onchange_duty_ids(self):
        self.unknown_duties = False

    @api.onchange("lang")
    def _onchange_lang(self):
        if self.lang:
            self.unknown_lang = False

    def _user_vals(self):
        self.ensure_one()
        company = self.env.company
        email = email_normalize(self.email)
        internal = self.env.ref("base.group_user")
        return {
            "name": self.name.strip(),
            "login": email,
            "email": email,
            "lang": self.lang,
            "tz": company.partner_id.tz or self.env.user.tz,
            "group_ids": [Command.set((internal | self.duty_ids).ids)],
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
        }
