from odoo import api, models
from odoo.tools import SQL

ADMINISTRATOR = "base.group_system"
COORDINATOR = "child_remediation.group_coordinator"
SUPERVISOR = "child_remediation.group_supervisor"


class Desk(models.AbstractModel):
    """The first day: what an organisation has to set up, in its order, without a name.

    Each step knows by itself whether it is done. The page goes when all are.
    """

    _inherit = "remediation.desk"

    @api.model
    def _sections(self):
        sections = super()._sections()
        if any(map(self.env.user.has_group, self._setup_groups())):
            sections.append(self._first_day())
        return sections

    @api.model
    def _setup_groups(self):
        """Hook: XML ids of the groups that see the page while a step is left."""
        return [ADMINISTRATOR, COORDINATOR]

    @api.model
    def _first_day(self):
        steps = self._setup_steps()
        rows = yield self._all_exist(step["needs"] for step in steps)
        done = rows[0]["done"]
        if all(done):
            return None
        user = self.env.user
        has_team = dict(zip((step["id"] for step in steps), done, strict=True)).get(
            "setup-team"
        )
        lines = []
        for step, is_done in zip(steps, done, strict=True):
            mine = user.has_group(step["group"])
            lines.append(
                {
                    "id": step["id"],
                    "title": step["title"],
                    "done": is_done,
                    "detail": step["detail"]
                    if mine
                    else self.env._(
                        "%(detail)s For: %(who)s.",
                        detail=step["detail"],
                        who=self._who(step["group"]),
                    ),
                    "action": step["action"] if mine else False,
                    "help": f"/remediation/help/{step['needs'][-1][0]}",
                }
            )
        return self._section(
            "first_day",
            self.env._(
                "Set Up: %(done)s of %(all)s Steps Done",
                done=sum(done),
                all=len(steps),
            ),
            lines,
            "",
            kind="steps",
            # Without a team there is no case; after that, what is late comes first.
            rank=0 if user.has_group(ADMINISTRATOR) or not has_team else 20,
            limit=None,
            total=0,
        )

    @api.model
    def _who(self, group):
        return {
            ADMINISTRATOR: self.env._("the administrator"),
            COORDINATOR: self.env._("a coordinator"),
            SUPERVISOR: self.env._("a supervisor"),
        }.get(group, "")

    @api.model
    def _setup_steps(self):
        """Hook: ``[{id, title, detail, needs, group, action}]`` in their order."""
        return [*self._setup_of_organisation(), *self._setup_of_work()]

    @api.model
    def _setup_of_organisation(self):
        """Who and where we are: what an administrator sets up, and the places."""
        _ = self.env._
        company = self.env.company
        of_company = [("company_id", "in", (False, company.id))]
        return [
            self._setup_step(
                "organisation",
                _("Organisation and Country"),
                _("Name, country and logo. The country proposes the rest."),
                ADMINISTRATOR,
                "child_remediation.organisation_setup_action",
                [
                    (
                        "res.company",
                        [
                            ("id", "=", company.id),
                            ("partner_id.country_id", "!=", False),
                            ("partner_id.email", "!=", False),
                            ("partner_id.tz", "!=", False),
                        ],
                    )
                ],
            ),
            self._setup_step(
                "mail",
                _("Mail"),
                _("A server that sends: invitations and alerts go by mail."),
                ADMINISTRATOR,
                "base.action_ir_mail_server_list",
                [("ir.mail_server", [])],
            ),
            self._setup_step(
                "people",
                _("People and Duties"),
                _("Invite at least a coordinator and a supervisor, or all by a sheet."),
                ADMINISTRATOR,
                "child_remediation.people_invite_action",
                self._people_needed(),
            ),
            self._setup_step(
                "places",
                _("Areas and Sites"),
                _("Where children work: one by one, or from a sheet."),
                SUPERVISOR,
                "child_remediation.site_action",
                [("remediation.site", of_company)],
            ),
        ]

    @api.model
    def _setup_of_work(self):
        """What cases follow, and who does the work."""
        _ = self.env._
        of_company = [("company_id", "in", (False, self.env.company.id))]
        return [
            self._setup_step(
                "law",
                _("Legal Framework"),
                _("Read the ages and limits of your country, and accept them."),
                COORDINATOR,
                "child_remediation.legal_framework_action",
                [
                    (
                        "res.company",
                        [
                            ("id", "=", self.env.company.id),
                            ("framework_accepted_id.state", "=", "in_force"),
                        ],
                    )
                ],
            ),
            self._setup_step(
                "programme",
                _("Programme"),
                _("What cases belong to, with its own questions."),
                COORDINATOR,
                "child_remediation.programme_action",
                [("remediation.programme", of_company)],
            ),
            self._setup_step(
                "team",
                _("Team"),
                _("Who supervises whom, and who is on call."),
                COORDINATOR,
                "child_remediation.team_action",
                [("remediation.team", of_company)],
            ),
            self._setup_step(
                "case_manager",
                _("First Case Manager"),
                _("With a vetting check, training and a signed code of conduct."),
                SUPERVISOR,
                "child_remediation.case_manager_action",
                [
                    (
                        "remediation.case.manager",
                        [*of_company, ("level", "in", ("junior", "accredited"))],
                    )
                ],
            ),
        ]

    @api.model
    def _setup_step(self, key, title, detail, group, action, needs):
        """A step; done when each model in ``needs`` has a record in its domain."""
        return {
            "id": f"setup-{key}",
            "title": title,
            "detail": detail,
            "group": group,
            "action": action,
            "needs": needs,
        }

    @api.model
    def _group(self, name):
        """The id of a group, from the cache of names: it cannot be gone."""
        return self.env["ir.model.data"]._xmlid_to_res_id(name, raise_if_not_found=True)

    @api.model
    def _people_needed(self):
        return [
            (
                "res.users",
                [
                    ("all_group_ids", "in", self._group(group)),
                    ("company_ids", "in", self.env.company.id),
                    ("share", "=", False),
                ],
            )
            for group in (COORDINATOR, SUPERVISOR)
        ]

    @api.model
    def _all_exist(self, needed):
        """For each list of models with a domain, whether all are there: a statement."""
        # sudo: that one exists is all that is told, also to an administrator, who has
        # no right to what the organisation keeps.
        queries = [
            SQL(
                " AND ".join(["EXISTS (%s)"] * len(wanted)),
                *(
                    self.env[model].sudo()._search(domain, limit=1).select(SQL("1"))
                    for model, domain in wanted
                ),
            )
            for wanted in needed
        ]
        return SQL("SELECT ARRAY[%s] AS done", SQL(", ").join(queries))
