from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.fields import Command

from .remediation_demo_children import SURNAMES

MOTHERS = (
    "Albertine",
    "Bibiche",
    "Clarisse",
    "Denise",
    "Esther",
    "Francine",
    "Godelive",
)
FATHERS = (
    "André", "Bonaventure", "Célestin", "Donatien", "Ernest", "Félix", "Gaston",
)  # fmt: skip
#: What a child does there, days a week, hours a day, pay a day in francs, hazards.
WORK = {
    "mine_site": (
        ("Porte des sacs de minerai du puits à la balance", 6, 8, 7000, "heavy_loads"),
        ("Creuse et remonte le minerai dans un puits", 5, 9, 11000, "tunnels"),
        ("Ramasse des restes de minerai sur les remblais", 6, 6, 5000, "dust"),
        ("Lave et trie le minerai dans la rivière", 5, 7, 6000, "water"),
    ),
    "depot": (("Trie le minerai et charge les camions", 6, 7, 6500, "heavy_loads"),),
    "factory": (("Moule et transporte des briques", 6, 7, 5500, "heavy_loads"),),
    "street": (("Vend de l'eau et des beignets", 6, 6, 4000, None),),
    "farm": (("Sarcle et porte des sacs de maïs", 4, 5, 3500, None),),
}
WISHES = (
    "Veut retourner à l'école avec ses amis.",
    "Veut apprendre la couture et gagner sa vie plus tard.",
    "Veut apprendre la mécanique.",
    "Veut que sa petite sœur aille aussi à l'école.",
    "Ne veut plus descendre dans le puits.",
    "Veut aider sa mère sans travailler à la mine.",
)
STRENGTHS = (
    "Sait lire et compter ; la grand-mère l'encourage.",
    "Très motivé ; un oncle maçon peut le prendre en apprentissage.",
    "La famille cherche une solution avec nous.",
)
GOALS = (
    "Retour à l'école et fin du travail à la mine d'ici la fin de l'année scolaire.",
    "Formation professionnelle complète et un premier métier sûr.",
    "Revenu stable de la famille, pour que l'enfant n'ait plus à travailler.",
)
INCOMES = ("stipend", "livelihood", "stipend", "adult_job")
#: Services that are given once.
ONCE = (
    "school_kit",
    "tool_kit",
    "health_check",
    "birth_registration",
    "psychosocial_support",
    "business_support",
)


class Demo(models.AbstractModel):
    """The file of each child, step by step: registered, met, assessed, planned."""

    _inherit = "remediation.demo"

    @api.model
    def _do_register(self, world, facts):
        today = world.today()
        for login, mine in self._by_worker(facts):
            env = self._desk(login)
            children = [fact[0] for fact in mine]
            alone = [c for c in children if not (c.sibling and c.sibling.family)]
            families = env["remediation.household"].create(
                [self._family_vals(world, child, today) for child in alone]
            )
            for child, family in zip(alone, families, strict=True):
                child.family = family
            for child in children:
                child.family = child.family or child.sibling.family.with_env(env)
            people = env["remediation.beneficiary"].create(
                [self._person_vals(child, today) for child in children]
            )
            cases = env["remediation.case"].create(
                [
                    {
                        "beneficiary_id": person.id,
                        "programme_id": child.programme.id,
                        "site_id": child.site.id,
                        "risk_level": child.risk,
                    }
                    for child, person in zip(children, people, strict=True)
                ]
            )
            for child, case in zip(children, cases, strict=True):
                child.case = case
            env["remediation.work.situation"].create(
                [self._work_vals(env, child) for child in children]
            )
            if login == "partner":
                cases.action_assign(world.people["partner"].id)
            urgent = [
                c for c in children if c.risk == "high" and c.case.stage != "closed"
            ]
            env["remediation.plan.action"].create(
                [
                    {
                        "case_id": child.case.id,
                        "domain": "protection",
                        "is_urgent": True,
                        "description": self._said(
                            "Retirer l'enfant du puits le jour même."
                        ),
                        "provider_id": self.env.company.partner_id.id,
                        "is_free": True,
                        "date_due": today + timedelta(days=2),
                    }
                    for child in urgent
                    # One alarm stays open, for the urgent list.
                    if not (child.story == "registered" and child.number % 2)
                ]
            )

    @api.model
    def _person_vals(self, child, today):
        return {
            "first_name": child.first_name,
            "last_name": child.last_name,
            "sex": child.sex,
            "age_estimated": child.age,
            "age_recorded_on": today,
            "age_method": ("caregiver", "school_record", "health_card")[
                child.number % 3
            ],
            "age_confidence": "medium",
            "birth_registered": ("no", "yes", "unknown")[child.number % 3],
            "school_status": ("dropped_out", "never", "in_school")[child.number % 3],
            "last_grade": (self._said("3e primaire"), False, self._said("5e primaire"))[
                child.number % 3
            ],
            "has_disability": child.number % 17 == 5,
            "household_id": child.family.id,
            "area_id": child.site.area_id.id,
        }

    @api.model
    def _family_vals(self, world, child, today):
        number = child.number
        mother = {
            "full_name": f"{MOTHERS[number % 7]} {SURNAMES[(number + 3) % 18]}",
            "relationship": "mother",
            "sex": "female",
            "is_caregiver": True,
            "age": 29 + number % 14,
            "phone": f"+24389{5550000 + number:07d}",
            "livelihood": (
                self._said("Petit commerce"),
                self._said("Lavage de minerai"),
                self._said("Sans revenu"),
            )[number % 3],
        }
        father = {
            "full_name": f"{FATHERS[number % 7]} {child.last_name}",
            "relationship": "father",
            "sex": "male",
            "is_caregiver": number % 3 != 0,
            "is_deceased": number % 3 == 0,
            "age": 34 + number % 15,
            "livelihood": self._said("Creuseur artisanal"),
        }
        others = [
            {
                "relationship": "sibling",
                "sex": ("female", "male")[(number + order) % 2],
                "age": 5 + (number + 4 * order) % 9,
                "in_school": ("no", "yes")[(number + order) % 2],
            }
            for order in range(1 + number % 4)
        ]
        return {
            "area_id": child.site.area_id.id,
            "address": self._said("Avenue {} n° {}", SURNAMES[number % 18], number + 4),
            "family_type": "one_parent" if number % 3 == 0 else "two_parents",
            "size": 3 + len(others),
            "income_band": ("low", "none", "low")[number % 3],
            "livelihood": mother["livelihood"],
            "member_ids": [
                Command.create({"age_recorded_on": today, **member})
                for member in (mother, father, *others)
            ],
        }

    @api.model
    def _work_vals(self, env, child):
        kinds = WORK[child.site.site_type]
        activity, days, hours, pay, hazard = kinds[child.number % len(kinds)]
        return {
            "case_id": child.case.id,
            "works": "yes",
            "site_id": child.site.id,
            "activity": self._said(activity),
            "days_week": days,
            "hours_week": days * hours,
            "interferes_with_school": "yes",
            "hazard_ids": [
                Command.set(
                    self.env.ref(f"child_remediation.hazard_{hazard}").ids
                    if hazard
                    else []
                )
            ],
            "pay": pay,
            "pay_period": "day",
            "paid_to": "child",
            "employer_relationship": ("self", "relative", "employer")[child.number % 3],
            "started_age": max(child.age - 1 - child.number % 3, 6),
        }

    @api.model
    def _do_contact(self, world, facts):
        for login, mine in self._by_worker(facts):
            env = self._desk(login)
            cases = env["remediation.case"].browse([f[0].case.id for f in mine])
            cases.filtered(
                lambda c: not c.first_contact_on
            ).action_record_first_contact()
            consents = []
            for (child,) in mine:
                caregiver = child.family.with_env(env).member_ids.filtered(
                    lambda m: m.relationship == "mother"
                )
                for purpose in (
                    "services",
                    "share_with_org",
                    "reporting",
                    "school_contact",
                    "cash_data",
                ):
                    if purpose == "reporting" and child.number % 11 == 6:
                        continue
                    consents.append(
                        {
                            "case_id": child.case.id,
                            "purpose": purpose,
                            "subject": "caregiver",
                            "data_set": "service",
                            "given_by_member_id": caregiver.id,
                            "assent": "yes",
                            "limits_explained": True,
                            "how": ("thumbprint", "written")[child.number % 2],
                            "answer": "no"
                            if purpose == "share_with_org" and child.number % 37 == 9
                            else "yes",
                        }
                    )
            env["remediation.consent"].create(consents)

    @api.model
    def _do_assess(self, world, facts):
        for login, mine in self._by_worker(facts):
            env = self._desk(login)
            assessments = env["remediation.assessment"].create(
                [
                    {
                        "case_id": child.case.id,
                        "assessment_type": "review"
                        if child.file.assessment_ids
                        else "initial",
                        "present": self._said("L'enfant, la mère, l'assistant social"),
                        "child_wishes": self._said(WISHES[child.number % len(WISHES)]),
                        "caregiver_view": self._said(
                            "D'accord pour chercher une autre solution."
                        ),
                        "strengths": self._said(
                            STRENGTHS[child.number % len(STRENGTHS)]
                        ),
                        "score_ids": [
                            Command.create(vals) for vals in self._scores(env, child)
                        ],
                    }
                    for child, _submit in mine
                ]
            )
            ready = assessments.browse(
                [
                    assessment.id
                    for assessment, (_child, submit) in zip(
                        assessments, mine, strict=True
                    )
                    if submit
                ]
            )
            ready.action_submit()

    @api.model
    def _scores(self, env, child):
        domains = [
            key
            for key, _label in env["remediation.assessment.score"]
            ._fields["domain"]
            ._description_selection(env)
        ]
        base = {"high": 3, "medium": 2, "low": 1}[child.risk]
        again = child.file.reopened_count
        for order, domain in enumerate(domains):
            score = min(base + (child.number + order) % 2, 4 if base == 3 else 3)
            if domain == "work" and child.risk == "high" and not again:
                score = 4
            elif domain in ("work", "safety"):
                score = min(score, 3)
            yield {
                "domain": domain,
                "score": str(score),
                "comment": self._said("Travail dangereux constaté sur place.")
                if score == 4
                else False,
            }

    @api.model
    def _do_approve(self, world, facts):
        for kind in ("assessment", "plan", "closure"):
            mine = [child for child, what in facts if what == kind]
            by_approver = defaultdict(list)
            for child in mine:
                by_approver[child.file.team_id.supervisor_id].append(child)
            for children in by_approver.values():
                env = self._approver(children[0])
                waiting = env[f"remediation.{kind}"].search(
                    [
                        ("case_id", "in", [child.case.id for child in children]),
                        ("state", "=", "submitted"),
                    ]
                )
                own = waiting.filtered_domain([("create_uid", "=", env.uid)])
                if waiting - own:
                    self._seen(waiting - own).action_approve()
                if own:  # four eyes: the deputy decides on the supervisor's own work
                    self._seen(
                        own.with_user(self._user("coordinator"))
                    ).action_approve()

    @api.model
    def _do_agree(self, world, facts):
        """Approve plans: on one day after they were written."""
        self._do_approve(world, facts)

    @api.model
    def _do_reject(self, world, facts):
        for child, kind in facts:
            env = self._approver(child)
            waiting = env[f"remediation.{kind}"].search(
                [("case_id", "=", child.case.id), ("state", "=", "submitted")]
            )
            if waiting and waiting.create_uid != env.user:
                waiting.action_reject(
                    self._said("Précisez ce que l'enfant a dit du trajet.")
                )

    @api.model
    def _do_plan(self, world, facts):
        today = world.today()
        for login, mine in self._by_worker(facts):
            env = self._desk(login)
            services = {s.code: s for s in env["remediation.service.type"].search([])}
            plans = env["remediation.plan"].create(
                [
                    self._plan_vals(world, env, child, services, today)
                    for child, _submit in mine
                ]
            )
            plans.browse(
                [
                    plan.id
                    for plan, (_child, submit) in zip(plans, mine, strict=True)
                    if submit
                ]
            ).action_submit()

    @api.model
    def _plan_vals(self, world, env, child, services, today):
        older = child.age >= 15
        income = INCOMES[child.number % len(INCOMES)]
        caregiver = child.family.with_env(env).member_ids.filtered(
            lambda m: m.relationship == "mother"
        )
        return {
            "case_id": child.case.id,
            "goal": self._said(GOALS[1 if older else child.number % 3]),
            "participants": self._said("L'enfant, la mère, l'assistant social"),
            "target_date": today + timedelta(days=365),
            "payer": "brand" if child.funder == world.funders[1] else "ngo",
            "caregiver_member_id": caregiver.id,
            "caregiver_agreed_on": today,
            "child_assent": "yes",
            "child_assent_on": today,
            "income_replacement": income,
            "action_ids": [
                Command.create(
                    {
                        "domain": domain,
                        "service_type_id": services[code].id,
                        "description": services[code].name,
                        "provider_id": provider.id,
                        "cost_estimate": cost,
                        "is_free": not cost,
                        # What goes on is due at the end of the plan.
                        "date_due": today
                        + timedelta(days=days + 260 if code in ONCE else 640 + days),
                    }
                )
                for domain, code, provider, cost, days in self._wanted(
                    world, child, income
                )
            ],
        }

    @api.model
    def _wanted(self, world, child, income):
        """Domain, service, provider, cost and days of each action of a plan."""
        older = child.age >= 15
        school = (world.centres if older else world.schools)[
            child.number % (2 if older else 4)
        ]
        own = self.env.company.partner_id
        wanted = [
            ("vocational", "training_fees", school.partner_id, 240000, 30)
            if older
            else ("education", "school_fees", school.partner_id, 160000, 30),
            ("vocational", "tool_kit", school.partner_id, 95000, 60)
            if older
            else ("education", "school_kit", own, 45000, 20),
            ("health", "health_check", own, 25000, 25),
            {
                "stipend": ("cash", "stipend", own, 85000, 30),
                "livelihood": ("livelihood", "business_support", own, 300000, 60),
                "adult_job": ("livelihood", "adult_job", own, 0, 90),
            }[income],
        ]
        if child.number % 3 == 0:
            wanted.append(("savings_group", "savings_group", own, 0, 60))
        if child.number % 4 == 2:
            wanted.append(
                (
                    "sibling_support",
                    "sibling_school",
                    world.schools[0].partner_id,
                    120000,
                    45,
                )
            )
        if child.number % 5 == 3:
            wanted.append(("psychosocial", "psychosocial_support", own, 30000, 40))
        if child.number % 7 == 1:
            wanted.append(("legal_documents", "birth_registration", own, 20000, 75))
        return wanted

    @api.model
    def _do_revise(self, world, facts):
        """A new version of the plan, agreed anew."""
        today = world.today()
        for login, mine in self._by_worker(facts):
            env = self._desk(login)
            for (child,) in mine:
                plan = env["remediation.case"].browse(child.case.id).active_plan_id
                new = env["remediation.plan"].browse(plan.action_revise()["res_id"])
                new.write(
                    {
                        "caregiver_agreed_on": today,
                        "child_assent": "yes",
                        "child_assent_on": today,
                        "target_date": today + timedelta(days=300),
                    }
                )
                new.action_submit()
