"""The part of the second reading that is no child's file: partners, families, money,
savings groups, sites."""

from collections import defaultdict

from dateutil.relativedelta import relativedelta

from .second_reading import Children

EXPENSES = (
    "expense",
    "expense_direct_cost",
    "expense_depreciation",
    "expense_other",
)
BILLED = ("booked", "paid")


class SecondReading(Children):
    """All of I1 to I32 of a run's company and period."""

    def __init__(self, run):
        super().__init__(run)
        self.home = self.company.currency_id
        self.children()
        for read in (
            self.i1, self.i7, self.i22_i23, self.i24, self.i25_i28, self.i26, self.i27,
            self.i29, self.i30, self.i31, self.i32, self.sdg,
        ):  # fmt: skip
            read()

    def sdg(self):
        """SDG 8.7.1, of the children of 5 to 17 whom we monitor."""
        for child in {case.beneficiary_id for case in self.cases}:
            found = [one for one in self.findings[child] if self.within(one.date)]
            if not found or not 5 <= self._age(child) < 18:
                continue
            last = max(found, key=lambda one: (one.date, one.id))
            self.add("s871_share", child.id, self.labour(last))
            if self.labour(last):
                self.add("s871_number", child.id)

    def _age(self, child):
        ages = []
        if child.birth_date:
            ages.append(relativedelta(self.last, child.birth_date).years)
        if child.age_estimated > 0 and child.age_recorded_on:
            years = relativedelta(self.last, child.age_recorded_on).years
            ages.append(child.age_estimated - child.age_margin + years)
        return min(ages, default=-1)

    # I1, I7

    def i1(self):
        for concern in self._all("remediation.concern"):
            if not self.within(self.day(concern.received_at)):
                continue
            self.add("i1_received", concern.id)
            if self.by(concern.triaged_on or concern.decided_on):
                confirmed = concern.state == "accepted" and self.by(concern.decided_on)
                self.add("i1_confirmed", concern.id, confirmed)

    def i7(self):
        no_place = ("full", "not_our_service", "out_of_area")
        for referral in self._of_cases("remediation.referral"):
            if not self.within(self.day(referral.sent_on)):
                continue
            answered = self.by(referral.answered_on)
            refused = answered and referral.reject_reason
            done = referral.state == "done" and referral.done_on <= self.last
            self.add("i7_accepted", referral.id, answered and not refused)
            self.add("i7_done", referral.id, done)
            self.add("i7_unavailable", referral.id, refused in no_place)
            if answered:
                waited = referral.answered_on - referral.sent_on
                self.add(
                    "i7_answer", referral.id, round(waited.total_seconds() / 86400, 2)
                )
            if referral.basis == "override":
                self.add("i21_overrides", referral.id)

    # I22, I23

    def i22_i23(self):
        given, watched = defaultdict(list), set()
        for one in self.given():
            home = one.case_id.beneficiary_id.household_id
            if home and self.within(one.date):
                given[home].append(one)
        for visit in self._of_cases("remediation.visit"):
            if (
                visit.state == "done"
                and visit.child_seen == "yes"
                and visit.occupation
                and visit.child_working in ("yes", "no")
                and self.within(visit.date_done)
            ):
                watched.add(visit.case_id.beneficiary_id.household_id)
        for home, ones in given.items():
            if {one.domain for one in ones} & {"livelihood", "savings_group"}:
                self.add("i22_supported", home.id)
                self.add("i22_monitored", home.id, home in watched)
            if any(
                one.recipient == "sibling" or one.domain == "sibling_support"
                for one in ones
            ):
                siblings = [
                    member
                    for member in home.member_ids
                    if member.active and member.relationship == "sibling"
                ]
                pupils = [member for member in siblings if member.in_school == "yes"]
                self.add("i23_supported", home.id)
                if siblings:
                    self.add("i23_in_school", home.id, len(pupils), len(siblings))

    # I24

    def _costs(self):
        """``(child, day, is given, amount)`` of what was given or paid until the last
        day; where the amount stands in the books alone, nothing was given."""
        for one in self.given():
            child = one.case_id.beneficiary_id
            if one.bill_state in BILLED:
                yield child, one.date, True, 0.0
            elif one.domain != "cash":
                amount = one.currency_id._convert(
                    one.cost, self.home, self.company, one.date, round=False
                )
                yield child, one.date, True, round(amount, 2)
        for one in self._of_cases("remediation.education.enrolment"):
            if one.bill_state in BILLED:
                yield one.case_id.beneficiary_id, one.date_start, True, 0.0
        yield from self._bills()
        yield from self._groups()
        for split in self._all("cash.transfer.payment.split"):
            case = split.entitlement_id.case_id
            day = split.line_id.delivered_on
            if split.company_posted and day and case in self.scope:
                yield case.beneficiary_id, day, True, split.company_posted

    def _charged(self, bill):
        """``(day, amount)`` of a bill and of what took it back."""
        for entry in bill | bill.reversal_move_ids:
            if entry.state == "posted":
                yield (
                    entry.date,
                    sum(
                        line.balance
                        for line in entry.line_ids
                        if line.account_id.account_type in EXPENSES
                    ),
                )

    def _bills(self):
        """Each child's part of a bill, by what was noted for it."""
        for link in ("bill_id", "credit_id"):
            parts = defaultdict(list)
            for model, field in (
                ("remediation.service.delivery", "cost"),
                ("remediation.education.enrolment", "fees"),
            ):
                for one in self._all(model):
                    if one[link]:
                        parts[one[link]].append((one.case_id, one[field]))
            for bill, noted in parts.items():
                whole = sum(amount for _case, amount in noted)
                for day, charged in self._charged(bill):
                    for case, amount in noted:
                        if case in self.scope:
                            part = charged * amount / whole
                            yield case.beneficiary_id, day, False, part

    def _groups(self):
        """Each child's part of what its caregivers' groups were given."""
        enrolments = self._all("savings.enrolment")
        members = self._all("savings.member", "group_id.company_id")
        for support in self._all("savings.support"):
            if support.state != "posted":
                continue
            asked = [one for one in enrolments if one.support_id == support]
            size = sum(member.group_id == support.group_id for member in members)
            for day, charged in self._charged(support.move_id):
                for one in enrolments:
                    if not one.member_id or one.group_id != support.group_id:
                        continue
                    same = sum(other.member_id == one.member_id for other in enrolments)
                    part = one in asked if asked else 1 / size / same
                    if part and one.case_id in self.scope:
                        given = charged > 0
                        yield one.case_id.beneficiary_id, day, given, charged * part

    def i24(self):
        cost, months = defaultdict(float), defaultdict(set)
        costs = list(self._costs())
        for child, day, given, amount in costs:
            if not self.within(day):
                continue
            cost[child] += amount
            if given:
                months[child].add((day.year, day.month))
        completed = {
            plan.case_id.beneficiary_id
            for plan in self._of_cases("remediation.plan")
            if self.within(self.day(plan.completed_on))
        }
        for child, amount in cost.items():
            self.add("i24_child", child.id, amount, bool(months[child]))
            self.add("i24_month", child.id, amount, len(months[child]))
            out = [day for day in self._ends() if self._is_out(child, day)]
            self.add("i24_out", child.id, amount, len(out))
        for child in completed | set(cost):
            self.add(
                "i24_completed", child.id, cost.get(child, 0.0), child in completed
            )
        for child, start, months_after, mark, found in self.cohorts():
            since = [
                (day, given, amount)
                for whose, day, given, amount in costs
                if whose == child and start <= day < mark
            ]
            supported = {(day.year, day.month) for day, given, _a in since if given}
            out = found is not None and not self.labour(found)
            self.add(
                f"i24_out_{months_after}",
                child.id,
                sum(amount for _day, _given, amount in since),
                len(supported) if out else 0,
                unseen=found is None,
            )

    def _ends(self):
        """The last day of each month of the period, the last day at most."""
        day = self.first.replace(day=1)
        while day <= self.last:
            day += relativedelta(months=1)
            yield min(day - relativedelta(days=1), self.last)

    def _is_out(self, child, day):
        found = self.last_finding(child, day)
        return found is not None and not self.labour(found)

    # I25, I26, I27, I28

    def i25_i28(self):
        for line in self._all("cash.transfer.payment.line"):
            plan, sent = line.plan_id, self.within(line.sent_on)
            aside = line.status in ("set_aside", "stopped")
            known = bool(line.delivered_on) and line.delivered_on <= self.last

            def worth(amount, line=line, plan=plan):
                day = line.sent_on or plan.locked_on.date()
                return line.currency_id._convert(amount, self.home, self.company, day)

            if (
                self.within(plan.pay_on)
                and not aside
                and line.status
                not in (
                    "pending",
                    "cancelled",
                )
            ):
                due = plan.pay_on + relativedelta(days=line.provider_id.settlement_days)
                self.add("i25_on_time", line.id, known and line.delivered_on <= due)
            if sent:
                failed = line.status in ("failed", "not_collected")
                settled = line.status not in ("sent", "in_question")
                self.add("i25_failed", line.id, failed)
                self.add("i25_reconciled", line.id, settled)
                delivered = worth(line.amount_delivered) if known else 0
                self.add("i25_value", line.id, delivered, worth(line.amount_due))
                if known:
                    days = max((line.delivered_on - line.sent_on).days, 0)
                    self.add("i25_days", line.id, days)
            if aside and self.within(self.day(plan.locked_on)):
                self.add("i28_lines", line.id)
                self.add("i28_value", line.id, worth(line.amount_due))

    def i26(self):
        providers = self._all("cash.transfer.provider")
        accounts = {
            provider.advance_account_id or self.company.cash_advance_account_id
            for provider in providers
            if provider.kind == "advance"
        }
        for line in self._all("account.move.line"):
            if (
                line.account_id not in accounts
                or line.parent_state != "posted"
                or line.balance <= 0
                or line.date > self.last
            ):
                continue
            rest = line.balance - sum(
                part.amount
                for part in line.matched_credit_ids
                if part.max_date <= self.last
            )
            if self.home.compare_amounts(rest, 0) > 0:
                age = (self.last - line.date).days
                band = next((str(most) for most in (30, 60, 90) if age <= most), "more")
                self.add(f"i26_{band}", line.id, rest)

    def i27(self):
        answers = self.env["cash.transfer.verification.answer"].search([])
        for answer in answers:
            if (
                answer.verification_id.company_id == self.company
                and answer.state == "answered"
                and self.within(self.day(answer.answered_on))
            ):
                self.add("i27_received", answer.id, answer.received == "yes")
                self.add("i27_safe", answer.id, answer.safe)
                self.add("i27_free", answer.id, not answer.fee_asked)

    # I29, I32

    def i29(self):
        for complaint in self._all("remediation.complaint"):
            if self.within(self.day(complaint.received_on)):
                self.add("i29_opened", complaint.id)
                if complaint.is_restricted:
                    self.add("i29_sensitive", complaint.id)
            if self.within(complaint.answer_due):
                answered = self.day(complaint.answered_on)
                in_time = bool(answered) and answered <= complaint.answer_due
                self.add("i29_in_time", complaint.id, in_time)

    def i32(self):
        here = {case.site_id for case in self.cases}
        visits = self.env["remediation.visit"].search([])
        for site in self.env["remediation.site"].search([]):
            if site.company_id != self.company and site not in here:
                continue
            visited = self.within(site.last_visit_on) or any(
                visit.site_id == site
                and visit.state == "done"
                and visit.visit_type in ("site", "workplace", "unannounced")
                and self.within(visit.date_done)
                for visit in visits
            )
            self.add("i32_visited", site.id, visited)
            measures = (site.control_measures or "").strip()
            self.add("i32_controls", site.id, bool(measures))

    # I30

    def i30(self):
        quarter = self.last.replace(day=1, month=(self.last.month - 1) // 3 * 3 + 1)
        for group in self._all("savings.group"):
            for cycle in group.cycle_ids:
                held = [
                    meeting
                    for meeting in cycle.meeting_ids
                    if meeting.state == "validated"
                    and quarter <= meeting.date <= self.last
                ]
                if held:
                    held.sort(key=lambda meeting: meeting.number)
                    self._meetings(cycle, held)
        for share in self.env["savings.share.out"].search([]):
            if (
                share.group_id.company_id == self.company
                and share.state in ("confirmed", "closed")
                and self.within(share.date)
            ):
                paid = sum(line.payout for line in share.line_ids)
                cycle = share.cycle_id
                self.add("i30_share_out", cycle.id, paid, len(share.line_ids))

    def _meetings(self, cycle, held):
        """A cycle, by what its last meetings of the quarter kept of the day."""
        last, recent = held[-1], held[-4:]
        lines = [
            [line for line in meeting.line_ids if line.kind == "regular"]
            for meeting in recent
        ]
        came = sum(
            line.attendance in ("present", "late") for ones in lines for line in ones
        )
        expected = sum(meeting.member_count for meeting in recent)
        shares = self._shares(cycle, last)
        cash = last.closing_loan + last.closing_bank + last.loans_outstanding
        gain = cash - last.closing_debt - last.closing_grant - last.savings_total
        days = (last.date - cycle.date_start).days
        for key, counted, whole in (
            ("members", last.member_count, last.member_count),
            ("attendance", came, expected),
            ("retention", last.stayer_count, cycle.members_at_start),
            ("savings", shares * cycle.share_value, last.member_count),
            ("return", gain * 365, last.savings_total * days),
            ("utilisation", last.loans_outstanding, cash),
            ("risk", last.loans_late, last.loans_outstanding),
        ):
            self.add(f"i30_{key}", cycle.id, counted, whole)

    def _shares(self, cycle, last):
        """What members saved, added up from the first meeting to this one."""
        return sum(
            membership.opening_shares for membership in cycle.membership_ids
        ) + sum(
            line.shares
            for meeting in cycle.meeting_ids
            if meeting.state == "validated" and meeting.number <= last.number
            for line in meeting.line_ids
        )

    # I31

    def i31(self):
        for grant in self._all("cash.transfer.grant"):
            if not grant.active or not grant.date_start <= self.last <= grant.date_end:
                continue
            rate = grant.currency_id._get_conversion_rate(
                grant.currency_id, self.home, self.company, self.last
            )
            budget = self.home.round(grant.budget * rate)
            spent = sum(self._spent(grant))
            committed = sum(
                share.committed
                for share in self._all("cash.transfer.entitlement.funding")
                if share.grant_id == grant
                and share.state in ("approved", "active", "suspended")
            ) + sum(self._open_bills(grant))
            gone = (self.last - grant.date_start).days + 1
            whole = (grant.date_end - grant.date_start).days + 1
            for key, amount in {
                "i31_spent": spent,
                "i31_burn": spent + committed,
                "i31_forecast": spent * whole / gone,
            }.items():
                self.add(key, grant.id, self.home.round(amount * rate), budget)

    def _spent(self, grant):
        """What the posted ledger charged to a grant, in its currency."""
        column = grant.analytic_account_id.root_plan_id._column_name()
        exchange = self.company.income_currency_exchange_account_id
        for entry in self.env["account.analytic.line"].search(
            [(column, "=", grant.analytic_account_id.id)]
        ):
            line = entry.move_line_id
            if (
                line.parent_state != "posted"
                or line.date > self.last
                or (
                    line.account_id.account_type not in EXPENSES
                    and line.account_id != exchange
                )
            ):
                continue
            if line.currency_id == grant.currency_id:
                yield -entry.amount * line.amount_currency / (line.balance or 1)
            else:
                yield self.home._convert(
                    -entry.amount, grant.currency_id, self.company, line.date
                )

    def _open_bills(self, grant):
        """Bills that are entered and not posted yet."""
        key = str(grant.analytic_account_id.id)
        for line in self.env["account.move.line"].search(
            [
                ("parent_state", "=", "draft"),
                ("move_id.move_type", "in", ["in_invoice", "in_refund"]),
                ("company_id", "=", self.company.id),
            ]
        ):
            if not line.account_id.account_type.startswith("expense"):
                continue
            for keys, share in (line.analytic_distribution or {}).items():
                if key not in keys.split(","):
                    continue
                if line.currency_id == grant.currency_id:
                    yield line.amount_currency * share / 100
                else:
                    yield self.home._convert(
                        line.balance * share / 100,
                        grant.currency_id,
                        self.company,
                        line.move_id.invoice_date or line.move_id.date,
                    )
