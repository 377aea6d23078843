from collections import defaultdict
from dataclasses import dataclass, field

from dateutil.relativedelta import relativedelta

from odoo import api, models

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

    @property
    def file(self):
        # sudo: the script knows every case, whoever holds it at that time
        return self.case.sudo()


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
                    self._said("Personne à la maison ; les voisins ne savent rien."),
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
        user = child.file.user_id
        if user.share:
            return self._desk("partner")
        return (
            self.with_user(user)
            .with_context(
                allowed_company_ids=self.env.company.ids,
                lang=self._language(),
                tracking_disable=True,
            )
            .env
        )

    @api.model
    def _approver(self, child):
        return (
            self.with_user(child.file.team_id.supervisor_id)
            .with_context(
                allowed_company_ids=self.env.company.ids,
                lang=self._language(),
                tracking_disable=True,
            )
            .env
        )
