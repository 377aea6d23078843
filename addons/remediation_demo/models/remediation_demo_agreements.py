import base64

from odoo import api, fields, models
from odoo.fields import Command

#: The day on which the agreement is signed, before the present; what follows from it.
SIGNED = 150
#: Dollars that the purchaser pays before the first call.
DEPOSIT = 1500.0


class Demo(models.AbstractModel):
    """Sixth chapter: a purchaser, the operator of a brickworks and the organisation
    sign who pays for three children until they may work, and what comes of it."""

    _inherit = "remediation.demo"

    @api.model
    def _plan_agreements(self, world):
        works = [c for c in world.children if c.site.site_type == "factory"]
        running = [c for c in works if c.story == "in_remediation"]
        # Who receives a stipend of a scheme has its funder there.
        children = [c for c in running if c.number % 4 == 3]
        world.plan(SIGNED, "_do_sign")
        for child in children:
            world.plan(120, "_do_schedule", child)
        world.plan(110, "_do_call")
        world.plan(100, "_do_look_at_ages")
        world.plan(96, "_do_pay_deposit")
        world.plan(60, "_do_in_place_of_work", *running)
        world.plan(20, "_do_bill")
        world.plan(9, "_do_draft_agreement")

    @api.model
    def _choose_accounts(self, company):
        """Where deposits wait and where support is charged, by finance."""
        finance = self._as("finance").env
        accounts = finance["account.account"].create(
            [
                {
                    "name": self._said(name),
                    "code": code,
                    "account_type": kind,
                }
                for name, code, kind in (
                    ("Dépôts des payeurs", "462500", "liability_current"),
                    ("Soutien aux enfants", "658200", "expense"),
                )
            ]
        )
        company.with_env(self._as("admin").env).write(
            {
                "agreement_deposit_account_id": accounts[0].id,
                "agreement_expense_account_id": accounts[1].id,
            }
        )

    @api.model
    def _do_sign(self, world, facts):
        """The supervisor drafts and submits, the coordinator puts it in force."""
        works = next(site for site in world.sites if site.site_type == "factory")
        company = self.env.company
        self._choose_accounts(company)
        plan = self.env["account.analytic.plan"].search(
            [("name", "=", self._said("Subventions"))]
        )
        parties = (
            ("purchaser", world.buyer, 60.0, DEPOSIT),
            ("operator", works.operator_id, 30.0, 0.0),
            ("ngo", company.partner_id, 10.0, 0.0),
        )
        grants = self.env["account.analytic.account"].create(
            [
                {
                    "name": self._said("Accord {}", partner.name),
                    "plan_id": plan[:1].id,
                }
                for _role, partner, _share, _deposit in parties
            ]
        )
        agreement = (
            self._as("supervisor")
            .env["remediation.agreement"]
            .create(
                {
                    "site_id": works.id,
                    "currency_id": self.env.ref("base.USD").id,
                    "date_start": world.today().replace(day=1),
                    "end_rule": "working_age",
                    "school_ends": "6",
                    "growth": 3.0,
                    "payers_see": "totals",
                    "signed_on": world.today(),
                    "paper": base64.b64encode(b"%PDF-1.4 accord de la briqueterie"),
                    "paper_name": self._said("accord.pdf"),
                    "party_ids": [
                        Command.create(
                            {
                                "role": role,
                                "partner_id": partner.id,
                                "share": share,
                                "deposit": deposit,
                                "analytic_account_id": grant.id,
                            }
                        )
                        for (role, partner, share, deposit), grant in zip(
                            parties, grants, strict=True
                        )
                    ],
                }
            )
        )
        agreement.action_submit()
        self._seen(agreement.with_env(self._as("coordinator").env)).action_approve()
        world.money["agreement"] = agreement.id

    @api.model
    def _do_schedule(self, world, facts):
        """The worker enters what is paid for a child, another person approves."""
        for (child,) in facts:
            env = self._desk(child.worker)
            agreement = env["remediation.agreement"].browse(world.money["agreement"])
            mine = env["remediation.agreement.child"].create(
                {
                    "case_id": child.case.id,
                    "agreement_id": agreement.id,
                    "date_start": world.today(),
                    "cost_ids": [
                        Command.create({"date_from": world.today(), **cost})
                        for cost in (
                            {
                                "kind": "stipend",
                                "amount": 60.0,
                                "every": "month",
                                "floor_reason": self._said(
                                    "Le ménage reçoit aussi des vivres."
                                ),
                            },
                            {"kind": "school", "amount": 90.0, "every": "year"},
                            {"kind": "kit", "amount": 35.0, "every": "year"},
                        )
                    ],
                }
            )
            mine.action_submit()
            self._seen(mine.with_env(self._as("coordinator").env)).action_approve()

    @api.model
    def _do_call(self, world, facts):
        """Finance calls for the first months and posts what it asks for."""
        agreement = self._as("finance").env["remediation.agreement"]
        agreement = agreement.browse(world.money["agreement"])
        agreement.action_call()
        agreement.call_ids.move_id.action_post()

    @api.model
    def _do_pay_deposit(self, world, facts):
        """The purchaser's deposit arrives; the other invoices wait."""
        env = self._as("finance").env
        agreement = env["remediation.agreement"].browse(world.money["agreement"])
        deposit = agreement.call_ids.filtered(lambda call: call.kind == "deposit")
        env["account.payment.register"].with_context(
            active_model="account.move", active_ids=deposit.move_id.ids
        ).create({}).action_create_payments()

    @api.model
    def _do_look_at_ages(self, world, facts):
        """The ages of those who work at the brickworks: nobody is without a paper."""
        works = next(site for site in world.sites if site.site_type == "factory")
        env = self._as("supervisor").env
        listed = env["remediation.workforce.list"].create(
            {
                "site_id": works.id,
                "date": world.today(),
                "person_ids": [
                    Command.create(
                        {
                            "worker_code": f"BR-{number:03d}",
                            "age_declared": age,
                            "method": number % 3 and "birth_certificate" or "medical",
                            "age_found": age,
                            "age_margin": 0 if number % 3 else 1,
                        }
                    )
                    for number, age in enumerate(
                        (34, 22, 41, 19, 17, 28, 25, 36, 52, 17, 23, 30), 1
                    )
                ],
            }
        )
        listed.action_close()

    @api.model
    def _do_in_place_of_work(self, world, facts):
        """Jobs of mothers, promises, and a safe task for who may work already."""
        works = next(site for site in world.sites if site.site_type == "factory")
        for children in facts:
            for child in children:
                env = self._desk(child.worker)
                case = env["remediation.case"].browse(child.case.id)
                mother = case.household_id.member_ids.filtered(
                    lambda member: member.relationship == "mother"
                )
                vals = {"case_id": case.id, "employer_id": works.operator_id.id}
                if child.age >= 15:
                    move = env["remediation.task.move"].create(
                        {
                            "case_id": case.id,
                            "date": world.today(),
                            "task_before": self._said("Porte des briques au four"),
                            "task_after": self._said("Compte les briques au dépôt"),
                            "hours_after": 24,
                            "pay_kept": True,
                        }
                    )
                    move.with_env(self._as("coordinator").env).action_check()
                    continue
                job = env["remediation.adult.job"].create(
                    {**vals, "member_id": mother.id, "date_start": world.today()}
                )
                if child.number % 8:
                    job.with_env(self._as("coordinator").env).action_check()
                until = fields.Date.add(world.today(), years=16 - child.age)
                env["remediation.job.promise"].create(
                    {**vals, "promised_on": world.today(), "date_due": until}
                )

    @api.model
    def _do_bill(self, world, facts):
        """Finance drafts the bills of the month before from what was given."""
        wizard = self._as("finance").env["remediation.support.bill"].create({})
        moves = self.env["account.move"].search(wizard.action_draft()["domain"])
        moves.with_env(self._as("finance").env)[:1].action_post()

    @api.model
    def _do_draft_agreement(self, world, facts):
        """A second one waits for its signatures."""
        self._as("supervisor2").env["remediation.agreement"].create(
            {
                "site_id": world.sites[2].id,
                "currency_id": self.env.ref("base.USD").id,
                "date_start": world.now.date().replace(day=1),
                "end_rule": "working_age",
                "school_ends": "6",
                "party_ids": [
                    Command.create(
                        {"role": role, "partner_id": partner.id, "share": share}
                    )
                    for role, partner, share in (
                        ("purchaser", world.buyer, 70.0),
                        ("ngo", self.env.company.partner_id, 30.0),
                    )
                ],
            }
        )
