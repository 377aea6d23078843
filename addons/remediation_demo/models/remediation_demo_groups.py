from datetime import timedelta

from odoo import api, models

#: Name, place of its meetings, days before the present on which it was formed, how
#: its first cycle ended.
GROUPS = (
    ("Tumaini", "Sous le manguier, Kasulo", 560, "again"),
    ("Neema ya Mama", "Salle paroissiale, Mutoshi", 520, "dissolved"),
    ("Maendeleo", "Marché de Fungurume", 330, "share_out"),
    ("Bidii", "École Kapata II", 500, "dissolved"),
)
WOMEN = (
    "Agnès", "Bernadette", "Colette", "Désirée", "Émilie", "Florence", "Georgine",
    "Henriette", "Irène", "Joséphine",
)  # fmt: skip
NAMES = ("Kabwe", "Lungu", "Mwila", "Nkonde", "Sakala", "Tembo", "Zulu", "Bwalya")
OFFICERS = ("chair", "record_keeper", "box_keeper", "counter", "counter")
MEETINGS = 10
LOAN = 6000


class Demo(models.AbstractModel):
    """Fifth chapter: savings groups in francs, from the first meeting to the
    share-out."""

    _inherit = "remediation.demo"

    @api.model
    def _load_paper_book(self):
        """Take over the published group's book, in the language of the office."""
        book = self.env.ref("remediation_demo.demo_paper_book")
        book.with_context(lang=self._language()).action_import()

    @api.model
    def _plan_groups(self, world):
        for number, (_name, _place, ago, _end) in enumerate(GROUPS):
            world.plan(ago, "_do_form_group", number)
            for meeting in range(1, MEETINGS + 1):
                world.plan(ago - meeting * 21, "_do_meet", number, meeting)
            world.plan(ago - (MEETINGS + 1) * 21, "_do_share_out", number)
        for meeting in range(1, 7):
            world.plan(150 - meeting * 21, "_do_meet", 0, meeting)

    @api.model
    def _savings(self, agent=True):
        return self._as("agent" if agent else "manager").env

    @api.model
    def _do_form_group(self, world, facts):
        env = self._savings()
        for (number,) in facts:
            name, place, _ago, _end = GROUPS[number]
            group = env["savings.group"].create(
                {
                    "label": name,
                    "agent_id": env.uid,
                    "phase": "intensive" if number == 2 else "development",
                    "formed_on": world.today(),
                    "meeting_place": self._said(place),
                    "share_value": 1000,
                    "social_amount": 200,
                    "charge_rate": 10,
                    "fine_late": 100,
                    "fine_absent": 200,
                    "payout_step": 50,
                }
            )
            env["savings.member"].create(
                [
                    {
                        "group_id": group.id,
                        "full_name": f"{first} {NAMES[(place_at + number) % 8]}",
                        "sex": "female",
                        "officer_role": OFFICERS[place_at]
                        if place_at < len(OFFICERS)
                        else False,
                        "is_key_holder": place_at in (5, 6, 7),
                    }
                    for place_at, first in enumerate(WOMEN)
                ]
            )
            world.groups[number] = group.id
            self._start_cycle(world, group)

    @api.model
    def _start_cycle(self, world, group):
        group.action_new_cycle()
        cycle = group.cycle_ids.filtered(lambda c: c.state == "forming")
        cycle.write(
            {
                "date_start": world.today(),
                "date_end": world.today() + timedelta(days=280),
            }
        )
        cycle.action_start()

    @api.model
    def _do_meet(self, world, facts):
        env = self._savings()
        for number, position in facts:
            group = env["savings.group"].browse(world.groups[number])
            cycle = group.cycle_ids.filtered(lambda c: c.state == "active")
            if group.state != "running" or not cycle:
                continue
            cycle.action_open_meeting()
            meeting = cycle.open_meeting_id
            last = position == 6 and number == 0 and len(group.cycle_ids) > 1
            for order, line in enumerate(meeting.line_ids):
                vals = {
                    "attendance": "late" if (order + position) % 9 == 4 else "present",
                    "shares": 1 + (order + position) % 3,
                    "social_in": 200,
                    "fine": 100 if (order + position) % 9 == 4 else 0,
                }
                if position in (3, 4) and order == position:
                    vals["loan_given"] = LOAN
                # One borrower of the third group pays nothing back.
                if position >= 5 and line.loan_due and not (number == 2 and order == 4):
                    vals["loan_repaid"] = line.loan_due
                line.write(vals)
            if last:
                continue  # the meeting of today is still open
            if position == 8:
                meeting.action_cancel(self._said("Funérailles dans le quartier."))
                continue
            meeting.action_take_expected()
            meeting.action_validate()

    @api.model
    def _do_share_out(self, world, facts):
        env = self._savings()
        for (number,) in facts:
            group = env["savings.group"].browse(world.groups[number])
            end = GROUPS[number][3]
            cycle = group.cycle_ids.filtered(lambda c: c.state == "active")
            cycle.action_share_out()
            share_out = cycle.share_out_ids
            if end == "share_out":
                continue  # a draft, for the group to look at
            share_out.action_confirm()
            share_out.action_sign_all()
            share_out.action_close()
            if end == "again":
                world.plan(150, "_do_again", number)
            else:
                group.with_env(self._savings(agent=False)).action_dissolve(
                    self._said("Les membres rejoignent une autre association.")
                )

    @api.model
    def _do_again(self, world, facts):
        for (number,) in facts:
            group = self._savings()["savings.group"].browse(world.groups[number])
            self._start_cycle(world, group)
