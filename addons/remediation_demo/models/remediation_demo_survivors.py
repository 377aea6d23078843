from datetime import datetime, time, timedelta

from odoo import api, models
from odoo.fields import Command

#: Who holds the survivors' cases and has the duties that go with them.
HOLDER = "caseworker5"


class Demo(models.AbstractModel):
    """Two children who were trafficked: what was decided, the route, the money, the
    law and where they are safe. The worker enters it who has these duties."""

    _inherit = "remediation.demo"

    @api.model
    def _plan_survivors(self, world):
        for position, ago in enumerate((48, 34)):
            world.plan(ago, "_do_survive", position)
        world.plan(13, "_do_confirm_survivor", 0)
        world.plan(32, "_do_award")
        world.plan(31, "_do_approve_award_payee")
        world.plan(21, "_do_receive_award")
        world.plan(20, "_do_approve_award")
        world.plan(18, "_do_pay_award")
        world.plan(10, "_do_pay_wages_directly")

    @api.model
    def _survivors(self, world):
        """The children whose files carry it: the holder's, with a plan that runs."""
        return [
            child
            for child in world.children
            if child.worker == HOLDER
            and child.story == "in_remediation"
            and child.case
            and child.opened > 100
        ][:2]

    @api.model
    def _offices(self):
        """The police and the court, as the administrator entered them."""
        partners = self._as("admin").env["res.partner"]
        names = (
            self._said("Police de Fungurume"),
            self._said("Tribunal pour enfants de Kolwezi"),
        )
        known = partners.search([("name", "in", names)])
        if not known:
            known = partners.create(
                [{"name": name, "is_company": True} for name in names]
            )
        return known.sorted("id")

    @api.model
    def _do_survive(self, world, facts):
        police, _court = self._offices()
        env = self._as(HOLDER).env
        network = env["remediation.person.of.interest"].search(
            [("kind", "=", "network")], limit=1
        ) or env["remediation.person.of.interest"].create(
            {
                "kind": "network",
                "full_name": self._said("Réseau du lavoir"),
                "description": self._said(
                    "Recrute des enfants au village pour les lavoirs."
                ),
            }
        )
        for (position,) in facts:
            child = self._survivors(world)[position]
            case = env["remediation.case"].browse(child.case.id)
            env["remediation.survivor.status"].create(
                {
                    "case_id": case.id,
                    "status": ("presumed", "possible")[position],
                    "decided_by_kind": "police",
                    "decided_by_id": police.id,
                    "date": world.today(),
                    "basis": self._said("Entendu par deux agents, avec sa mère."),
                    "appeal_until": world.today() + timedelta(days=90),
                }
            ).action_record()
            self._trace_route(world, case)
            person = self._trace_person(world, case, network, position)
            self._trace_money(world, case, person)
            self._go_to_law(world, case, person, police)
            self._bring_to_safety(world, case, position)

    @api.model
    def _do_confirm_survivor(self, world, facts):
        """The court decides beside the police; a second opinion is still a draft."""
        _police, court = self._offices()
        env = self._as(HOLDER).env
        for (position,) in facts:
            first, second = self._survivors(world)
            env["remediation.survivor.status"].create(
                {
                    "case_id": first.case.id,
                    "status": "confirmed",
                    "decided_by_kind": "court",
                    "decided_by_id": court.id,
                    "date": world.today(),
                    "basis": self._said("Jugement lu à l'audience."),
                    "reference": f"RP {120 + position}/{world.today().year}",
                }
            ).action_record()
            env["remediation.survivor.status"].create(
                {
                    "case_id": second.case.id,
                    "status": "presumed",
                    "basis": self._said("Le récit de l'enfant se tient."),
                }
            )

    @api.model
    def _trace_route(self, world, case):
        """From the village to the washing place; what nobody knows stays empty."""
        steps = (
            ("recruitment", "Village au nord de Manono", "promise", "foot", 420),
            ("transit", "Gare routière de Lubumbashi", False, "lorry", 400),
            ("exploitation", "Lavoir près de Fungurume", "debt", False, 390),
        )
        case.env["remediation.movement"].create(
            [
                {
                    "case_id": case.id,
                    "sequence": 10 * order,
                    "kind": kind,
                    "place": self._said(place),
                    "means": means,
                    "transport": transport,
                    "date_from": world.day(ago),
                    "papers": "withheld" if kind == "exploitation" else False,
                    "control_ids": [
                        Command.set(
                            self.env.ref("case_survivor.control_means_debt_bondage").ids
                            if kind == "exploitation"
                            else []
                        )
                    ],
                }
                for order, (kind, place, means, transport, ago) in enumerate(steps, 1)
            ]
        )

    @api.model
    def _trace_person(self, world, case, network, position):
        """Who brought the child there, as the child calls that person."""
        person = case.env["remediation.person.of.interest"].create(
            {
                "full_name": self._said(("Papa Chargeur", "Maman Balance")[position]),
                "sex": ("male", "female")[position],
                "description": self._said("Tient la balance du lavoir."),
                "network_id": network.id,
            }
        )
        case.env["remediation.person.of.interest.role"].create(
            {
                "case_id": case.id,
                "person_id": person.id,
                "role": ("recruiter", "exploiter")[position],
                "relationship": "known",
                "date_from": world.day(420),
            }
        )
        return person

    @api.model
    def _trace_money(self, world, case, person):
        account = case.env["remediation.money.account"].create(
            {
                "case_id": case.id,
                "kind": "mobile",
                "in_name_of": "survivor",
                "sim_held_by": "exploiter",
                "pin_known_by": "exploiter",
                "opened_on": world.day(380),
            }
        )
        case.env["remediation.money.transfer"].create(
            [
                {
                    "case_id": case.id,
                    "direction": direction,
                    "date": world.day(ago),
                    "amount": amount,
                    "means": "mobile",
                    "account_id": account.id,
                    "person_id": person.id,
                }
                for direction, ago, amount in (
                    ("for_exploiter", 300, 45000),
                    ("to_family", 260, 12000),
                )
            ]
        )
        case.env["remediation.survivor.debt"].create(
            {
                "case_id": case.id,
                "purpose": "travel",
                "owed_to": "recruiter",
                "person_id": person.id,
                "amount": 150000,
                "paid": 60000,
                "since": world.day(400),
            }
        )
        case.env["remediation.survivor.wage"].create(
            {
                "case_id": case.id,
                "date_from": world.day(390),
                "date_to": world.day(120),
                "promised": 900000,
                "paid": 200000,
                "withheld": 700000,
                "paid_to": "exploiter",
                "claimed": 700000,
                "claimed_on": world.today(),
            }
        )

    @api.model
    def _go_to_law(self, world, case, person, police):
        matter = case.env["remediation.legal.matter"].create(
            {
                "case_id": case.id,
                "kind": "complaint",
                "court_id": police.id,
                "opened_on": world.today(),
                "person_ids": [Command.set(person.ids)],
                "compensation_claimed": 700000,
                "summary": self._said("Plainte pour traite et salaires retenus."),
            }
        )
        dates = case.env["remediation.legal.date"].create(
            [
                {
                    "matter_id": matter.id,
                    "kind": kind,
                    "date": datetime.combine(world.day(ago), time(8)),
                    "place": police.name,
                    "accompanied_by_id": case.env.uid,
                }
                for kind, ago in (("interview", 33), ("hearing", -12), ("filing", -20))
            ]
        )
        dates[:1].action_done()

    @api.model
    def _bring_to_safety(self, world, case, position):
        case.env["remediation.shelter.stay"].create(
            {
                "case_id": case.id,
                "kind": ("family", "shelter")[position],
                "date_from": world.today(),
                "date_to": False if position else world.today() + timedelta(days=20),
                "end_reason": False if position else "home",
                "address": self._said("Chez une famille d'accueil, loin du lavoir."),
            }
        )
        plan = case.env["remediation.safety.plan"].create(
            {
                "case_id": case.id,
                "date": world.today(),
                "signs": self._said("Une moto inconnue s'arrête devant la maison."),
                "contacts": self._said("La voisine, puis l'assistante sociale."),
            }
        )
        case.env["remediation.safety.step"].create(
            [
                {"plan_id": plan.id, "what": self._said(what), "sequence": 10 * order}
                for order, what in enumerate(
                    ("Rentrer et fermer la porte.", "Appeler la voisine."), 1
                )
            ]
        )
        plan.action_review()

    # -- what a court awards -------------------------------------------------------
    @api.model
    def _do_award(self, world, facts):
        """The court awards; the first half is announced to finance, by code."""
        _police, court = self._offices()
        held = self.env["account.account"].create(
            {
                "code": "467900",
                "name": self._said("Sommes détenues pour des survivants"),
                "account_type": "liability_current",
                "reconcile": True,
            }
        )
        self.env.company.recovery_account_id = held
        env = self._as(HOLDER).env
        case = env["remediation.case"].browse(self._survivors(world)[0].case.id)
        matter = env["remediation.legal.matter"].create(
            {
                "case_id": case.id,
                "kind": "civil",
                "court_id": court.id,
                "opened_on": world.day(46),
                "compensation_claimed": 700000,
                "compensation_awarded": 500000,
                "compensation_awarded_on": world.today(),
                "summary": self._said("Réparation, payée par le lavoir en deux fois."),
            }
        )
        payee = self._payee(case, world)
        recoveries = env["remediation.recovery"].create(
            [
                {"matter_id": matter.id, "amount": 250000, "payee_id": payee.id}
                for _half in range(2)
            ]
        )
        recoveries.action_submit()
        world.money["recoveries"] = recoveries.ids

    @api.model
    def _payee(self, case, world):
        """The mother, on the account that gets a stipend where there is one."""
        payees = case.env["cash.transfer.payee"]
        if known := payees.search([("case_id", "=", case.id)], limit=1):
            return known
        mother = case.household_id.member_ids.filtered("is_caregiver")[:1]
        payee = payees.create(
            {"case_id": case.id, "kind": "member", "member_id": mother.id}
        )
        case.env["cash.transfer.method.wizard"].create(
            {
                "payee_id": payee.id,
                "provider_id": world.money["provider"],
                "number": "+243817000001",
            }
        ).action_confirm()
        return payee

    @api.model
    def _awarded(self, world, login):
        recoveries = self._as(login).env["remediation.recovery"]
        return recoveries.browse(world.money["recoveries"])

    @api.model
    def _do_approve_award_payee(self, world, facts):
        env = self._approver(self._survivors(world)[0])
        payee = self._awarded(world, HOLDER).payee_id.with_env(env)
        for asked in (payee, payee.method_ids):
            waiting = asked.filtered(lambda record: record.state != "approved")
            self._seen(waiting).action_approve()

    @api.model
    def _do_receive_award(self, world, facts):
        """The first half came; the second is still expected."""
        first = self._awarded(world, "reconciler")[:1]
        first.action_receive(world.today(), world.money["journal"])

    @api.model
    def _do_approve_award(self, world, facts):
        self._seen(self._awarded(world, "approver")[:1]).action_approve()

    @api.model
    def _do_pay_award(self, world, facts):
        self._awarded(world, "releaser")[:1].action_pay(world.today())

    @api.model
    def _do_pay_wages_directly(self, world, facts):
        """The washing place pays a part of the second child's wages to the mother."""
        env = self._as(HOLDER).env
        case = env["remediation.case"].browse(self._survivors(world)[1].case.id)
        wage = env["remediation.survivor.wage"].search([("case_id", "=", case.id)])
        env["remediation.recovery"].create(
            {"wage_id": wage[:1].id, "amount": 120000, "is_direct": True}
        ).action_record(world.today(), self._said("Reçu signé par la mère"))
