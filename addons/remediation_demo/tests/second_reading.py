"""I1 to I32 read a second time: by loops over the records, from the words of the
definitions, without a line of the statements that compute a run. Slow on purpose.

A reading is ``{key: {who counts once: (counted, out of, unseen)}}``.
"""

from collections import defaultdict
from datetime import timedelta

import pytz
from dateutil.relativedelta import relativedelta

#: Classes of work that are child labour, as the law has them.
LABOUR = ("wfcl", "hazardous", "below_min_age", "not_permitted")
WEIGHTS = {"low": 0.5, "medium": 1.0}


class Children:
    """What the files of a company say of children, up to a day."""

    def __init__(self, run):
        # sudo: the reading is of all records, as a run is
        self.env = run.sudo().env
        self.run, self.company = run.sudo(), run.company_id
        self.first, self.last = run.date_from, run.date_to
        self.zone = self.company._place_zone()
        self.read = defaultdict(dict)
        self.cases = [
            case for case in self._all("remediation.case") if self.by(case.opened_at)
        ]
        self.scope = set(self.cases)
        self.closings = {case: self._first_closing(case) for case in self.cases}
        self.findings = defaultdict(list)
        for found in self._all("remediation.work.situation"):
            if (
                found.date <= self.last
                and found.works in ("yes", "no")
                and found.classification
            ):
                child = found.case_id.beneficiary_id
                self.findings[child].append(found)
        for found in self.findings.values():
            found.sort(key=lambda one: (one.date, one.id))
        self.identified = {}
        for child, found in self.findings.items():
            labour = [one for one in found if self.labour(one) and self.known(one)]
            if labour and any(case.beneficiary_id == child for case in self.cases):
                self.identified[child] = labour[0].date

    # Words

    def _all(self, model, company="company_id"):
        records = self.env[model].with_context(active_test=False)
        return records.search([(company, "=", self.company.id)])

    def _of_cases(self, model):
        return [one for one in self._all(model) if one.case_id in self.scope]

    def day(self, moment):
        """The day of a moment at the place of work."""
        if not moment:
            return None
        return pytz.utc.localize(moment).astimezone(self.zone).date()

    def by(self, moment):
        """Whether it had happened when the period ended."""
        return bool(moment) and self.day(moment) <= self.last

    def within(self, day):
        return bool(day) and self.first <= day <= self.last

    def labour(self, finding):
        return finding.classification in LABOUR

    def known(self, record):
        return record.case_id in self.scope

    def add(self, key, unit, counted=1, whole=1, unseen=False):
        """Note somebody; whoever it is counts once."""
        self.read[key][unit] = (float(counted), float(whole), bool(unseen))

    def _first_closing(self, case):
        moments = [
            log.changed_on
            for log in case.stage_log_ids
            if log.to_stage == "closed" and self.by(log.changed_on)
        ]
        if self.by(case.closed_on):
            moments.append(case.closed_on)
        return min(moments, default=None)

    def closed(self, case):
        """Whether a case was closed on the day: by its last change of stage."""
        changes = [log for log in case.stage_log_ids if self.by(log.changed_on)]
        changes.sort(key=lambda log: (log.changed_on, log.id))
        return self.by(case.closed_on) or (
            bool(changes) and changes[-1].to_stage == "closed"
        )

    def duplicate(self, case):
        return case.closure_reason == "duplicate"

    def first_of_child(self, moments):
        """The earliest of each child: ``{child: moment}`` of ``[(case, moment)]``."""
        earliest = {}
        for case, moment in moments:
            child = case.beneficiary_id
            if moment and (child not in earliest or moment < earliest[child]):
                earliest[child] = moment
        return earliest

    def first_of_case(self, days):
        earliest = {}
        for case, day in days:
            if day and (case not in earliest or day < earliest[case]):
                earliest[case] = day
        return earliest

    def last_finding(self, child, day):
        """What is known of a child on a day; None if nobody knows (R52)."""
        found = [one for one in self.findings[child] if one.date <= day]
        if not found or found[-1].date < day - timedelta(days=180):
            return None
        return found[-1]

    def given(self):
        """What was given to children up to the day."""
        return [
            one
            for one in self._of_cases("remediation.service.delivery")
            if one.state == "given" and one.date <= self.last
        ]

    # I2, I3

    def i2(self):
        for child, day in self.identified.items():
            if self.within(day):
                self.add("i2_identified", child.id)
        for child, found in self.findings.items():
            if any(case.beneficiary_id == child for case in self.cases) and any(
                self.within(one.date) for one in found
            ):
                new = self.within(self.identified.get(child))
                self.add("i2_share", child.id, new)

    def i3(self):
        logs = self._of_cases("remediation.case.stage.log")
        plans = self._of_cases("remediation.plan")
        for key, moments in {
            "i3_referred": [(case, case.received_at) for case in self.cases],
            "i3_accepted": [(case, case.opened_at) for case in self.cases],
            "i3_in_remediation": [
                (log.case_id, log.changed_on)
                for log in logs
                if log.to_stage == "in_remediation"
            ],
            "i3_completed": [(plan.case_id, plan.completed_on) for plan in plans],
            "i3_closed": [
                (case, moment)
                for case, moment in self.closings.items()
                if not self.duplicate(case)
            ],
        }.items():
            for child, moment in self.first_of_child(moments).items():
                if self.within(self.day(moment)):
                    self.add(key, child.id)

    # I4, I5

    def i4_i5(self):
        plans = self._of_cases("remediation.plan")
        assessed = self._of_cases("remediation.assessment")
        for key, days in {
            "i4_days": [(case, case.first_contact_on) for case in self.cases],
            "i5_assessment": [(a.case_id, self.day(a.approved_on)) for a in assessed],
            "i5_plan": [(p.case_id, self.day(p.approved_on)) for p in plans],
            "i5_service": [(one.case_id, one.date) for one in self.given()],
            "i5_closure": [
                (case, self.day(moment))
                for case, moment in self.closings.items()
                if not self.duplicate(case)
            ],
        }.items():
            for case, day in self.first_of_case(days).items():
                if self.within(day):
                    waited = (day - self.day(case.received_at)).days
                    self.add(key, case.id, max(waited, 0))
        for deadline in self._of_cases("remediation.deadline"):
            key = {
                "first_contact": "i4_in_time",
                "visit": "i18_on_time",
                "post_closure": "i18_on_time",
            }.get(deadline.kind)
            if key and self.within(self.day(deadline.date_due)):
                done = deadline.done_on
                self.add(key, deadline.id, bool(done) and done <= deadline.date_due)

    # I6, I8

    def i6(self):
        for case in self.cases:
            if self.closed(case):
                continue
            plans = [plan for plan in case.plan_ids if self.by(plan.submitted_on)]
            plans.sort(key=lambda plan: (plan.version, plan.id))
            if plans and not self.by(plans[-1].completed_on):
                self.add("i6_approved", plans[-1].id, self.by(plans[-1].approved_on))
            # The plan in force is the last one that was approved.
            approved = [plan for plan in plans if self.by(plan.approved_on)]
            if approved and not self.by(approved[-1].completed_on):
                late = [
                    one
                    for one in case.deadline_ids
                    if one.kind == "review"
                    and self.by(one.date_due)
                    and not self.by(one.done_on)
                ]
                self.add("i6_reviewed", approved[-1].id, not late)

    def i8(self):
        for action in self._of_cases("remediation.plan.action"):
            if (
                not self.by(action.plan_id.approved_on)
                or action.state == "cancelled"
                or not self.within(action.date_due)
            ):
                continue
            done = action.state == "done"
            in_time = done and action.date_done <= action.date_due
            self.add("i8_done", action.id, in_time)
            self.add("i8_not_available", action.id, action.state == "not_available")
            if action.domain == "site_action":
                by_then = done and action.date_done <= self.last
                self.add("i32_findings", action.id, by_then)

    # I9, I13, I14, I18

    def i9(self):
        kinds = defaultdict(set)
        for one in self.given():
            kind = one.plan_action_id.id or f"beside a plan {one.id}"
            kinds[one.case_id.beneficiary_id].add(kind)
        visits = defaultdict(int)
        for visit in self._of_cases("remediation.visit"):
            if (
                visit.state == "done"
                and visit.child_seen == "yes"
                and visit.visit_type != "phone"
                and visit.date_done <= self.last
            ):
                visits[visit.case_id.beneficiary_id] += 1
        for child in self.identified:
            for least in (1, 2, 4):
                self.add(f"i9_{least}", child.id, len(kinds[child]) >= least)
            self.add("i18_two", child.id, visits[child] >= 2)

    def i13_now(self):
        attended = defaultdict(set)
        for row in self._of_cases("remediation.attendance"):
            if row.days_present and row.month <= self.last:
                attended[row.case_id.beneficiary_id].add(row.month.replace(day=1))
        for child in self.identified:
            found = self.last_finding(child, self.last)
            out = found is not None and not self.labour(found)
            running = any(
                {month + relativedelta(months=n) for n in range(3)} <= attended[child]
                for month in attended[child]
            )
            self.add("i13_now", child.id, out, unseen=found is None)
            self.add("i14_withdrawn", child.id, out and running, unseen=found is None)

    def i13_cohorts(self):
        for child, _start, months, _mark, found in self.cohorts():
            out = found is not None and not self.labour(found)
            self.add(f"i13_{months}", child.id, out, unseen=found is None)

    def cohorts(self):
        """``(child, start, months, mark, finding nearest to the mark or None)``."""
        begun = {}
        for plan in self._of_cases("remediation.plan"):
            child = plan.case_id.beneficiary_id
            if self.by(plan.approved_on) and plan.date_start:
                begun[child] = min(begun.get(child, plan.date_start), plan.date_start)
        for child, start in begun.items():
            for months in (6, 12, 24):
                mark = start + relativedelta(months=months)
                if not self.within(mark):
                    continue
                near = [
                    (abs((one.date - mark).days), -one.date.toordinal(), -one.id, one)
                    for one in self.findings[child]
                    if one.visit_id and abs((one.date - mark).days) <= 45
                ]
                yield child, start, months, mark, min(near)[-1] if near else None

    # I10, I11, I12

    def i10(self):
        enrolled = defaultdict(list)
        for one in self._of_cases("remediation.education.enrolment"):
            if one.date_start <= self.last:
                enrolled[one.case_id.beneficiary_id].append(one)
        goals = {
            action.case_id.beneficiary_id
            for action in self._of_cases("remediation.plan.action")
            if action.domain in ("education", "vocational")
            and action.state not in ("refused", "cancelled")
            and self.by(action.plan_id.approved_on)
            and not self.closed(action.case_id)
        }
        for child in goals:
            now = [
                one
                for one in enrolled[child]
                if (one.date_end and one.date_end >= self.last)
                or (
                    not one.date_end
                    and one.state not in ("dropped", "completed", "transferred")
                )
            ]
            self.add("i10_enrolled", child.id, bool(now))
        for child, ones in enrolled.items():
            self._kept(child, ones)

    def _kept(self, child, enrolments):
        """I12: who was enrolled first so many months ago, and is still there."""
        if not enrolments:
            return
        start = min(one.date_start for one in enrolments)
        for months in (6, 12):
            mark = start + relativedelta(months=months)
            if not self.within(mark):
                continue
            enrolled = any(
                one.date_start <= mark
                and (one.date_end >= mark if one.date_end else one.state != "dropped")
                for one in enrolments
            )
            present = any(
                row.days_present and mark - timedelta(days=92) <= row.month <= mark
                for case in child.case_ids & self._cases()
                for row in case.attendance_ids
            )
            self.add(
                f"i12_{months}",
                child.id,
                enrolled and present,
                unseen=enrolled and not present,
            )

    def _cases(self):
        return self.env["remediation.case"].browse(case.id for case in self.cases)

    def i11(self):
        days = defaultdict(lambda: [0, 0])
        for row in self._of_cases("remediation.attendance"):
            if self.first.replace(day=1) <= row.month <= self.last:
                child = row.case_id.beneficiary_id
                days[child][0] += row.days_present
                days[child][1] += row.days_open
        for child, (present, total) in days.items():
            if total:
                self.add("i11_rate", child.id, present, total)
                self.add("i11_regular", child.id, present * 10 >= total * 8)

    # I15, I16

    def i15(self):
        last = {}
        for closure in self._of_cases("remediation.closure"):
            if (
                closure.state == "approved"
                and closure.reason != "duplicate"
                and self.within(self.day(closure.approved_on))
            ):
                child = closure.case_id.beneficiary_id
                if child not in last or last[child].approved_on < closure.approved_on:
                    last[child] = closure
        for child, closure in last.items():
            days = [
                visit.date_done
                for visit in closure.case_id.visit_ids
                if visit.state == "done"
                and visit.is_clean
                and visit.date_done <= self.day(closure.approved_on)
            ]
            clean = len(days) >= 2 and (max(days) - min(days)).days >= 60
            out = closure.outcome == "out_of_child_labour"
            self.add("i15_clean", child.id, out and clean)

    def i16_i17(self):
        moments = [
            (case, moment)
            for case, moment in self.closings.items()
            if not self.duplicate(case)
        ]
        concerns = self._all("remediation.concern")
        for child, moment in self.first_of_child(moments).items():
            end = moment + relativedelta(months=12)
            if not self.within(self.day(end)):
                continue
            after = [
                one
                for one in self.findings[child]
                if self.day(moment) < one.date <= self.day(end)
            ]
            labour = any(self.labour(one) for one in after)
            self.add("i16_again", child.id, labour, unseen=not after)
            again = any(
                concern.case_id.beneficiary_id == child
                and moment < concern.received_at <= end
                for concern in concerns
            )
            self.add("i17_again", child.id, again)

    # I19, I20, I21

    def i19(self):
        weights = defaultdict(float)
        for case in self.cases:
            held = [
                one
                for one in case.holder_log_ids
                if self.by(one.date_from) and not (one.date_to and self.by(one.date_to))
            ]
            if held and not self.closed(case):
                held.sort(key=lambda one: (one.date_from, one.id))
                worker = held[-1].case_manager_id
                if worker:
                    weights[worker] += WEIGHTS.get(case.risk_level, 1.5)
        teams = defaultdict(int)
        for worker, weight in weights.items():
            teams[worker.team_id] += 1
            self.add("i19_load", worker.id, weight)
            self.add("i19_over", worker.id, weight > worker.max_caseload)
            checks = [
                check
                for check in worker.vetting_ids
                if check.result != "pending" and check.date <= self.last
            ]
            checks.sort(key=lambda check: (check.date, check.id))
            valid = (
                bool(checks)
                and checks[-1].result == "clear"
                and checks[-1].expiry_date >= self.last
            )
            self.add("i20_vetted", worker.id, valid)
        for team, workers in teams.items():
            self.add("i19_ratio", team.id, workers)

    def i21(self):
        for child, cases in self._open_cases().items():
            agreed = any(self._agreed(case) for case in cases)
            self.add("i21_valid", child.id, agreed)

    def _open_cases(self):
        found = defaultdict(list)
        for case in self.cases:
            if not self.closed(case) and not self.duplicate(case):
                found[case.beneficiary_id].append(case)
        return found

    def _agreed(self, case):
        """The last answer about services that counts, if it held on the day."""
        answers = [
            one
            for one in case.consent_ids
            if one.purpose == "services"
            and one.standing == "counts"
            and one.given_on <= self.last
        ]
        answers.sort(key=lambda one: (one.given_on, one.id))
        agreed = False
        for one in answers:
            if one.answer == "no":
                agreed = False
            elif not (one.withdrawn_on and one.withdrawn_on <= self.last) and not (
                one.valid_until and one.valid_until < self.last
            ):
                agreed = True
        return agreed

    def children(self):
        """Read all that files say."""
        for read in (
            self.i2, self.i3, self.i4_i5, self.i6, self.i8, self.i9, self.i13_now,
            self.i13_cohorts, self.i10, self.i11, self.i15, self.i16_i17, self.i19,
            self.i21,
        ):  # fmt: skip
            read()
