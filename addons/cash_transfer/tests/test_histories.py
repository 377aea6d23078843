import base64
import os
from collections import Counter, defaultdict
from datetime import timedelta
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.undone import undone
from odoo.addons.remediation_base.tools import sheets

from ..models.entitlement.cash_transfer_entitlement import PAID_STATES
from .common import EVERY_DUTY, CashCommon

#: What a provider writes into the column of the amount; 30 is due.
AMOUNTS = (None, 0, 30, 30, 30, 12.34, 29.99, 31.5, 60)
#: The step that brings a plan in this state on.
NEXT = {
    "draft": "lock",
    "locked": "approve",
    "approved": "release",
    "released": "instruct",
}
#: Each is taken in some history.
STEPS = (
    "lock",
    "instruct",
    "report",
    "question",
    "follow_up",
    "carry",
    "return",
    "accept",
    "recover",
    "ask_write_off",
    "reverse",
    "reverse_part",
    "stop",
    "lift",
    "close",
    "suspend",
    "resume",
    "extend",
    "identity",
    "template",
    "owe",
    "fee",
    "move",
    "adopt",
    "unmatch",
)
#: The property holds whatever the seed: ``HISTORIES_SEED=7`` takes other histories.
SEED = int(os.environ.get("HISTORIES_SEED", "0"))
#: More histories, as long as a step was taken in none.
ROUNDS = 8
STEPS_OF_ONE = 12
#: What takes a step, where it is called otherwise.
DOES = {
    "lock": "next_steps",
    "instruct": "next_steps",
    "return": "give_back",
    "accept": "dispute",
    "recover": "dispute",
    "ask_write_off": "dispute",
    "reverse_part": "reverse",
    "suspend": "support",
    "resume": "support",
    "extend": "support",
}
DUTY_PAIRS = (
    ("prepare", "approve"),
    ("approve", "release"),
    ("release", "reconcile"),
)


@tagged("post_install", "-at_install", "whole")
class TestHistories(CashCommon):
    """Random histories of two plans and their follow-ups, by people who hold every
    duty: whatever is pressed in whatever order, one expense per entitlement and period,
    R40 in both currencies, four eyes, and no name in the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # an office of three: only the pairs that nobody may unite are kept apart
        cls.env["cash.transfer.duty.pair"].search([]).unlink()
        cls.people = cls._new_users(
            {f"everything_{number}": EVERY_DUTY for number in range(4)}
        )
        cls.provider.write({"fee_fixed": 0.11, "limit_month": 100})
        cls.scheme.grant_ids |= cls.grant_b
        for _number in range(3):
            cls._new_entitlement(shares=[(cls.grant, 33.33), (cls.grant_b, 66.67)])
        cls.cycle = cls._new_cycle()

    def test_r40_r37_r32_random_histories(self):
        steps, missing = Counter(), []
        for number in range(ROUNDS):
            self._play(steps, SEED * ROUNDS + number, 6 if number else 24, missing)
            # a history in which every step was refused would prove nothing
            missing = [step for step in STEPS if not steps[step]]
            if not missing:
                break
        self.assertFalse(missing, f"no history took these steps: {steps}")

    def _play(self, steps, number, count, wanted):
        """Play ``count`` histories; each is a function of one drawn number, which
        hypothesis shows where it breaks."""

        @seed(number)
        @settings(
            max_examples=count,
            phases=(Phase.generate,),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(roll=st.integers(0, 2**32 - 1))
        def one_history(roll):
            History(self, steps, wanted).live(Dice(f"{SEED} {roll}"))

        one_history()

    # -- what always holds -----------------------------------------------------
    def assertOneExpense(self, plans):
        """Never more than what is due is delivered or on the way, and what the books
        hold for an entitlement and period is what was delivered (R32)."""
        for due in plans.line_ids.cycle_line_id:
            payments = due.payment_line_ids
            delivered = sum(payments.mapped("amount_delivered"))
            posted = sum(payments.split_ids.mapped("amount_posted"))
            self.assertAlmostEqual(due.amount_delivered, delivered)
            self.assertAlmostEqual(posted, delivered)
            live = payments.filtered("is_live")
            self.assertLessEqual(len(live), 1)
            self.assertAlmostEqual(due.amount_live, sum(live.mapped("amount_due")))
            self.assertLessEqual(delivered + due.amount_live, due.amount_due + 1e-6)
        for line in plans.line_ids:
            splits = line.split_ids
            if line.locked or line.amount_delivered:
                self.assertAlmostEqual(sum(splits.mapped("amount")), line.amount_due)
            self.assertAlmostEqual(
                sum(splits.mapped("amount_delivered")), line.amount_delivered
            )

    def _free(self, prepaid):
        """What no plan adopted yet of an accountant's prepayments, both currencies."""
        taken = prepaid.cash_movement_ids.filtered(lambda m: m.kind == "payment")
        return [
            sum(prepaid.mapped("amount_currency")) - sum(taken.mapped("amount")),
            sum(prepaid.mapped("balance")) - sum(taken.mapped("company_amount")),
        ]

    def assertLedger(self, plans, prepaid):
        """Movements, statement and posted entries agree in both currencies (R40)."""
        statements = plans._get_statements()
        accepted = defaultdict(lambda: [0.0, 0.0])
        for dispute in plans.dispute_ids.filtered(lambda d: d.state == "accepted"):
            accepted[dispute.plan_id][0] += dispute.amount
            accepted[dispute.plan_id][1] += dispute.company_amount
        remaining = [0.0, 0.0]
        for plan, statement in statements.items():
            lines = self.env["account.move.line"].search(
                [("payment_plan_id", "=", plan.id), ("parent_state", "=", "posted")]
            )
            splits = plan.line_ids.split_ids
            expense = lines.filtered(lambda one: one.account_id == self.expense_account)
            claims = lines.filtered(lambda one: one.account_id == self.claims_account)
            delivered = sum(plan.line_ids.mapped("amount_delivered"))
            for index, (suffix, name, posted) in enumerate(
                (
                    ("", "amount_currency", "amount_posted"),
                    ("_company", "balance", "company_posted"),
                )
            ):
                self.assertAlmostEqual(
                    sum(expense.mapped(name)),
                    sum(splits.mapped(posted)) + accepted[plan][index],
                    2,
                )
                if plan.provider_id.kind != "prefinanced":
                    self.assertAlmostEqual(
                        sum(claims.mapped(name)), statement[f"disputes{suffix}"], 2
                    )
                if plan.state == "closed":
                    self.assertEqual(statement[f"remaining{suffix}"], 0)
                remaining[index] += statement[f"remaining{suffix}"]
            self.assertAlmostEqual(
                statement["delivered"], delivered + accepted[plan][0], 2
            )
            for line in expense:
                self.assertTrue(line.analytic_distribution)
        provider = plans.provider_id
        if provider.kind == "prefinanced":
            self.assertEqual(remaining, [0.0, 0.0])
            return
        money = self.env["account.move.line"].search(
            [
                ("account_id", "=", provider._get_money_account().id),
                ("parent_state", "=", "posted"),
            ]
        )
        free = self._free(prepaid)
        self.assertAlmostEqual(
            sum(money.mapped("amount_currency")), remaining[0] + free[0], 2
        )
        self.assertAlmostEqual(sum(money.mapped("balance")), remaining[1] + free[1], 2)

    def assertPlanIsLedger(self, plans, prepaid):
        """What the night compares says the same after every step, but for what nobody
        adopted yet: that is what it shows (R68)."""
        self.assertEqual(plans._ledger_differences(), [])
        plans.provider_id._compare_with_ledger()
        found = self.env["cash.transfer.ledger.check"].search(
            [("provider_id", "in", plans.provider_id.ids)]
        )
        free = self._free(prepaid)
        if not any(round(part, 2) for part in free):
            self.assertFalse(found)
            return
        self.assertEqual(set(found.mapped("kind")), {"account"})
        for check in found:
            index = int(check.currency_id == self.company.currency_id)
            self.assertAlmostEqual(check.difference, free[index], 2)

    def assertAnalytic(self, plans):
        """What a grant spent is what the plans charged to it, to the cent (R65)."""
        for grant in self.grant | self.grant_b:
            posted = self.env["account.move.line"].search(
                [
                    ("payment_plan_id", "in", plans.ids),
                    ("parent_state", "=", "posted"),
                    ("cash_event", "in", ["delivered", "reversal", "fee", "exchange"]),
                ]
            )
            own = str(grant.analytic_account_id.id)
            mine = posted.filtered(
                lambda one, own=own: any(
                    own in key.split(",") for key in one.analytic_distribution or ()
                )
            )
            self.assertAlmostEqual(
                grant._get_spent()[grant.id],
                sum(mine.mapped("amount_currency")),
                2,
            )

    def assertNeverMoreThanApproved(self, plans):
        """What a plan was funded with never exceeds its payments, its fees, and the
        claims that two people accepted (R64)."""
        for plan, statement in plans._get_statements().items():
            lines = plan.line_ids.filtered(lambda one: one.status != "set_aside")
            settled = plan.dispute_ids.filtered(
                lambda d: d.state in ("accepted", "written_off")
            )
            charged = plan.movement_ids.filtered(
                lambda m: m.kind == "fee" and m.amount > 0
            )
            approved = (
                sum(lines.mapped("amount_due"))
                + max(plan.expected_fee, sum(charged.mapped("amount")))
                + sum(settled.mapped("amount"))
            )
            there = statement["funded"] + statement["carried_in"]
            there -= statement["carried_out"] + statement["returned"]
            # an invoice is paid from the bank, beside the funding
            if plan.provider_id.kind != "prefinanced":
                billed = plan.movement_ids.filtered(lambda m: m.kind == "bill")
                there -= sum(billed.mapped("amount"))
            self.assertLessEqual(there, approved + 1e-6, plan.name)

    def assertFilesSayWhatWasLocked(self, plans):
        """Each instruction file names the wallet and the amount of its payments,
        whatever happened to the template (R63)."""
        for plan in plans.filtered("file_content"):
            _headers, rows = sheets.read(base64.b64decode(plan.file_content))
            lines = {line.name: line for line in plan.line_ids.filtered("sent_on")}
            for _number, cells in rows:
                line = lines.pop(cells[0])
                self.assertIn(line.payee_number, cells)
                self.assertIn(f"{line.amount_due:.2f}", cells)
            self.assertFalse(lines, "a payment that was sent is not in the file")

    def assertFourEyes(self, plans):
        for plan in plans:
            done = plan._done_by()
            for one, two in DUTY_PAIRS:
                self.assertFalse(done[one] & done[two], f"{plan.name}: {one}, {two}")


def sampled_from(values):
    return list(values)


def booleans():
    return [False, True]


class Dice:
    """The choices within one step, repeatable by its seed."""

    def __init__(self, seed):
        self.random = Random(seed)

    def draw(self, values, label=""):
        return self.random.choice(values)


class History:
    """One cycle paid by one provider of any kind.

    :param taken: counts the steps that were not refused, over all histories.
    :param wanted: steps that should be taken where they can be.
    """

    def __init__(self, test, taken, wanted):
        self.test, self.taken = test, taken
        self.wanted = {DOES.get(step, step) for step in wanted}

    def live(self, data):
        """Live through it; what holds is asked after every step, and at the end."""
        with undone(self.test.env):
            self.start(data)
            for _number in range(STEPS_OF_ONE):
                self.step(data)
                self.holds()
            self.wind_up()
            self.test.assertNoNames()

    def start(self, data):
        test, draw = self.test, data.draw
        kind = draw(sampled_from(["advance", "advance", "wallet", "prefinanced"]))
        rate = draw(sampled_from([2800, 2777.77]))
        test.company.cash_exchange_policy = draw(sampled_from(["fifo", "day"]))
        test.provider.write(
            {
                "kind": kind,
                "journal_id": test.wallet_journal.id if kind == "wallet" else False,
            }
        )
        test._set_rate(test.usd, rate, test.today)
        self.plans = [test._new_plans(test.cycle)]
        self.prepaid = test.env["account.move.line"]
        self.number = 0
        self.sent = set()
        if draw(booleans()):
            test._to(self.plans[0], "instructed")
        self.holds()

    @property
    def all_plans(self):
        return self.test.env["cash.transfer.payment.plan"].union(*self.plans)

    def attempt(self, name, step):
        """Refusals are sentences and change nothing; they are fine, wrong books are
        not."""
        env = self.test.env
        try:
            with env.cr.savepoint():
                step()
                env.flush_all()
            self.taken[name] += 1
        except (UserError, AccessError):
            env.invalidate_all(flush=False)

    def pick(self, data):
        return data.draw(sampled_from(self.plans), label="plan")

    def person(self, data):
        return data.draw(sampled_from(self.test.people), label="person")

    def step(self, data):
        """Mostly what makes sense now, at times anything by anybody."""
        possible = self.possible()
        wanted = [name for name in possible if name in self.wanted]
        if not wanted or data.draw(booleans(), label="whatever"):
            wanted = possible
        name = data.draw(sampled_from(wanted), label="step")
        getattr(self, f"do_{name}")(data)

    def possible(self):
        plans = self.all_plans
        states = set(plans.mapped("state"))
        statuses = set(plans.line_ids.mapped("status"))
        found = {
            "next_steps": states & {"draft", "locked", "approved", "released"},
            "report": statuses - {"pending", "set_aside", "stopped", "cancelled"},
            "clean_report": "sent" in statuses,
            "question": "in_question" in statuses,
            "follow_up": plans.filtered("reissuable_count"),
            "carry": plans.origin_plan_id.filtered(lambda p: not p.is_balanced),
            "give_back": states & {"partly_reconciled", "reconciled"},
            "dispute": plans.dispute_ids.filtered(
                lambda d: d.state in ("open", "write_off_asked")
            ),
            "reverse": statuses & {"delivered", "partial"},
            "lift": "stopped" in statuses,
            "close": "reconciled" in states,
            "stop": "pending" in statuses and states & {"locked", "released"},
            "unmatch": plans.movement_ids.layer_id,
            "rate": True,
            "support": True,
            "identity": states & {"draft", "locked", "approved", "released"},
            "template": states & {"draft", "locked", "approved", "released"},
            "owe": plans._owed_lines(),
            "fee": states & {"instructed", "partly_reconciled", "reconciled", "closed"},
            "move": self.pairs_to_move(),
            "adopt": self.plans_to_fund(),
        }
        likely = {"next_steps": 6, "dispute": 3, "question": 3, "move": 6, "close": 2}
        likely |= {"lift": 3, "adopt": 3}
        return [
            name
            for name, useful in found.items()
            if useful
            for _time in range(likely.get(name, 1))
        ] + ["anything"]

    def do_anything(self, data):
        plan, user = self.pick(data), self.person(data)
        line = data.draw(sampled_from(list(plan.line_ids)), label="line")
        name, record, arguments = data.draw(
            sampled_from(
                [
                    ("lock", plan, ()),
                    ("approve", plan, ()),
                    ("reject", plan, ("Reason",)),
                    ("release", plan, ()),
                    ("fund", plan, ()),
                    ("fund", plan, (5,)),
                    ("fund", plan, (100,)),
                    ("instruct", plan, ()),
                    ("unlock", plan, ("Reason",)),
                    ("abort", plan, ("Reason",)),
                    ("return", plan, (1.5,)),
                    ("return", plan, (1000,)),
                    ("close", plan, ()),
                    ("stop", line, ("Reason",)),
                    ("set_aside", line, ("Reason",)),
                    ("take_back", line, ()),
                    ("reverse", line, ("Reason",)),
                ]
            ),
            label="press",
        )

        def press():
            getattr(record.with_user(user), f"action_{name}")(*arguments)
            plan._run_job()

        self.attempt(name, press)

    def do_next_steps(self, data):
        """The people of R37 bring a plan on, as far as it goes."""
        plan = self.pick(data)
        last = data.draw(sampled_from([*NEXT.values(), "instruct", "instruct"]))
        people = [self.test.officer, self.test.approver, *[self.test.releaser] * 2]
        for user, name in zip(people, NEXT.values(), strict=True):
            if NEXT.get(plan.state) == name:
                self.bring_on(plan, user, name)
            if name == last:
                break

    def bring_on(self, plan, user, name):
        if name == "instruct" and plan._missing_funding():
            self.attempt("fund", lambda: plan.with_user(user).action_fund())

        def press():
            getattr(self.test._seen(plan, user), f"action_{name}")()
            plan.with_user(user)._run_job()

        self.attempt(name, press)

    def do_stop(self, data):
        lines = self.all_plans.line_ids.filtered(lambda one: one.status == "pending")
        line = data.draw(sampled_from(list(lines)), label="line")
        user = self.person(data)
        self.attempt("stop", lambda: line.with_user(user).action_stop("Reason"))

    def do_report(self, data):
        """Rows of any of the plans, late or twice, in the past or the future, with and
        without the provider's reference."""
        test = self.test
        plan = self.pick(data)
        user = data.draw(sampled_from([*test.people, test.reconciler]))
        lines = plan.line_ids
        if data.draw(booleans(), label="other plans too"):
            lines = self.all_plans.line_ids
        rows = []
        for line in lines:
            amount = data.draw(sampled_from(AMOUNTS), label=line.name)
            if amount is None:
                continue
            self.number += 1
            day = data.draw(sampled_from([0, 0, 0, 3, -3]), label="day")
            rows.append(
                {
                    "payment": line.name,
                    "amount": amount,
                    "reference": f"R{self.number}"
                    if data.draw(booleans(), label="reference")
                    else "",
                    "reason": "" if amount else "refused",
                    "date": test.today + timedelta(days=day),
                }
            )
        if data.draw(booleans(), label="unknown row"):
            rows.append({"payment": "P-777777", "amount": 3.33})
        self.send(plan, rows, user)

    def do_clean_report(self, data):
        """The usual report: everything that is out was delivered, or nothing was."""
        plan = self.pick(data)
        amount = data.draw(sampled_from([30, 30, 0]), label="amount")
        rows = [
            {
                "payment": line.name,
                "amount": amount,
                "reason": "" if amount else "limit",
            }
            for line in plan.line_ids
            if line.status == "sent"
        ]
        self.send(plan, rows, self.test.reconciler)

    def send(self, plan, rows, user):
        if rows:
            self.number += 1
            # no two reports are the same file
            rows = [*rows, {"payment": f"X{self.number}"}]
            self.attempt("report", lambda: self.test._report(plan, rows, user=user))

    def do_question(self, data):
        user = data.draw(sampled_from([self.test.people[0], self.test.reconciler]))
        delivered = data.draw(booleans(), label="delivered")
        for line in self.all_plans.line_ids:
            if line.status == "in_question":
                self.attempt(
                    "question",
                    lambda one=line: (
                        one.with_user(user).action_delivered("Reason", self.test.today)
                        if delivered
                        else one.with_user(user).action_not_delivered("Reason")
                    ),
                )

    def do_follow_up(self, data):
        """Mostly approved at once, with the money that stayed behind carried to it."""
        test = self.test
        plans = self.all_plans.filtered("reissuable_count")
        plan = data.draw(sampled_from(list(plans)), label="plan")
        self.attempt(
            "follow_up", lambda: plan.with_user(test.officer).action_follow_up()
        )
        new = plan.follow_up_plan_ids - self.all_plans
        self.plans += list(new)
        if new and data.draw(sampled_from([True, True, False]), label="go on"):
            self.attempt("follow_up", lambda: test._to(new, "approved"))
            if data.draw(booleans(), label="carry"):
                carry = plan.with_user(test.releaser).action_carry
                self.attempt("carry", carry)

    def do_carry(self, data):
        origins = self.all_plans.origin_plan_id
        plan, user = data.draw(sampled_from(list(origins))), self.test.releaser
        self.attempt("carry", lambda: plan.with_user(user).action_carry())

    def do_give_back(self, data):
        plan, user = self.pick(data), self.test.releaser
        self.attempt("return", lambda: plan.with_user(user).action_return())

    def do_dispute(self, data):
        for dispute in self.all_plans.dispute_ids:
            step = data.draw(
                sampled_from(["accept", "recover", "ask_write_off", "write_off"]),
                label=dispute.name,
            )
            user = self.test.releaser
            if step == "ask_write_off":
                user = self.test.reconciler
            self.attempt(
                step,
                lambda d=dispute, s=step, u=user: getattr(
                    d.with_user(u), f"action_{s}"
                )("Reason"),
            )

    def do_reverse(self, data):
        lines = self.all_plans.line_ids.filtered("amount_delivered")
        line = data.draw(sampled_from(list(lines)), label="line")
        user = self.test.releaser
        part = data.draw(sampled_from([None, 0.01, 7.77]), label="part")
        self.attempt(
            "reverse_part" if part else "reverse",
            lambda: line.with_user(user).action_reverse("Wrong", amount=part),
        )

    def do_lift(self, data):
        """A wrong stop is lifted by two persons, never by one (R67)."""
        test = self.test
        lines = self.all_plans.line_ids.filtered(lambda one: one.status == "stopped")
        line = data.draw(sampled_from(list(lines)), label="line")
        first, second = [test.officer, test.approver]
        if data.draw(booleans(), label="alone"):
            first = second
        self.attempt("ask", lambda: line.with_user(first).action_ask_lift("Reason"))
        test.assertEqual(line.status, "stopped", "nobody does it alone")
        self.attempt("lift", lambda: line.with_user(second).action_lift_stop("Reason"))
        if first == second:
            test.assertEqual(line.status, "stopped", "nobody does it alone")

    def do_unmatch(self, data):
        """The accountant takes apart what the plan matched: refused (R68)."""
        items = self.all_plans.movement_ids.layer_id.move_line_id
        matched = items.filtered(lambda one: one.matched_credit_ids)
        if not matched:
            return
        with self.test.assertRaises(UserError), self.test.env.cr.savepoint():
            matched.remove_move_reconcile()
        self.taken["unmatch"] += 1

    def do_owe(self, data):
        """A decision on one family that is still owed, by the right person."""
        lines = self.all_plans._owed_lines()
        line = data.draw(sampled_from(list(lines)), label="line")
        step = data.draw(sampled_from(["later", "nothing"]), label="decision")
        user = self.test.reconciler
        self.attempt(
            "owe", lambda: getattr(line.with_user(user), f"action_owe_{step}")("Reason")
        )

    def do_fee(self, data):
        """A charge, an invoice, or a fee given back, whatever the state."""
        plan, user = self.pick(data), self.test.releaser
        amount = data.draw(sampled_from([0.4, 1.25, -0.11, -0.4, -9]), label="fee")
        billed = data.draw(booleans(), label="billed")
        self.attempt(
            "fee",
            lambda: plan.with_user(user).action_book_fee(
                amount, "Reason", billed=billed
            ),
        )

    def plans_to_fund(self):
        return self.all_plans.filtered(
            lambda plan: (
                plan.state in ("approved", "released") and plan._missing_funding()
            )
        )

    def pairs_to_move(self):
        """Plans with money at the provider, and those that lack some."""
        holding = [
            plan
            for plan, statement in self.all_plans._get_statements().items()
            if statement["remaining"] > 0
        ]
        return [
            (plan, target)
            for plan in holding
            for target in self.plans_to_fund()
            if plan != target
        ]

    def do_move(self, data):
        """Funding goes to another plan of the provider, as far as it lacks money."""
        user = self.test.releaser
        plan, target = data.draw(sampled_from(self.pairs_to_move()), label="pair")
        self.attempt(
            "move", lambda: plan.with_user(user).action_move_funding(target.id)
        )

    def do_adopt(self, data):
        """The accountant paid before there was a plan; a plan takes what it lacks."""
        test = self.test
        plan = data.draw(sampled_from(list(self.plans_to_fund())), label="plan")
        provider = plan.provider_id
        if provider.kind == "prefinanced":
            return
        amount = data.draw(sampled_from([7.77, 50]), label="prepaid")
        money = provider._get_money_account()
        entry = test.env["account.move"].create(
            {
                "journal_id": test.cash_journal.id,
                "currency_id": test.usd.id,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "account_id": account.id,
                            "partner_id": provider.partner_id.id,
                            "currency_id": test.usd.id,
                            "amount_currency": sign * amount,
                            "balance": sign * round(amount * 2750),
                        },
                    )
                    for account, sign in ((money, 1), (test.bank_account, -1))
                ],
            }
        )
        entry.action_post()
        self.prepaid |= entry.line_ids.filtered(lambda one: one.account_id == money)
        self.attempt("adopt", lambda: plan.with_user(test.releaser).action_adopt())

    def do_rate(self, data):
        rate = data.draw(sampled_from([2500, 2900, 3111.11]), label="rate")
        test = self.test
        rates = test.usd.rate_ids.filtered(lambda r: r.name == test.today)
        rates.rate = 1 / rate
        test.env.flush_all()

    def do_support(self, data):
        """Support is suspended, taken up again, kept longer, by a supervisor alone or
        with a second one (R65, R67)."""
        test = self.test
        entitlements = self.all_plans.line_ids.entitlement_id
        entitlement = data.draw(sampled_from(list(entitlements)), label="support")
        step = "suspend" if entitlement.state in PAID_STATES else "resume"
        if data.draw(sampled_from([False, False, True]), label="longer"):
            step = "extend"
        user = data.draw(sampled_from([test.supervisor, test.supervisor_2]))
        asking, before = entitlement.with_user(user), entitlement.state
        if step == "suspend":
            self.attempt(step, lambda: asking.action_suspend("Reason"))
            return
        if step == "resume":
            self.attempt("ask", asking.action_resume)
        else:
            until = entitlement.date_to + timedelta(days=30)
            self.attempt("ask", lambda: asking.action_extend(until, "Reason"))
        test.assertEqual(entitlement.state, before, "nobody does it alone")
        second = data.draw(sampled_from([test.supervisor, test.supervisor_2]))
        self.attempt(step, test._seen(entitlement, second).action_agree)

    def do_identity(self, data):
        """Somebody corrects a payee's name; mostly it is approved again (R66)."""
        test = self.test
        payees = self.all_plans.line_ids.payee_id
        payee = data.draw(sampled_from(list(payees)), label="payee")
        self.number += 1
        payee.member_id.with_user(test.supervisor).full_name = f"Zq{self.number}"
        test.assertEqual(payee.state, "proposed")
        if data.draw(sampled_from([True, True, False]), label="again"):
            approve = test._seen(payee, test.supervisor_2).action_approve
            self.attempt("identity", approve)

    def do_template(self, data):
        """The columns of the file are exchanged, even by two persons (R63)."""
        columns = self.test.provider.instruction_column_ids
        number = columns.filtered(lambda c: c.content in ("number", "reference"))
        new = data.draw(sampled_from(["number", "reference"]), label="number is")

        def exchange():
            number.content = new

        self.attempt("template", exchange)
        plan, user = self.pick(data), self.test.releaser
        self.attempt("layout", lambda: plan.with_user(user).action_new_layout())

    def do_close(self, data):
        plan, user = self.pick(data), self.test.reconciler
        self.attempt("close", lambda: plan.with_user(user).action_close())

    def holds(self):
        test = self.test
        test.env.flush_all()
        test.env.invalidate_all()
        plans = self.all_plans
        test.assertOneExpense(plans)
        test.assertLedger(plans, self.prepaid)
        test.assertPlanIsLedger(plans, self.prepaid)
        test.assertAnalytic(plans)
        test.assertFourEyes(plans)
        test.assertNeverMoreThanApproved(plans)
        test.assertFilesSayWhatWasLocked(plans)
        self.assert_paid_states(plans)

    def assert_paid_states(self, plans):
        """Nothing is handed to the provider for support that is suspended or ended
        (R67)."""
        for line in plans.line_ids.filtered("sent_on"):
            if line.id not in self.sent:
                self.test.assertIn(line.entitlement_id.state, PAID_STATES, line.name)
                self.sent.add(line.id)

    def wind_up(self):
        """What came of it is reported, settled, given back and closed."""
        test = self.test
        releaser, reconciler = test.releaser, test.reconciler
        for plan in self.all_plans:
            for line in plan.line_ids.filtered(lambda one: one.status == "in_question"):
                self.attempt(
                    "question",
                    lambda one=line: one.with_user(reconciler).action_not_delivered(
                        "It failed"
                    ),
                )
            rows = [
                {"payment": line.name, "amount": line.amount_due}
                for line in plan.line_ids
                if line.status == "sent"
            ]
            self.send(plan, rows, reconciler)
        for plan in self.all_plans:
            for dispute in plan.dispute_ids.filtered(lambda d: d.state == "open"):
                self.attempt(
                    "recover",
                    lambda d=dispute: d.with_user(releaser).action_recover("Back"),
                )
            if plan.state != "reconciled":
                continue
            if plan._get_statements()[plan]["remaining"] > 0:
                self.attempt(
                    "return", lambda p=plan: p.with_user(releaser).action_return()
                )
            owed = plan._owed_lines().filtered(lambda one: not one.owed_decision)
            if owed:
                self.attempt(
                    "owe",
                    lambda o=owed: o.with_user(reconciler).action_owe_later("Reason"),
                )
            self.attempt("close", lambda p=plan: p.with_user(reconciler).action_close())
        self.holds()
