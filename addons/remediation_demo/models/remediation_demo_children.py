from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Command

GIRLS = (
    "Amani", "Béa", "Charlène", "Dorcas", "Elikya", "Furaha", "Grâce", "Héritière",
    "Immaculée", "Jolie", "Kapinga", "Lwanzo", "Mwamini", "Neema", "Odia", "Plamedi",
    "Rebecca", "Sifa", "Tabitha", "Uzima", "Venantie", "Wivine", "Yaya", "Zawadi",
)  # fmt: skip
BOYS = (
    "Amédée", "Baraka", "Chançard", "Dieumerci", "Éphraïm", "Fabrice", "Glody", "Hervé",
    "Isaac", "Jonas", "Kabeya", "Luc", "Michée", "Nathan", "Obed", "Prince", "Rodrigue",
    "Salomon", "Théo", "Ursule", "Victor", "Willy", "Yannick", "Zacharie",
)  # fmt: skip
SURNAMES = (
    "Banza", "Chola", "Dilunga", "Fwamba", "Ilunga", "Kabamba", "Lubamba", "Makonga",
    "Ngandu", "Pungwe", "Sendwe", "Tshibangu", "Umba", "Yumba", "Zongwe", "Kasweka",
    "Mulongo", "Nsenga",
)  # fmt: skip
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
VISIT_NOTES = (
    "Présent à la maison, cahiers à jour.",
    "Vu à l'école ; l'enseignante est contente.",
    "La mère vend désormais au marché ; le ménage mange deux fois par jour.",
    "A parlé de ses amis restés à la mine.",
    "Fatigué, mais de bonne humeur.",
)
#: Where the story of a child ends: how it ends, how many, opened between so many days
#: before the present.
STORIES = (
    ("registered", 5, (0, 3)),
    ("first_contact", 5, (5, 12)),
    ("assessment", 7, (9, 24)),
    ("planning", 8, (16, 40)),
    ("in_remediation", 27, (70, 560)),
    ("monitoring", 8, (330, 620)),
    ("on_hold", 3, (200, 420)),
    ("closed", 10, (470, 729)),
    ("reopened", 2, (560, 700)),
)
#: Why the closed ones were closed, and how long after they were opened.
CLOSURES = (
    ("goals_met", "out_of_child_labour"),
    ("goals_met", "out_of_child_labour"),
    ("goals_met", "out_of_child_labour"),
    ("goals_met", "out_of_child_labour"),
    ("lost_contact", "unknown"),
    ("moved_in_country", "reduced_hazard"),
    ("goals_met", "out_of_child_labour"),
    ("refused", "unchanged"),
    ("lost_contact", "unknown"),
    ("moved_in_country", "out_of_child_labour"),
)
#: Services that are given once.
ONCE = (
    "school_kit",
    "tool_kit",
    "health_check",
    "birth_registration",
    "psychosocial_support",
    "business_support",
)
RISKS = ("medium", "high", "medium", "low", "medium", "medium", "high", "low")


@dataclass
class Child:
    """A made-up child, before and after it has a file."""

    number: int
    story: str
    opened: int  # days before the present
    risk: str
    sex: str
    first_name: str
    last_name: str
    age: int
    worker: str
    programme: object
    site: object
    funder: object = None
    sibling: object = None
    ended: int = 0
    closure: tuple = ()
    visits: int = 0
    family: object = None
    case: object = None
    enrolment: object = None
    facts: dict = field(default_factory=dict)


class Demo(models.AbstractModel):
    """Second chapter: 75 children, from the first word to the checks after closure."""

    _inherit = "remediation.demo"

    # -- who they are ------------------------------------------------------------
    @api.model
    def _plan_children(self, world):
        workers = {
            "Kolwezi": ("caseworker2", "caseworker", "caseworker2", "partner"),
            "Mutoshi": ("caseworker3", "caseworker4", "caseworker3"),
            "Fungurume": ("caseworker5", "caseworker6"),
        }
        funders = [world.funders[0]] * 14 + [world.funders[1]] * 3
        funders += [world.funders[2]] * 10
        ends = iter(CLOSURES)
        number = 0
        for story, count, (first, last) in STORIES:
            for position in range(count):
                opened = first + (last - first) * position // max(count - 1, 1)
                site = world.sites[number * 3 % len(world.sites)]
                girl = number % 5 in (1, 3)
                names = GIRLS if girl else BOYS
                age = 8 + number * 7 % 9
                child = Child(
                    number=number,
                    story=story,
                    opened=world.working_day(opened),
                    risk=RISKS[number % len(RISKS)],
                    sex="female" if girl else "male",
                    first_name=names[number % len(names)],
                    last_name=SURNAMES[number * 5 % len(SURNAMES)],
                    age=age,
                    worker=workers[site.area_id.name][
                        number // 3 % len(workers[site.area_id.name])
                    ],
                    programme=world.programmes[
                        1 if age >= 15 else (0, 2, 3)[number % 3]
                    ],
                    site=site,
                )
                if story == "closed":
                    child.closure = next(ends)
                if story in ("in_remediation", "monitoring") and funders:
                    child.funder = funders.pop(0)
                world.children.append(child)
                number += 1
        # Six pairs of brothers and sisters.
        running = [c for c in world.children if c.story == "in_remediation"]
        for elder, younger in zip(running[:12:2], running[1:12:2], strict=True):
            younger.sibling = elder
            younger.last_name, younger.site = elder.last_name, elder.site
            younger.worker = elder.worker
        for month in range(24):
            first = world.now.date().replace(day=1) - relativedelta(months=month)
            # By the second Tuesday or Thursday of the month the register is in.
            ago = (world.now.date() - first).days - 8
            if ago >= 0:
                world.plan(ago, "_do_attendance")
        for child in world.children:
            world.plan(child.opened, "_do_register", child)
            self._plan_story(world, child)

    @api.model
    def _plan_story(self, world, child):
        """The steps of one child, each on its day; those still to come are left out."""
        stages = ("registered", "first_contact", "assessment", "planning")
        reached = stages.index(child.story) if child.story in stages else len(stages)
        start = child.opened
        late = child.number % 9 == 4  # somebody was too slow

        def plan(days, what, *facts):
            if start - days >= 0:
                world.plan(start - days, what, child, *facts)
                return True
            return False

        if reached < 1:
            return
        plan(1, "_do_contact")
        if reached < 2:
            return
        after = 24 if late else 5
        if reached == 2:
            plan(min(4, start), "_do_assess", child.number % 2 == 0)
            if child.number % 4 == 1:
                plan(min(6, start), "_do_reject", "assessment")
            return
        plan(after, "_do_assess", True)
        plan(after + 3, "_do_approve", "assessment")
        if reached == 3:
            if child.number % 4:
                plan(after + 5, "_do_plan", child.number % 4 != 1)
            return
        plan(after + 9, "_do_plan", True)
        plan(after + 12, "_do_agree", "plan")
        plan(after + 14, "_do_run")
        self._plan_support(world, child, after + 20)

    @api.model
    def _plan_support(self, world, child, after):
        """Visits, deliveries, and how it ends."""
        length = child.opened - after
        if child.story == "closed":
            lost = child.closure[0] == "lost_contact"
            child.ended = max(length - (200 if lost else 300), 15 if lost else 20)
        elif child.story == "reopened":
            child.ended = length - 260
            child.closure = ("goals_met", "out_of_child_labour")
        finish = child.ended + 80 if child.ended else 0
        if child.story == "monitoring":
            finish = 90
        stop = self._last_visit(child)
        self._plan_visits(world, child, length, stop)
        if finish:
            world.plan(finish, "_do_finish", child)
        review = length - 170
        if child.number % 4 == 0 and review > max(stop, finish, 30) + 20:
            world.plan(review + 8, "_do_assess", child, True)
            world.plan(review + 4, "_do_approve", child, "assessment")
            world.plan(review, "_do_revise", child)
            world.plan(review - 4, "_do_agree", child, "plan")
        if child.story == "on_hold":
            world.plan(30, "_do_hold", child)
        if child.ended:
            self._plan_end(world, child)
        if child.story == "reopened":
            self._plan_return(world, child)

    @api.model
    def _last_visit(self, child):
        """Days before the present from which on nobody visits any more."""
        if child.story == "on_hold":
            return 40
        if child.closure and child.closure[0] == "lost_contact":
            return child.ended + 110
        return child.ended + 5 if child.ended else 2

    @api.model
    def _plan_visits(self, world, child, length, stop):
        every = {"high": 27, "medium": 40, "low": 55}[child.risk]
        if child.number % 9 == 4:
            every += 30
        day = length
        while day > stop:
            # Out of work from the third month on, mostly.
            known = child.opened - day
            working = known < 100 and child.number % 3 != 0
            if child.number % 8 == 5 and 100 < known < 190:
                working = True
            world.plan(day, "_do_visit", child, working)
            if child.visits % 2 == 0:
                world.plan(day, "_do_deliver", child)
            child.visits += 1
            day -= every

    @api.model
    def _plan_end(self, world, child):
        """What a closure of its kind needs, the closure and the checks after it."""
        reason = child.closure[0]
        if reason == "goals_met":
            # Two clean visits, the last one fresh.
            world.plan(child.ended + 75, "_do_visit", child, False)
            world.plan(child.ended + 3, "_do_visit", child, False)
        if reason == "lost_contact":
            for days in (100, 50, 4):
                world.plan(
                    child.ended + days,
                    "_do_note",
                    child,
                    "contact_attempt",
                    "Personne à la maison ; les voisins ne savent rien.",
                )
        world.plan(child.ended, "_do_close", child)
        if child.story == "closed" and reason in ("goals_met", "refused"):
            for months in (3, 6, 12, 24):
                day = child.ended - round(months * 30.5)
                if day > 3 and not (months == 6 and child.number % 3 == 0):
                    world.plan(day, "_do_check", child, False)

    @api.model
    def _plan_return(self, world, child):
        """A closed case that begins again: by a bad check, or by a supervisor."""
        day = child.ended - 95
        if child.number % 2:
            world.plan(day, "_do_check", child, True)
            return
        world.plan(day, "_do_reopen", child)
        world.plan(day - 6, "_do_assess", child, True)
        world.plan(day - 9, "_do_approve", child, "assessment")
        world.plan(day - 15, "_do_plan", child, True)
        world.plan(day - 18, "_do_agree", child, "plan")
        world.plan(day - 20, "_do_run", child)
        for later in range(30, day - 5, 40):
            world.plan(day - later, "_do_visit", child, False)

    # -- by whom -------------------------------------------------------------------
    @api.model
    def _by_worker(self, facts):
        """``{login: facts}`` of what is done, by who holds the child's case."""
        by_worker = defaultdict(list)
        for fact in facts:
            by_worker[fact[0].worker].append(fact)
        return by_worker.items()

    @api.model
    def _desk(self, login):
        """The worker's environment; a partner's case manager works on the portal, so
        that the supervisor enters what came from there."""
        return self._as("supervisor" if login == "partner" else login).env

    @api.model
    def _holder(self, child):
        """The environment of whoever holds the case now; see :meth:`_desk`."""
        user = child.case.sudo().user_id
        if user.share:
            return self._desk("partner")
        return (
            self.with_user(user)
            .with_context(
                allowed_company_ids=self.env.company.ids,
                lang="fr_FR",
                tracking_disable=True,
            )
            .env
        )

    @api.model
    def _approver(self, child):
        return (
            self.with_user(child.case.sudo().team_id.supervisor_id)
            .with_context(
                allowed_company_ids=self.env.company.ids,
                lang="fr_FR",
                tracking_disable=True,
            )
            .env
        )

    # -- the steps -----------------------------------------------------------------
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
                [
                    {
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
                        "school_status": ("dropped_out", "never", "in_school")[
                            child.number % 3
                        ],
                        "last_grade": ("3e primaire", False, "5e primaire")[
                            child.number % 3
                        ],
                        "has_disability": child.number % 17 == 5,
                        "household_id": child.family.id,
                        "area_id": child.site.area_id.id,
                    }
                    for child in children
                ]
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
                        "description": "Retirer l'enfant du puits le jour même.",
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
    def _family_vals(self, world, child, today):
        number = child.number
        mother = {
            "full_name": f"{MOTHERS[number % 7]} {SURNAMES[(number + 3) % 18]}",
            "relationship": "mother",
            "sex": "female",
            "is_caregiver": True,
            "age": 29 + number % 14,
            "phone": f"+24389{5550000 + number:07d}",
            "livelihood": ("Petit commerce", "Lavage de minerai", "Sans revenu")[
                number % 3
            ],
        }
        father = {
            "full_name": f"{FATHERS[number % 7]} {child.last_name}",
            "relationship": "father",
            "sex": "male",
            "is_caregiver": number % 3 != 0,
            "is_deceased": number % 3 == 0,
            "age": 34 + number % 15,
            "livelihood": "Creuseur artisanal",
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
            "address": f"Avenue {SURNAMES[number % 18]} n° {number + 4}",
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
            "activity": activity,
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
                        if child.case.sudo().assessment_ids
                        else "initial",
                        "present": "L'enfant, la mère, l'assistant social",
                        "child_wishes": WISHES[child.number % len(WISHES)],
                        "caregiver_view": "D'accord pour chercher une autre solution.",
                        "strengths": STRENGTHS[child.number % len(STRENGTHS)],
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
        again = child.case.sudo().reopened_count
        for order, domain in enumerate(domains):
            score = min(base + (child.number + order) % 2, 4 if base == 3 else 3)
            if domain == "work" and child.risk == "high" and not again:
                score = 4
            elif domain in ("work", "safety"):
                score = min(score, 3)
            yield {
                "domain": domain,
                "score": str(score),
                "comment": "Travail dangereux constaté sur place."
                if score == 4
                else False,
            }

    @api.model
    def _do_approve(self, world, facts):
        for kind in ("assessment", "plan", "closure"):
            mine = [child for child, what in facts if what == kind]
            by_approver = defaultdict(list)
            for child in mine:
                by_approver[child.case.sudo().team_id.supervisor_id].append(child)
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
                    (waiting - own).action_approve()
                if own:  # four eyes: the deputy decides on the supervisor's own work
                    own.with_user(self._user("coordinator")).action_approve()

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
                waiting.action_reject("Précisez ce que l'enfant a dit du trajet.")

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
        income = ("stipend", "livelihood", "stipend", "adult_job")[child.number % 4]
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
        caregiver = child.family.with_env(env).member_ids.filtered(
            lambda m: m.relationship == "mother"
        )
        return {
            "case_id": child.case.id,
            "goal": GOALS[1 if older else child.number % 3],
            "participants": "L'enfant, la mère, l'assistant social",
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
                for domain, code, provider, cost, days in wanted
            ],
        }

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

    @api.model
    def _do_run(self, world, facts):
        """The plan begins: school, funder, the first action."""
        today = world.today()
        for login, mine in self._by_worker(facts):
            env = self._desk(login)
            cases = env["remediation.case"].browse([f[0].case.id for f in mine])
            actions = cases.active_plan_id.action_ids
            actions.filtered(
                lambda a: a.state == "planned" and a.domain in ("education", "health")
            ).action_start()
            vals_list = []
            for (child,) in mine:
                if child.enrolment and child.enrolment.state in (
                    "enrolled",
                    "attending",
                ):
                    continue
                older = child.age >= 15
                school = (world.centres if older else world.schools)[
                    child.number % (2 if older else 4)
                ]
                case = env["remediation.case"].browse(child.case.id)
                vals_list.append(
                    {
                        "case_id": child.case.id,
                        "institution_id": school.id,
                        "kind": "vocational" if older else "formal",
                        "level": "1re année"
                        if older
                        else f"{2 + child.age % 5}e primaire",
                        "date_start": today,
                        "fees": 240000 if older else 160000,
                        "state": "attending",
                        "plan_action_id": case.active_plan_id.action_ids.filtered(
                            lambda a: a.domain in ("education", "vocational")
                        )[:1].id,
                    }
                )
            enrolments = env["remediation.education.enrolment"].create(vals_list)
            by_case = {enrolment.case_id.id: enrolment for enrolment in enrolments}
            for (child,) in mine:
                child.enrolment = by_case.get(child.case.id, child.enrolment)
        for (child,) in facts:
            if child.funder and not child.facts.get("funded"):
                child.facts["funded"] = today
                child.case.with_env(self._approver(child)).action_set_funding(
                    today, {child.funder.id: 100}
                )

    @api.model
    def _do_visit(self, world, facts):
        for login, mine in self._by_worker(facts):
            env = self._desk(login)
            visits = env["remediation.visit"].create(
                [
                    self._visit_vals(world, child, working)
                    for child, working in mine
                    if not child.case.sudo().closed_on
                ]
            )
            if visits:
                visits.action_done()

    @api.model
    def _visit_vals(self, world, child, working, **more):
        today = world.today()
        child.facts["visits"] = count = child.facts.get("visits", 0) + 1
        away = count % 9 == 7 and not more  # nobody there, or by phone
        vals = {
            "case_id": child.case.id,
            "date_planned": today,
            "date_done": today,
            "visit_type": ("home", "school", "home", "unannounced")[
                (child.number + count) % 4
            ],
            "child_seen": "yes",
            "child_seen_alone": "yes" if count % 2 else "no",
            "present": "L'enfant et un parent",
            "occupation": "none"
            if working
            else "training"
            if child.age >= 15
            else "holidays"
            if today.month in (7, 8)
            else "school",
            "wellbeing": str(2 + (child.number + count) % 4),
            "child_working": "yes" if working else "no",
            "immediate_danger": "no",
            "note": VISIT_NOTES[(child.number + count) % len(VISIT_NOTES)],
            **more,
        }
        if working:
            vals.update(
                work_activity="Porte des sacs le samedi",
                site_id=child.site.id,
                hours_week=12,
                interferes_with_school="yes",
            )
        if away:
            vals.update(
                visit_type="phone",
                child_seen="no",
                child_seen_alone=False,
                occupation=False,
                child_working=False,
                note="Parlé au téléphone avec la mère.",
            )
        return vals

    @api.model
    def _do_deliver(self, world, facts):
        today = world.today()
        for login, mine in self._by_worker(facts):
            env = self._desk(login)
            vals_list = []
            for (child,) in mine:
                case = env["remediation.case"].browse(child.case.id)
                count = child.facts["given"] = child.facts.get("given", 0) + 1
                actions = case.active_plan_id.action_ids.filtered(
                    lambda a: (
                        a.state in ("planned", "in_progress")
                        and a.domain not in ("cash", "savings_group")
                    )
                )
                if not actions or case.stage != "in_remediation":
                    continue
                action = actions[count % len(actions)]
                vals_list.append(
                    {
                        "plan_action_id": action.id,
                        "date": today,
                        "provider_id": action.provider_id.id,
                        "unit": "term" if action.domain == "education" else "session",
                        "cost": action.cost_estimate / 3,
                        "recipient": "sibling"
                        if action.domain == "sibling_support"
                        else "caregiver"
                        if action.domain == "livelihood"
                        else "child",
                        "note": action.description,
                    }
                )
            given = env["remediation.service.delivery"].create(vals_list)
            # What is given once is done with it.
            given.plan_action_id.filtered(
                lambda a: a.service_type_id.code in ONCE and a.state == "in_progress"
            ).action_done("Remis.")

    @api.model
    def _do_attendance(self, world, facts):
        """The month that ended, for all who are at school."""
        month = (world.today().replace(day=1) - timedelta(days=1)).replace(day=1)
        holiday = month.month in (7, 8)
        by_worker = defaultdict(list)
        for child in world.children:
            enrolment = child.enrolment
            if (
                enrolment
                and enrolment.state in ("attending", "irregular")
                and enrolment.date_start.replace(day=1) <= month
                and not child.case.sudo().closed_on
            ):
                by_worker[child.worker].append(child)
        for login, children in by_worker.items():
            rows = []
            for child in children:
                days = 0 if holiday else 20 + month.month % 3
                weak = child.number % 6 == 1
                missed = 0 if holiday else (child.number + month.month) % 4
                missed += 5 if weak and not holiday else 0
                rows.append(
                    {
                        "enrolment_id": child.enrolment.id,
                        "days_open": days,
                        "days_present": days - missed,
                        "days_excused": missed // 2,
                        "days_unexcused": missed - missed // 2,
                        "longest_absence": min(missed, 2),
                    }
                )
            self._desk(login)["remediation.attendance"]._enter_month(month, rows)

    @api.model
    def _do_finish(self, world, facts):
        """All actions of the plan are carried out, or decided otherwise."""
        for login, mine in self._by_worker(facts):
            env = self._desk(login)
            for (child,) in mine:
                case = env["remediation.case"].browse(child.case.id)
                running = case.active_plan_id.action_ids.filtered(
                    lambda a: a.state in ("planned", "in_progress")
                )
                if not running:
                    continue
                first, rest = running[:1], running[1:]
                if child.number % 5 == 1 and len(rest) > 1:
                    first.action_not_available("Aucun prestataire dans la zone.")
                elif child.number % 5 == 2 and len(rest) > 1:
                    first.action_refuse("La famille préfère une autre école.")
                elif child.number % 5 == 4 and len(rest) > 1:
                    first.action_cancel("Plus nécessaire.")
                else:
                    rest = running
                rest.action_done("Fait.")

    @api.model
    def _do_note(self, world, facts):
        for login, mine in self._by_worker(facts):
            self._desk(login)["remediation.note"].create(
                [
                    {"case_id": child.case.id, "kind": kind, "text": text}
                    for child, kind, text in mine
                ]
            )

    @api.model
    def _do_close(self, world, facts):
        for login, mine in self._by_worker(facts):
            env = self._desk(login)
            for (child,) in mine:
                case = env["remediation.case"].browse(child.case.id)
                running = case.plan_action_ids.filtered(
                    lambda a: a.state in ("planned", "in_progress")
                )
                if running:
                    running.action_cancel("La prise en charge se termine.")
                reason, outcome = child.closure
                if child.enrolment and child.enrolment.state == "attending":
                    child.enrolment.with_env(env).write(
                        {
                            "state": "completed"
                            if reason == "goals_met"
                            else "dropped",
                            "date_end": world.today(),
                            "result": "passed" if reason == "goals_met" else False,
                        }
                    )
                closure = env["remediation.closure"].create(
                    {
                        "case_id": case.id,
                        "reason": reason,
                        "outcome": outcome,
                        "note": "L'enfant ne travaille plus."
                        if outcome == "out_of_child_labour"
                        else "Voir les notes.",
                        "best_interest_note": "Discuté en équipe avec la famille."
                        if reason == "refused"
                        else False,
                    }
                )
                closure.action_submit()
                approver = self._as("coordinator")
                closure.with_env(approver.env).action_approve()

    @api.model
    def _do_check(self, world, facts):
        """A check after closure; a bad one reopens the case by itself (R23)."""
        for login, mine in self._by_worker(facts):
            env = self._desk(login)
            visits = env["remediation.visit"]
            for child, working in mine:
                planned = visits.search(
                    [
                        ("case_id", "=", child.case.id),
                        ("is_post_closure", "=", True),
                        ("state", "=", "planned"),
                    ],
                    order="date_planned",
                    limit=1,
                )
                if not planned:
                    continue
                vals = self._visit_vals(world, child, working, visit_type="home")
                for name in ("case_id", "date_planned"):
                    vals.pop(name)
                planned.write(vals)
                visits |= planned
            if visits:
                visits.action_done()

    @api.model
    def _do_hold(self, world, facts):
        for (child,) in facts:
            child.case.with_env(self._approver(child)).action_hold(
                "La famille est partie au village pour les semailles.",
                world.now.date() + timedelta(days=20 + child.number),
            )

    @api.model
    def _do_reopen(self, world, facts):
        for (child,) in facts:
            child.case.with_env(self._approver(child)).action_reopen(
                "Vu de nouveau à la carrière par le point focal."
            )
