import hashlib
import json

from psycopg2.extras import Json

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, LazyTranslate

from odoo.addons.remediation_base.tools.money import Money
from odoo.addons.remediation_base.tools.steps import Ask, step

from ...tools.split import split_lines
from ..entitlement.cash_transfer_entitlement_funding import SHARES_OF_PAYMENTS
from ..entitlement.cash_transfer_payee import IDENTITY

_lt = LazyTranslate(__name__)

#: Shares are stored in hundredths of a percent.
WHOLE = 10_000


class CashTransferPlanLock(models.AbstractModel):
    """The lock: problems listed first, then payees, amounts, compliance and grants are
    frozen (R32, R35, R36)."""

    _name = "cash.transfer.plan.lock"
    _description = "Lock of a Payment Plan"

    def _missing_to_lock(self):
        if self.cycle_id.state not in ("validated", "in_payment", "reconciled"):
            return [self.env._("Validate the cycle before paying it.")]
        return []

    @step(
        frm="draft",
        duty="prepare",
        check="_missing_to_lock",
        referencing=True,
        sudo="accounts and cases are checked, sentences name codes",
    )
    def action_lock(self):
        """Lock the plan in the background. For cash officers.

        :raises UserError: the cycle is not validated, or lines cannot be paid; each is
            named with what to do.
        """
        self.ensure_one()
        if self.is_emergency:
            self._check_emergency()
        self._refresh_methods()
        if not self.pending_count:
            raise UserError(
                self.env._("There is nothing to pay in %(plan)s.", plan=self.name)
            )
        self._check_lockable()
        self._queue_job("lock", self.pending_count, {"carry": {}})

    def _refresh_methods(self):
        """Take today's account of each draft payment's payee, set-wise."""
        self._execute(
            """
            UPDATE cash_transfer_payment_line l
               SET payee_id = e.payee_id,
                   method_id = (
                       SELECT m.id FROM cash_transfer_payment_method m
                        WHERE m.payee_id = e.payee_id AND m.state = 'approved'
                          AND m.provider_id = l.provider_id
                          AND m.effective_from <= %(now)s
                        ORDER BY m.effective_from DESC, m.id DESC LIMIT 1)
              FROM cash_transfer_entitlement e
             WHERE e.id = l.entitlement_id AND l.plan_id = %(plan)s
               AND l.status = 'pending'
            """,
            plan=self.id,
            now=fields.Datetime.now(),
        )

    def _query(self, query, **values):
        self.env.flush_all()
        self.env.cr.execute(SQL(query, plan=self.id, **values))
        return self.env.cr.fetchall()

    def _get_grants(self):
        """Return the grants that pay the payments of this plan."""
        rows = self._query(
            """
            SELECT DISTINCT f.grant_id
              FROM cash_transfer_payment_line l
              JOIN cash_transfer_entitlement_funding f
                ON f.entitlement_id = l.entitlement_id
             WHERE l.plan_id = %(plan)s AND l.status = 'pending'
            """
        )
        return self.env["cash.transfer.grant"].browse(sorted(row[0] for row in rows))

    # -- the portions ----------------------------------------------------------
    def _job_lock(self):
        """Freeze the next portion; the last one fixes hash, approvals and state.

        Two officers who lock the same child at once meet at the unique indexes and at
        the cycle line's check, not only at the questions asked before.
        """
        rows = self._query(
            """
            SELECT l.id, l.amount_due, l.entitlement_id, pg.analytic_account_id,
                   st.analytic_account_id
              FROM cash_transfer_payment_line l
              JOIN cash_transfer_entitlement e ON e.id = l.entitlement_id
              JOIN remediation_case c ON c.id = e.case_id
              LEFT JOIN remediation_programme pg ON pg.id = c.programme_id
              LEFT JOIN remediation_site st ON st.id = c.site_id
             WHERE l.plan_id = %(plan)s AND l.status = 'pending'
               AND l.is_live IS NOT TRUE
               AND l.id > %(cursor)s
             ORDER BY l.id LIMIT %(limit)s
            """,
            cursor=self.job_cursor,
            limit=self._job_size,
        )
        if rows:
            self._create_splits(rows)
            self._snapshot([row[0] for row in rows])
            self._unprotected().write(
                {
                    "job_cursor": rows[-1][0],
                    "job_done": self.job_done + len(rows),
                    "job_data": dict(self.job_data),
                }
            )
        if len(rows) == self._job_size:
            return False
        self._finish_lock()
        return True

    def _create_splits(self, rows):
        currency = self.currency_id
        fundings = {}
        for line, grant, share, analytic in self._query(
            f"""
            SELECT l.id, f.grant_id, f.share, g.analytic_account_id
              FROM {SHARES_OF_PAYMENTS}
              JOIN cash_transfer_grant g ON g.id = f.grant_id
             WHERE l.id = ANY(%(ids)s) ORDER BY f.id
            """,
            ids=[row[0] for row in rows],
        ):
            fundings.setdefault(line, []).append((grant, share, analytic))
        carry = {int(k): v for k, v in self.job_data.get("carry", {}).items()}
        lines = [
            (
                Money.of(row[1], currency).units,
                [(grant, round(share * 100)) for grant, share, _a in fundings[row[0]]],
            )
            for row in rows
        ]
        values = []
        for row, parts in zip(rows, split_lines(lines, carry, WHOLE), strict=True):
            analytics = {grant: analytic for grant, _s, analytic in fundings[row[0]]}
            shares = {grant: share for grant, share, _a in fundings[row[0]]}
            for grant, units in parts:
                accounts = dict.fromkeys(
                    a for a in (analytics[grant], row[3], row[4]) if a
                )
                values.append(
                    {
                        "line_id": row[0],
                        "grant_id": grant,
                        "analytic_key": ",".join(str(a) for a in accounts),
                        "weight": round(shares[grant] * 100),
                        "amount": Money(units, currency).amount,
                    }
                )
        self._insert_splits(values)
        self._unprotected().job_data = dict(
            self.job_data, carry={str(k): v for k, v in carry.items()}
        )

    def _insert_splits(self, values):
        """Write the grants' shares of a portion's payments in one statement."""
        self._execute(
            """
            INSERT INTO cash_transfer_payment_split
                (line_id, plan_id, company_id, currency_id, entitlement_id,
                 beneficiary_id, period, programme_id, site_id, grant_id,
                 grant_currency_id, grant_posted, analytic_key,
                 weight, amount, amount_delivered, amount_posted, company_posted,
                 create_uid, create_date, write_uid, write_date)
            SELECT l.id, l.plan_id, l.company_id, l.currency_id, l.entitlement_id,
                   l.beneficiary_id, l.period, c.programme_id, c.site_id, s.grant_id,
                   (SELECT currency_id FROM cash_transfer_grant WHERE id = s.grant_id),
                   0,
                   s.analytic_key, s.weight, s.amount, 0, 0, 0,
                   %(user)s, now() AT TIME ZONE 'UTC',
                   %(user)s, now() AT TIME ZONE 'UTC'
              FROM ROWS FROM (jsonb_to_recordset(%(values)s) AS (
                       line_id integer, grant_id integer, analytic_key varchar,
                       weight integer, amount numeric)) WITH ORDINALITY
                   AS s (line_id, grant_id, analytic_key, weight, amount, place)
              JOIN cash_transfer_payment_line l ON l.id = s.line_id
              JOIN cash_transfer_entitlement e ON e.id = l.entitlement_id
              JOIN remediation_case c ON c.id = e.case_id
             ORDER BY s.place
            """,
            values=Json(values),
            user=self.env.uid,
        )

    def _snapshot(self, line_ids):
        """Freeze who is paid, as approved (R66), and where."""
        frozen = self._execute(
            """
            UPDATE cash_transfer_payment_line l
               SET payee_name = CASE y.kind
                       WHEN 'member' THEN hm.full_name
                       WHEN 'institution' THEN rp.name
                       ELSE concat_ws(' ', b.first_name, b.last_name) END,
                   payee_number = m.number,
                   payee_id_number = CASE y.kind
                       WHEN 'member' THEN hm.national_id
                       WHEN 'beneficiary' THEN b.national_id END,
                   masked = m.number_masked,
                   compliant = c.compliant,
                   is_live = TRUE,
                   locked = TRUE
              FROM cash_transfer_payee y
              LEFT JOIN remediation_household_member hm ON hm.id = y.member_id
              LEFT JOIN res_partner rp ON rp.id = y.partner_id
              LEFT JOIN remediation_beneficiary b ON b.id = y.beneficiary_id,
                   cash_transfer_payment_method m, cash_transfer_cycle_line c
             WHERE l.id = ANY(%(ids)s) AND y.id = l.payee_id AND m.id = l.method_id
               AND c.id = l.cycle_line_id AND y.approved_identity = %(identity)s
            """,
            ids=line_ids,
            identity=SQL(IDENTITY),
        )
        if frozen != len(line_ids):
            raise UserError(
                self.env._(
                    "The name or document of a payee changed in the meantime. Lock "
                    "again to see whose."
                )
            )
        self._execute(
            """
            UPDATE cash_transfer_cycle_line c
               SET amount_live = c.amount_live + l.amount_due,
                   payment_status = 'planned'
              FROM cash_transfer_payment_line l
             WHERE l.id = ANY(%(ids)s) AND c.id = l.cycle_line_id
            """,
            ids=line_ids,
        )

    def _finish_lock(self):
        # another plan may have been locked since the button was pressed
        self._raise_problems(self._problems_of_limits())
        self._unprotected().write(
            {
                "state": "locked",
                "prepared_by_id": self.job_user_id.id,
                "locked_on": fields.Datetime.now(),
                "snapshot": self._prepare_snapshot(),
                "expected_fee": self.provider_id._expected_fee(
                    self.amount_total,
                    self.pending_count,
                    self.currency_id,
                    self._rate_date(),
                ),
            }
        )
        self._unprotected().content_hash = self._content_digest()
        self.approval_ids._unprotected().write({"state": "void"})
        self.env["cash.transfer.approval"]._unprotected().create(
            self._prepare_approvals()
        )
        self.cycle_id._update_state()
        households = self._household_warnings()
        self._log_event(
            self.env._(
                "Locked: %(count)s payments, %(amount)s.",
                count=self.pending_count,
                amount=self.currency_id.format(self.amount_total),
            )
        )
        if households:
            self._log_event(
                self.env._(
                    "%(count)s households get more than one payment.", count=households
                )
            )

    def _prepare_snapshot(self):
        """Return everything that steers this plan's money, as it is at the lock, in
        plain values (R63)."""
        rules = self.env["cash.transfer.approval.rule"].search(
            [("company_id", "=", self.company_id.id), ("is_in_force", "=", True)]
        )
        snapshot = {
            "plan": {
                "cycle": self.cycle_id.name,
                "pay_on": fields.Date.to_string(self.pay_on),
                "currency": self.currency_id.name,
                "emergency": self.is_emergency,
                "amount": f"{self.amount_total:.{self.currency_id.decimal_places}f}",
            },
            "provider": self.provider_id._steering_values(),
            "who_is_paid": self.provider_id._who_is_paid(),
            "template": self.provider_id._file_template(),
            "scheme": self.scheme_id._steering_values(),
            "grants": [grant._steering_values() for grant in self._get_grants()],
            "rules": [rule._steering_values() for rule in rules],
            "rates": self._rates_to_keep(),
        }
        return json.loads(json.dumps(snapshot))

    def _check_snapshot(self):
        """Refuse to go on with a plan whose payments, provider or settings are not what
        was locked (R38, R63).

        :raises UserError: unlock it, and let it be approved again.
        """
        if self._content_digest() != self.content_hash:
            raise UserError(
                self.env._(
                    "The payments differ from what was approved: unlock the plan "
                    "and let it be approved again."
                )
            )
        if self.provider_id._who_is_paid() != self.snapshot["who_is_paid"]:
            raise UserError(
                self.env._(
                    "%(provider)s pays otherwise than when the plan was locked: unlock "
                    "the plan and let it be approved again.",
                    provider=self.provider_id.name,
                )
            )
        self._check_rates()

    def _content_digest(self):
        """Return a hash over codes, payees, accounts and amounts of what was locked,
        stopped payments included: stopping one leaves the others' approvals; and over
        the snapshot of what steers its money."""
        digest = hashlib.sha256()
        digest.update(json.dumps(self.snapshot, sort_keys=True).encode())
        for row in self._query(
            """
            SELECT name, payee_name, payee_number, payee_id_number, amount_due
              FROM cash_transfer_payment_line
             WHERE plan_id = %(plan)s AND locked ORDER BY name
            """
        ):
            digest.update("\x1f".join(str(cell) for cell in row).encode() + b"\x1e")
        return digest.hexdigest()

    @step(
        frm=("locked", "approved", "released"),
        to="draft",
        duty="prepare",
        asks={"reason": Ask(label=_lt("Reason"))},
        referencing=True,
        sudo="nobody has a write right on payments",
        title=_lt("Unlock"),
    )
    def action_unlock(self, reason):
        """Take a plan that is not instructed back to draft: approvals are void (R38).
        For cash officers.

        :param str reason: required.
        """
        self.ensure_one()
        self._thaw_lines()
        self.approval_ids._unprotected().write({"state": "void"})
        self._unprotected().write(
            {
                "content_hash": False,
                "snapshot": False,
                "released_by_id": False,
                "released_on": False,
                "locked_on": False,
            }
        )
        self._log_event(self.env._("Unlocked: %(reason)s", reason=reason))

    def _thaw_lines(self):
        """Take pending lines back to draft, with what was frozen for them."""
        self._release_live_lines("pending", False)
        self._execute(
            "DELETE FROM cash_transfer_payment_split WHERE plan_id = %(plan)s"
            " AND line_id IN (SELECT id FROM cash_transfer_payment_line"
            " WHERE plan_id = %(plan)s AND is_live IS NOT TRUE AND locked IS NOT TRUE)",
            plan=self.id,
        )
