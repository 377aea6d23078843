from collections import defaultdict
from datetime import timedelta

from odoo import api, models

from .remediation_demo_children_file import ONCE

VISIT_NOTES = (
    "Présent à la maison, cahiers à jour.",
    "Vu à l'école ; l'enseignante est contente.",
    "La mère vend désormais au marché ; le ménage mange deux fois par jour.",
    "A parlé de ses amis restés à la mine.",
    "Fatigué, mais de bonne humeur.",
)


class Demo(models.AbstractModel):
    """What each child is given, what visits find, and how cases end."""

    _inherit = "remediation.demo"

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
                        "level": self._said("1re année")
                        if older
                        else self._said("{}e primaire", 2 + child.age % 5),
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
                    if not child.file.closed_on
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
            "present": self._said("L'enfant et un parent"),
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
            "note": self._said(VISIT_NOTES[(child.number + count) % len(VISIT_NOTES)]),
            **more,
        }
        if working:
            vals.update(
                work_activity=self._said("Porte des sacs le samedi"),
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
                note=self._said("Parlé au téléphone avec la mère."),
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
            ).action_done(self._said("Remis."))

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
                and not child.file.closed_on
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
                    first.action_not_available(
                        self._said("Aucun prestataire dans la zone.")
                    )
                elif child.number % 5 == 2 and len(rest) > 1:
                    first.action_refuse(
                        self._said("La famille préfère une autre école.")
                    )
                elif child.number % 5 == 4 and len(rest) > 1:
                    first.action_cancel(self._said("Plus nécessaire."))
                else:
                    rest = running
                rest.action_done(self._said("Fait."))

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
                    running.action_cancel(self._said("La prise en charge se termine."))
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
                        "note": self._said("L'enfant ne travaille plus.")
                        if outcome == "out_of_child_labour"
                        else self._said("Voir les notes."),
                        "best_interest_note": self._said(
                            "Discuté en équipe avec la famille."
                        )
                        if reason == "refused"
                        else False,
                    }
                )
                closure.action_submit()
                approver = self._as("coordinator")
                self._seen(closure.with_env(approver.env)).action_approve()

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
                self._said("La famille est partie au village pour les semailles."),
                world.now.date() + timedelta(days=20 + child.number),
            )

    @api.model
    def _do_reopen(self, world, facts):
        for (child,) in facts:
            child.case.with_env(self._approver(child)).action_reopen(
                self._said("Vu de nouveau à la carrière par le point focal.")
            )
