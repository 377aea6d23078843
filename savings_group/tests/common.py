from datetime import date, timedelta

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon
from odoo.addons.remediation_base.tests.worlds import made_once

START = date(2026, 1, 5)


class SavingsCommon(BaseCommon):
    """One agent with a group of five that saves 500 a share; a second agent, a
    savings manager, a case worker, a finance officer and a plain user beside them."""

    @classmethod
    @made_once
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        # in one go: every batch of users costs a third of a second
        (
            cls.agent,
            cls.agent_other,
            cls.manager,
            cls.case_worker,
            cls.finance,
            cls.plain_user,
        ) = cls.env["res.users"].create(
            [
                {
                    "name": f"savings_{login} ({group})",
                    "login": f"savings_{login}",
                    "password": f"savings_{login}",
                    "email": f"savings_{login}@example.com",
                    "group_ids": [Command.set(cls.env.ref(group).ids)],
                }
                for login, group in (
                    ("agent", "savings_group.group_field_agent"),
                    ("agent2", "savings_group.group_field_agent"),
                    ("manager", "savings_group.group_savings_manager"),
                    ("caseworker", "child_remediation.group_case_worker"),
                    ("finance", "account.group_account_invoice"),
                    ("plain", "base.group_user"),
                )
            ]
        )
        cls.area = cls.env["remediation.area"].create({"name": "Kapata"})
        cls.group = cls._new_group()
        cls.cycle = cls._new_cycle(cls.group)
        cls.members = cls.cycle.membership_ids.sorted("member_number")

    @classmethod
    def _new_user(cls, login, groups, **values):
        return new_test_user(cls.env, login=f"savings_{login}", groups=groups, **values)

    @classmethod
    def _new_group(cls, members=5, agent=None, **values):
        """Return a group with members, seen as its agent."""
        agent = agent or cls.agent
        return (
            cls.env["savings.group"]
            .with_user(agent)
            .create(
                {
                    "label": "Tujenge",
                    "agent_id": agent.id,
                    "area_id": cls.area.id,
                    "share_value": 500,
                    "shares_min": 0,
                    "social_amount": 100,
                    "charge_rate": 10,
                    "charge_method": "declining",
                    "payout_step": 50,
                    "member_ids": [
                        Command.create(
                            {"full_name": f"Mama Furaha {number}", "sex": "female"}
                        )
                        for number in range(1, members + 1)
                    ],
                    **values,
                }
            )
        )

    @classmethod
    def _new_cycle(cls, group, start=True, **values):
        group.action_new_cycle()
        cycle = group.current_cycle_id
        cycle.write({"date_start": START, **values})
        if start:
            cycle.action_start()
        return cycle

    @classmethod
    def _day(cls, week):
        return START + timedelta(weeks=week)

    def _open(self, week, cycle=None):
        meeting = (cycle or self.cycle)._open_meetings(self._day(week))
        return meeting

    def _line(self, meeting, number):
        return meeting.line_ids.filtered(
            lambda line: line.member_number == number and line.kind == "regular"
        )

    def _meet(self, week, figures=None, cycle=None, shares=1, validate=True, **entries):
        """Hold a meeting: everybody buys ``shares``, then ``figures`` by number."""
        meeting = self._open(week, cycle)
        for line in meeting.line_ids:
            line.shares = shares
        for number, values in (figures or {}).items():
            self._line(meeting, number).write(values)
        if validate:
            meeting.action_take_expected()
            meeting.action_validate()
        return meeting
