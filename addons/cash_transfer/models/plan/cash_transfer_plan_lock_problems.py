from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..entitlement.cash_transfer_entitlement import PAID_STATES
from ..entitlement.cash_transfer_entitlement_funding import SHARES_OF_PAYMENTS
from ..entitlement.cash_transfer_payee import IDENTITY

#: Problems listed in one message.
SHOWN = 20


class CashTransferPlanLockProblems(models.AbstractModel):
    """What keeps a plan from being locked: sentences that name the payment."""

    _inherit = "cash.transfer.plan.lock"

    def _check_lockable(self):
        """Raise one error that lists what keeps the plan from being locked."""
        self._raise_problems(
            [
                *self._problems_of_setup(),
                *self._problems_of_day(),
                *self._problems_of_entitlements(),
                *self._problems_of_payees(),
                *self._problems_of_amounts(),
                *self._problems_of_pairs(),
                *self._problems_of_duplicates(),
                *self._problems_of_limits(),
                *self._problems_of_grants(),
                *self._problems_of_budget(),
            ]
        )

    def _raise_problems(self, problems):
        if problems:
            more = len(problems) - SHOWN
            if more > 0:
                problems = [
                    *problems[:SHOWN],
                    self.env._("… and %(count)s more.", count=more),
                ]
            raise UserError(
                self.env._(
                    "Correct these payments, or set them aside with a reason:\n"
                    "%(problems)s",
                    problems="\n".join(problems),
                )
            )

    def _problems_of_setup(self):
        """What steers the plan's money was agreed to by two persons (R63)."""
        return [
            self.env._(
                "%(record)s waits for a second person: a cash approver or releaser "
                "agrees to it.",
                record=record.display_name,
            )
            for records in (self.provider_id, self.scheme_id, self._get_grants())
            for record in records
            if not record.is_in_force
        ]

    def _problems_of_day(self):
        """The day of payment lies ahead: limits and contract are asked for it."""
        today = self._place_today()
        if self.pay_on < today:
            return [
                self.env._(
                    "The day of payment, %(day)s, is past: choose today or later.",
                    day=self._say_day(self.pay_on),
                )
            ]
        return self._problems_of_contract(self.pay_on)

    def _problems_of_contract(self, day):
        if not self.provider_id.active:
            return [
                self.env._(
                    "%(provider)s is archived: unarchive it, or give the plan up.",
                    provider=self.provider_id.name,
                )
            ]
        end = self.provider_id.contract_to
        if not end or day <= end:
            return []
        return [
            self.env._(
                "The contract with %(provider)s ends on %(day)s: choose an earlier day "
                "or renew it.",
                provider=self.provider_id.name,
                day=self._say_day(end),
            )
        ]

    def _problems_of_entitlements(self):
        """What is suspended or ended is not paid, whenever that was decided (R67)."""
        return [
            self.env._(
                "%(code)s: the support is suspended or ended. Stop this payment.",
                code=code,
            )
            for [code] in self._query(
                """
                SELECT l.name FROM cash_transfer_payment_line l
                  JOIN cash_transfer_entitlement e ON e.id = l.entitlement_id
                 WHERE l.plan_id = %(plan)s AND l.status = 'pending'
                   AND e.state <> ALL(%(live)s)
                 ORDER BY l.id
                """,
                live=list(PAID_STATES),
            )
        ]

    def _problems_of_payees(self):
        env = self.env
        problems = []
        for code, method, state, same, changed in self._query(
            """
            SELECT l.name, l.method_id, y.state,
                   y.approved_identity IS NOT DISTINCT FROM %(identity)s,
                   EXISTS (SELECT 1 FROM cash_transfer_payment_method m
                            WHERE m.payee_id = y.id AND m.state = 'approved'
                              AND m.effective_from > %(now)s)
              FROM cash_transfer_payment_line l
              JOIN cash_transfer_payee y ON y.id = l.payee_id
             WHERE l.plan_id = %(plan)s AND l.status = 'pending'
               AND (l.method_id IS NULL OR y.state <> 'approved'
                    OR y.approved_identity IS DISTINCT FROM %(identity)s)
             ORDER BY l.id
            """,
            now=fields.Datetime.now(),
            identity=SQL(IDENTITY),
        ):
            problems.append(self._payee_sentence(code, method, state, same, changed))
        day = self.pay_on
        lines = self.env["cash.transfer.payment.line"].search(
            [
                ("plan_id", "=", self.id),
                ("status", "=", "pending"),
                ("payee_id.kind", "!=", "institution"),
            ]
        )
        by_payee = lines.grouped("payee_id")
        for payee, payments in by_payee.items():
            # ages and harm are read anew: months pass between approval and payment
            problem = payee._payee_problem(day)
            if problem:
                problems.append(f"{payments[0].name}: {problem}")
        mechanisms = self.scheme_id._allowed_mechanisms()
        if self.mechanism not in mechanisms:
            problems.append(
                env._(
                    "The scheme does not allow %(mechanism)s.",
                    mechanism=dict(
                        self.provider_id._fields["mechanism"]._description_selection(
                            env
                        )
                    )[self.mechanism],
                )
            )
        return problems

    def _payee_sentence(self, code, method, state, same, changed):
        """Return why a payment's payee cannot be paid."""
        env = self.env
        if state == "stopped":
            return env._("%(code)s: the payee is stopped.", code=code)
        if state != "approved":
            return env._("%(code)s: the payee is not approved yet.", code=code)
        if not same:
            return env._(
                "%(code)s: the payee's name or document changed. Let the payee "
                "be approved again.",
                code=code,
            )
        if changed and not method:
            return env._(
                "%(code)s: the changed account waits for its cooling period.", code=code
            )
        return env._(
            "%(code)s: the payee has no approved account with %(provider)s.",
            code=code,
            provider=self.provider_id.name,
        )

    def _problems_of_amounts(self):
        return [
            self.env._(
                "%(code)s: %(amount)s is more than what is still due (%(due)s).",
                code=code,
                amount=self.currency_id.format(amount),
                due=self.currency_id.format(due),
            )
            for code, amount, due in self._query(
                """
                SELECT l.name, l.amount_due,
                       c.amount_due - c.amount_live - c.amount_delivered
                  FROM cash_transfer_payment_line l
                  JOIN cash_transfer_cycle_line c ON c.id = l.cycle_line_id
                 WHERE l.plan_id = %(plan)s AND l.status = 'pending'
                   AND (l.amount_due > c.amount_due - c.amount_live - c.amount_delivered
                        OR NOT c.payable)
                 ORDER BY l.id
                """
            )
        ]

    def _problems_of_pairs(self):
        """Two files that may be one child are not paid until that is decided (R4)."""
        rows = self._query(
            """
            SELECT name, beneficiary_id FROM cash_transfer_payment_line
             WHERE plan_id = %(plan)s AND status = 'pending' ORDER BY id
            """
        )
        children = self.env["remediation.beneficiary"].browse(row[1] for row in rows)
        undecided = set(children._undecided_duplicates().ids)
        return [
            self.env._(
                "%(code)s: this child may have two files. Ask the supervisor to "
                "decide about the possible duplicate.",
                code=code,
            )
            for code, child in rows
            if child in undecided
        ]

    def _problems_of_duplicates(self):
        problems = [
            self.env._(
                "%(code)s: the same child is paid for this period by %(other)s "
                "of %(plan)s.",
                code=code,
                other=other,
                plan=plan,
            )
            for code, other, plan in self._query(
                """
                SELECT l.name, o.name, p.name
                  FROM cash_transfer_payment_line l
                  JOIN cash_transfer_payment_line o
                    ON o.beneficiary_id = l.beneficiary_id AND o.period = l.period
                   AND o.purpose_id = l.purpose_id AND o.kind = l.kind
                   AND o.id <> l.id
                   AND (o.is_live OR (o.status IN ('delivered', 'partial', 'paid_twice')
                        AND o.entitlement_id <> l.entitlement_id)
                        OR (o.plan_id = l.plan_id AND o.status = 'pending'))
                  JOIN cash_transfer_payment_plan p ON p.id = o.plan_id
                 WHERE l.plan_id = %(plan)s AND l.status = 'pending'
                 ORDER BY l.id
                """
            )
        ]
        problems += [
            self.env._(
                "%(code)s: the scheme pays one child per household, and %(other)s "
                "is for the same household.",
                code=code,
                other=other,
            )
            for code, other in self._query(
                """
                SELECT l.name, min(o.name)
                  FROM cash_transfer_payment_line l
                  JOIN cash_transfer_payment_line o
                    ON o.household_id = l.household_id AND o.period = l.period
                   AND o.purpose_id = l.purpose_id AND o.kind = l.kind AND o.id <> l.id
                   AND (o.is_live OR o.status IN ('delivered', 'partial')
                        OR (o.plan_id = l.plan_id AND o.status = 'pending'))
                   AND o.beneficiary_id <> l.beneficiary_id
                 WHERE l.plan_id = %(plan)s AND l.status = 'pending'
                   AND l.one_per_household
                 GROUP BY l.id, l.name ORDER BY l.id
                """
            )
        ]
        return problems

    def _household_warnings(self):
        """Return how many households get more than one payment in the plan (R32)."""
        return self._query(
            """
            SELECT count(*) FROM (
                SELECT household_id FROM cash_transfer_payment_line
                 WHERE plan_id = %(plan)s AND status = 'pending'
                   AND household_id IS NOT NULL
                 GROUP BY household_id HAVING count(*) > 1) t
            """
        )[0][0]

    def _problems_of_limits(self):
        """Limits hold per wallet, per day and month, over all plans (R36)."""
        provider, env = self.provider_id, self.env
        day, problems = self.pay_on, []

        def convert(limit):
            return provider.currency_id._convert(
                limit, self.currency_id, self.company_id, day
            )

        first = day.replace(day=1)
        last = first + relativedelta(months=1, days=-1)
        windows = [
            (provider.limit_day, day, day, env._("a day")),
            (provider.limit_month, first, last, env._("a month")),
        ]
        if provider.limit_payment:
            limit = convert(provider.limit_payment)
            for code, amount in self._query(
                """
                SELECT name, amount_due FROM cash_transfer_payment_line
                 WHERE plan_id = %(plan)s AND status = 'pending'
                   AND amount_due > %(limit)s ORDER BY id
                """,
                limit=limit,
            ):
                problems.append(
                    env._(
                        "%(code)s: %(amount)s is over the provider's limit of "
                        "%(limit)s per payment.",
                        code=code,
                        amount=self.currency_id.format(amount),
                        limit=self.currency_id.format(limit),
                    )
                )
        for limit, start, end, window in windows:
            if not limit:
                continue
            limit = convert(limit)
            for codes, total in self._numbers_over(limit, start, end):
                problems.append(
                    env._(
                        "%(codes)s: together %(total)s to one account in "
                        "%(window)s, the provider allows %(limit)s.",
                        codes=", ".join(codes[:5]),
                        total=self.currency_id.format(total),
                        window=window,
                        limit=self.currency_id.format(limit),
                    )
                )
        return problems

    def _numbers_over(self, limit, start, end):
        """Return ``[(codes of payments, total)]`` of the accounts that get more than a
        limit within some days, whatever plan pays it."""
        return self._query(
            """
            WITH mine AS (
                SELECT m.number, array_agg(l.name ORDER BY l.id) AS codes,
                       sum(l.amount_due) AS amount
                  FROM cash_transfer_payment_line l
                  JOIN cash_transfer_payment_method m ON m.id = l.method_id
                 WHERE l.plan_id = %(plan)s AND l.status = 'pending'
                 GROUP BY m.number)
            SELECT mine.codes, mine.amount + coalesce(sum(o.amount), 0)
              FROM mine
              LEFT JOIN LATERAL (
                  SELECT CASE WHEN x.status IN ('delivered', 'partial')
                              THEN x.amount_delivered ELSE x.amount_due
                              END AS amount
                    FROM cash_transfer_payment_line x
                    JOIN cash_transfer_payment_plan p ON p.id = x.plan_id
                   WHERE x.payee_number = mine.number
                     AND x.provider_id = %(provider)s AND x.locked
                     AND x.plan_id <> %(plan)s
                     AND x.currency_id = %(currency)s
                     AND x.status NOT IN ('failed', 'not_collected', 'cancelled',
                                          'stopped', 'set_aside', 'reversed')
                     AND p.pay_on BETWEEN %(start)s AND %(end)s) o ON TRUE
             GROUP BY mine.number, mine.codes, mine.amount
            HAVING mine.amount + coalesce(sum(o.amount), 0) > %(limit)s
            """,
            provider=self.provider_id.id,
            start=start,
            end=end,
            limit=limit,
            currency=self.currency_id.id,
        )

    def _problems_of_grants(self):
        """A grant pays from its first to its last day, counted when the money goes."""
        day = max(self.pay_on, self._place_today())
        return [
            self.env._(
                "%(code)s: the grant %(grant)s runs from %(start)s to %(end)s, not on "
                "%(day)s.",
                code=code,
                start=self._say_day(start),
                end=self._say_day(end),
                day=self._say_day(day),
                grant=self.env["cash.transfer.grant"].browse(grant).display_name,
            )
            for code, grant, start, end in self._query(
                f"""
                SELECT l.name, g.id, g.date_start, g.date_end
                  FROM {SHARES_OF_PAYMENTS}
                  JOIN cash_transfer_grant g ON g.id = f.grant_id
                 WHERE l.plan_id = %(plan)s AND l.status = 'pending'
                   AND (g.date_end < %(day)s OR g.date_start > %(day)s OR NOT g.active)
                 ORDER BY l.id
                """,
                day=day,
            )
        ]

    def _problems_of_budget(self):
        """A grant pays at most what its budget still holds: less what is spent and what
        other plans have on the way (R65)."""
        wanted = dict(
            self._query(
                f"""
                SELECT f.grant_id, sum(l.amount_due * f.share / 100.0)
                  FROM {SHARES_OF_PAYMENTS}
                 WHERE l.plan_id = %(plan)s AND l.status = 'pending'
                 GROUP BY f.grant_id
                """
            )
        )
        elsewhere = self._query(
            """
            SELECT s.grant_id, s.currency_id, sum(s.amount - s.amount_delivered)
              FROM cash_transfer_payment_split s
              JOIN cash_transfer_payment_line l ON l.id = s.line_id
             WHERE s.grant_id = ANY(%(grants)s) AND l.is_live
               AND l.plan_id <> %(plan)s
             GROUP BY s.grant_id, s.currency_id
            """,
            grants=list(wanted),
        )
        grants = self.env["cash.transfer.grant"].browse(sorted(wanted))
        spent, day = grants._get_spent(), self._rate_date()
        problems = []
        for grant in grants:

            def cost(amount, currency, grant=grant):
                return grant._told(float(amount), currency, day)

            takes = cost(wanted[grant.id], self.currency_id)
            left = grant.budget - spent.get(grant.id, 0.0)
            for other, currency, amount in elsewhere:
                if other == grant.id:
                    left -= cost(amount, self.env["res.currency"].browse(currency))
            if grant.currency_id.compare_amounts(takes, left) > 0:
                problems.append(
                    self.env._(
                        "%(grant)s: this plan takes %(takes)s, %(left)s are left of "
                        "its budget.",
                        grant=grant.display_name,
                        takes=grant.currency_id.format(takes),
                        left=grant.currency_id.format(max(left, 0.0)),
                    )
                )
        return problems
