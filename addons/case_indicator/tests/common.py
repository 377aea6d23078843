from datetime import date

from freezegun import freeze_time

from odoo import fields

from odoo.addons.child_remediation.tests.common import RemediationCommon
from odoo.addons.remediation_base.tests.worlds import made_once
from odoo.addons.remediation_base.tools.small_cells import THRESHOLD

#: The day on which everything is entered: a day after the period that is counted.
ENTERED = "2025-04-02 10:00:00"
FIRST, LAST = date(2025, 1, 1), date(2025, 3, 31)


def assert_told_in_spans(test, run, content):
    """What a report tells of what is counted one by one: spans, or a value worked out
    of eleven and more; 25 % of four tells of one.

    :return: the keys of the measures that were looked at
    """
    measures = {figure.measure_id.key: figure for figure in run.total_ids}
    looked_at = set()
    for row in content["figures"]:
        figure = measures[row["measure"]]
        measure = figure.measure_id
        if measure.kind == "amount" or not (
            measure.persons or measure.indicator_id.counts == "record"
        ):
            continue
        looked_at.add(measure.key)
        with test.subTest(measure=measure.key):
            if "value" in row:
                test.assertGreaterEqual(figure.units, THRESHOLD)
            if "part" in row:
                low, high = row["part"]
                test.assertTrue(high > low or not figure.numerator)
            if measure.kind == "ratio" and measure.key != "i11_rate":
                test.assertNotIn("value", row)
    return looked_at


class IndicatorCommon(RemediationCommon):
    """Forty children whose figures for the first quarter of 2025 anybody can check.

    ========  ========================================================================
    children  what happened to them
    ========  ========================================================================
    1–10      reported 10 Jan 2025, contacted after 2 days, found in child
              labour 15 Jan, assessed 20 Jan, plan 1 Feb 2025. 1–5 girls, 6–10 boys at
              the farm. 1–3 got 100 each on 10 Feb; 1 something free in March.
    11–20     opened 10 Jan 2024, child labour 20 Jan, plan 15 Mar 2024 with school,
              due 15 Feb 2025. Seen 10 Mar 2025: 11–16 out, 17 and 18 in child labour.
              Enrolled 20 Mar 2024: 11–18; 17 dropped out, nobody knows of 18.
    21–30     opened 1 Jul 2024, child labour 5 Jul, plan 15 Aug 2024. Around 15 Feb
              2025: 21–24 and 26 seen out, 25 in child labour; 27 seen out too early.
    31–36     opened 1 Jun 2023, child labour 10 Jun, closed 15 Feb 2024. Afterwards: 31
              in child labour, 32–34 out, 35 and 36 not seen.
    37, 38    opened 1 May 2024, child labour 10 May. 37 closed 20 Feb 2025 after two
              clean visits, 38 moved away on 1 Mar 2025.
    39, 40    opened 1 Feb 2025; 39 is in no child labour, of 40 nothing is known.
    ========  ========================================================================
    """

    @classmethod
    @made_once
    def setUpClass(cls):
        cls.startClassPatcher(freeze_time(ENTERED))
        super().setUpClass()
        cls.manager.write({"warn_caseload": 15, "max_caseload": 18})

    @classmethod
    def _build(cls):
        cls.child = {}
        for number in range(1, 41):
            cls.child[number] = cls._enter(number)
        cls.env.flush_all()
        # The due dates that follow by themselves make room for those of the table.
        cls.env.cr.execute(
            "UPDATE remediation_deadline SET date_due = '2030-01-01' WHERE case_id"
            " IN %s",
            [tuple(case.id for case in cls.child.values())],
        )
        cls.env.invalidate_all()
        cls._build_plans()
        cls._build_findings()
        cls._build_school()
        cls._build_support()
        cls._build_rest()
        cls.env.flush_all()
        cls.env.cr.flush()

    @classmethod
    def _enter(cls, number):
        begun = (
            "2025-01-10"
            if number <= 10
            else "2024-01-10"
            if number <= 20
            else "2024-07-01"
            if number <= 30
            else "2023-06-01"
            if number <= 36
            else "2024-05-01"
            if number <= 38
            else "2025-02-01"
        )
        vals = {
            "received_at": f"{begun} 08:00:00",
            "opened_at": f"{begun} 09:00:00",
            "identified_on": begun,
            "site_id": (cls.farm if 6 <= number <= 10 else cls.site).id,
        }
        if number <= 10:
            vals["first_contact_on"] = "2025-01-12"
        elif number == 39:
            vals["first_contact_on"] = "2025-02-11"
        closed = {37: "2025-02-20", 38: "2025-03-01"}.get(number)
        if 31 <= number <= 36:
            closed = "2024-02-15"
        if closed:
            vals |= {
                "closed_on": f"{closed} 12:00:00",
                "closure_reason": "moved_in_country" if number == 38 else "goals_met",
            }
        second = number > 20
        case = cls._new_case(cls.manager_2 if second else cls.manager, **vals)
        case.beneficiary_id.sex = "female" if number <= 5 else "male"
        cls._log(case, "registered", begun)
        cls.env["remediation.case.holder"]._unprotected().create(
            {
                "case_id": case.id,
                "case_manager_id": case.case_manager_id.id,
                "holder_user_id": case.user_id.id,
                "date_from": f"{begun} 09:00:00",
                "done_by_id": cls.supervisor.id,
            }
        )
        if closed:
            cls._log(case, "closed", closed)
            cls.env["remediation.closure"]._unprotected().create(
                {
                    "case_id": case.id,
                    "reason": vals["closure_reason"],
                    "outcome": "unknown" if number == 38 else "out_of_child_labour",
                    "state": "approved",
                    "approved_on": f"{closed} 12:00:00",
                }
            )
        return case

    @classmethod
    def _log(cls, case, stage, day):
        cls.env["remediation.case.stage.log"]._unprotected().create(
            {
                "case_id": case.id,
                "to_stage": stage,
                "changed_on": f"{day} 12:00:00",
                "changed_by_id": cls.supervisor.id,
            }
        )

    @classmethod
    def _plan_of(cls, number, day, domain, **vals):
        """An approved plan with one action."""
        case = cls.child[number]
        plan = (
            cls.env["remediation.plan"]
            ._unprotected("remediation.plan.action")
            .create(
                {
                    "case_id": case.id,
                    "goal": "School.",
                    "date_start": day,
                    "target_date": "2025-12-31",
                    "submitted_on": f"{day} 08:00:00",
                    "approved_on": f"{day} 12:00:00",
                    "state": "active",
                    "income_replacement": "none",
                    "income_replacement_reason": "Earned nothing",
                    "action_ids": [
                        fields.Command.create(
                            cls._planned_action(domain, date_due="2025-12-01")
                        )
                    ],
                    **vals,
                }
            )
        )
        return plan.with_env(cls.env)

    @classmethod
    def _action(cls, number, domain, **vals):
        plan = cls.plan[number]
        values = {"date_due": "2025-12-01", **vals, "plan_id": plan.id}
        return (
            cls.env["remediation.plan.action"]
            ._unprotected()
            .create(cls._planned_action(domain, **values))
            .with_env(cls.env)
        )

    @classmethod
    def _build_plans(cls):
        cls.plan = {}
        for number in range(1, 31):
            day, domain = (
                ("2025-02-01", "health")
                if number <= 10
                else ("2024-03-15", "education")
                if number <= 20
                else ("2024-08-15", "psychosocial")
            )
            cls.plan[number] = cls._plan_of(number, day, domain)
            cls._log(cls.child[number], "in_remediation", day)
        cls.plan[37] = cls._plan_of(37, "2024-06-01", "health")
        cls.plan[39] = cls._plan_of(
            39,
            "2025-03-20",
            "health",
            state="submitted",
            approved_on=False,
        )
        for number in range(1, 11):
            cls.env["remediation.assessment"]._unprotected().create(
                {
                    "case_id": cls.child[number].id,
                    "child_wishes": "School",
                    "present": "Mother",
                    "state": "approved",
                    "approved_on": "2025-01-20 12:00:00",
                }
            )
        for number in range(11, 21):
            action = cls.plan[number].action_ids
            vals = {"date_due": "2025-02-15", "state": "in_progress"}
            if number <= 16:
                done = "2025-02-10" if number <= 15 else "2025-02-20"
                vals |= {"state": "done", "date_done": done}
            elif number == 17:
                vals["state"] = "not_available"
            action._unprotected().write(vals)
        cls._action(
            15,
            "site_action",
            date_due="2025-03-01",
            state="done",
            date_done="2025-02-20",
        )
        cls._action(22, "site_action", date_due="2025-03-15")

    @classmethod
    def _find(cls, number, day, works, visit=False):
        """A finding about a child, at a visit or before there was one."""
        case = cls.child[number]
        vals = {
            "case_id": case.id,
            "date": day,
            "works": works,
            "site_id": cls.site.id if works == "yes" else False,
            "hours_week": 30 if works == "yes" else 0,
        }
        if visit:
            vals["visit_id"] = (
                cls.env["remediation.visit"]
                ._unprotected()
                .create(
                    {
                        "case_id": case.id,
                        "visit_type": "home",
                        "date_planned": day,
                        "date_done": day,
                        "child_seen": "yes",
                        "child_working": works,
                        "occupation": "school",
                        "state": "done",
                        "outcome": "clean" if works == "no" else "not_clean",
                        "is_clean": works == "no",
                    }
                )
                .id
            )
        return cls.env["remediation.work.situation"]._unprotected().create(vals)

    @classmethod
    def _build_findings(cls):
        for number in range(1, 39):
            day = (
                "2025-01-15"
                if number <= 10
                else "2024-01-20"
                if number <= 20
                else "2024-07-05"
                if number <= 30
                else "2023-06-10"
                if number <= 36
                else "2024-05-10"
            )
            cls._find(number, day, "yes")
        for number in range(11, 19):
            cls._find(number, "2025-03-10", "no" if number <= 16 else "yes", True)
        for number in range(21, 26):
            cls._find(number, "2025-02-20", "yes" if number == 25 else "no", True)
        cls._find(26, "2025-01-10", "yes", True)
        cls._find(26, "2025-02-25", "no", True)
        cls._find(27, "2024-12-20", "no", True)
        for number in range(31, 35):
            if number == 31:
                cls._find(31, "2024-06-01", "yes", True)
            else:
                cls._find(number, "2024-08-15", "no", True)
        cls._find(37, "2024-11-20", "no", True)
        cls._find(37, "2025-02-15", "no", True)
        cls._find(39, "2025-02-01", "no")

    @classmethod
    def _build_school(cls):
        school = cls.env["remediation.institution"].create({"name": "School"})

        def enrol(number, day, state="attending", end=False):
            return cls.env["remediation.education.enrolment"].create(
                {
                    "case_id": cls.child[number].id,
                    "institution_id": school.id,
                    "date_start": day,
                    "date_end": end,
                    "state": state,
                }
            )

        def attend(enrolment, month, present):
            cls.env["remediation.attendance"].create(
                {
                    "enrolment_id": enrolment.id,
                    "month": month,
                    "days_open": 20,
                    "days_present": present,
                }
            )

        for number in range(11, 19):
            if number == 17:
                enrol(17, "2024-03-20", "dropped", "2024-12-31")
                continue
            enrolment = enrol(number, "2024-03-20")
            if number <= 16:
                for month in ("2025-01-01", "2025-02-01", "2025-03-01"):
                    attend(enrolment, month, 18 if number <= 15 else 10)
        attend(enrol(21, "2024-09-01"), "2025-02-01", 20)

    @classmethod
    def _give(cls, action, day, cost=0.0, **vals):
        return (
            cls.env["remediation.service.delivery"]
            ._unprotected()
            .create({"plan_action_id": action.id, "date": day, "cost": cost, **vals})
        )

    @classmethod
    def _build_support(cls):
        for number in (1, 2, 3):
            cls._give(cls.plan[number].action_ids, "2025-02-10", 100.0)
        cls._give(cls.plan[1].action_ids, "2025-03-05")
        for number, kinds in ((11, 4), (12, 2), (13, 2), (14, 2)):
            cls._give(cls.plan[number].action_ids[:1], "2024-04-01", 70.0)
            for _more in range(kinds - 1):
                cls._give(cls._action(number, "health"), "2024-04-01", 70.0)
        for number in (13, 19):
            cls._give(cls._action(number, "livelihood"), "2025-02-01", 200.0)
        cls._give(
            cls._action(14, "sibling_support"), "2025-02-01", 60.0, recipient="sibling"
        )
        # What was given before the closure is entered on a case that is closed today.
        case = cls.child[37]
        closed = case.closed_on
        case._unprotected().write({"closed_on": False})
        cls._give(cls.plan[37].action_ids, "2025-02-05", 40.0)
        case._unprotected().write({"closed_on": closed})
        cls.plan[37]._unprotected().write(
            {"state": "completed", "completed_on": "2025-02-10 12:00:00"}
        )
        cls.env["remediation.household.member"].create(
            [
                {
                    "household_id": cls.child[14].household_id.id,
                    "relationship": "sibling",
                    "in_school": answer,
                }
                for answer in ("yes", "no")
            ]
        )

    @classmethod
    def _due(cls, number, kind, due, done=False):
        cls.env["remediation.deadline"]._unprotected().create(
            {
                "case_id": cls.child[number].id,
                "kind": kind,
                "date_from": f"{due} 00:00:00",
                "date_due": f"{due} 12:00:00",
                "done_on": done and f"{done} 09:00:00",
            }
        )

    @classmethod
    def _build_rest(cls):
        for number in range(1, 11):
            done = "2025-01-12" if number <= 8 else "2025-01-14"
            cls._due(number, "first_contact", "2025-01-13", done)
        cls._due(40, "first_contact", "2025-02-04")
        for number, done in ((11, False), (12, "2025-04-01"), (13, "2025-03-05")):
            cls._due(number, "review", "2025-03-01", done)
        for number in (21, 22, 23, 24, 25, 28):
            cls._due(number, "visit", "2025-02-28", number < 28 and "2025-02-20")
        for number in range(1, 21):
            cls._new_consent(
                cls.child[number],
                given_on="2025-01-15" if number <= 10 else "2024-06-01",
            )
        cls.manager_2.vetting_ids._unprotected().create(
            {
                "case_manager_id": cls.manager_2.id,
                "date": "2025-03-01",
                "result": "adverse",
            }
        )
        cls.site.control_measures = "A fence around the pits"
        cls.farm.last_visit_on = "2025-02-01"
        complaints = cls.env["remediation.complaint"]._unprotected()
        for due, answered, restricted in (
            ("2025-02-15", "2025-02-10 08:00:00", False),
            ("2025-02-15", False, False),
            ("2025-04-15", False, True),
        ):
            complaints.create(
                {
                    "description": "Nobody came.",
                    "received_on": "2025-02-01 08:00:00",
                    "answer_due": due,
                    "answered_on": answered,
                    "is_restricted": restricted,
                }
            )

    @classmethod
    def _run(cls, first=FIRST, last=LAST, name="First quarter", user=None):
        run = (
            cls.env["remediation.indicator.run"]
            .with_user(user or cls.coordinator)
            .create({"name": name, "date_from": first, "date_to": last})
        )
        run.action_freeze()
        return run

    @classmethod
    def _figure(cls, run, key, dimension="all", group=False):
        return run.figure_ids.filtered(
            lambda f: (
                f.measure_id.key == key
                and f.dimension == dimension
                and (f.group_key or False) == group
            )
        )
