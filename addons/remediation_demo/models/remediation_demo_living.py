import logging
import os
import time
from collections import defaultdict

from odoo import api, models

from ..tools.clock import latest_morning, past
from ..tools.world import World

_logger = logging.getLogger(__name__)

#: Environment variable by which ``setup/run --demo small`` leaves this out.
SIZE = "REMEDIATION_DEMO"
#: What happens on a day, in this order.
ORDER = (
    "_do_take_over",
    "_do_register",
    "_do_contact",
    "_do_assess",
    "_do_approve",
    "_do_reject",
    "_do_plan",
    "_do_revise",
    "_do_agree",
    "_do_run",
    "_do_accredit",
    "_do_attendance",
    "_do_deliver",
    "_do_visit",
    "_do_finish",
    "_do_note",
    "_do_form_group",
    "_do_again",
    "_do_meet",
    "_do_share_out",
    "_do_money_settings",
    "_do_entitle",
    "_do_approve_money",
    "_do_change_entitlement",
    "_do_cycle",
    "_do_report_back",
    "_do_settle",
    "_do_ask_families",
    "_do_bank",
    "_do_sign",
    "_do_schedule",
    "_do_call",
    "_do_look_at_ages",
    "_do_pay_deposit",
    "_do_in_place_of_work",
    "_do_bill",
    "_do_draft_agreement",
    "_do_concerns",
    "_do_enrol",
    "_do_survive",
    "_do_confirm_survivor",
    "_do_award",
    "_do_approve_award_payee",
    "_do_receive_award",
    "_do_approve_award",
    "_do_pay_award",
    "_do_pay_wages_directly",
    "_do_keep_case",
    "_do_refer",
    "_do_follow_referrals",
    "_do_send_in_danger",
    "_do_hand_in",
    "_do_take_along",
    "_do_complain",
    "_do_report",
    "_do_weigh",
    "_do_data_protection",
    "_do_emergency",
    "_do_duplicates",
    "_do_hand_over",
    "_do_close",
    "_do_check",
    "_do_hold",
    "_do_reopen",
    "_do_suspend",
    "_do_next_cycle",
    "_do_present",
    "_do_publish_remedies",
    "_do_figures",
)


class Demo(models.AbstractModel):
    """The living demonstration: two years of an invented organisation, told day by
    day through the methods that people press, as the person who would press them."""

    _inherit = "remediation.demo"

    @api.model
    def _user(self, name):
        if name == "admin":
            return self.env.ref("base.user_admin")
        return super()._user(name)

    @api.model
    def _load_living(self):
        """Make the whole, unless the small demonstration was asked for.

        Where a step of it is refused, the small one stands and the log says why: a
        visitor still gets a running system.
        """
        if os.environ.get(SIZE) == "small":
            return
        try:
            with self.env.cr.savepoint():
                self._make_living()
        except Exception:  # pylint: disable=broad-exception-caught
            _logger.warning(
                "The living demonstration was not made, the small one stands.",
                exc_info=True,
            )

    @api.model
    def _make_living(self):
        """Make the invented organisation and return its :class:`World`."""
        begun = time.monotonic()
        with past(self.env) as move:
            world = World(now=latest_morning(), move=move)
            self._go_to(world, 745)
            self._make_organisation(world)
            self._make_workers(world)
            self._plan_children(world)
            self._plan_partners(world)
            self._plan_transfers(world)
            self._plan_groups(world)
            self._plan_agreements(world)
            self._plan_survivors(world)
            self._plan_arrivals(world)
            self._live(world)
        # sudo: as the scheduler, whose call is due since those days
        self.env["remediation.concern"].sudo()._cron_alert_overdue()
        # What went to the screens of those days pops up on nobody's screen today.
        self.env.cr.precommit.data.get("bus.bus.values", []).clear()
        # sudo: nobody but the bus reads these rows
        self.env["bus.bus"].sudo().search([("id", ">", 0)]).unlink()
        _logger.info(
            "Demonstration: %s children in %.0f seconds",
            len(world.children),
            time.monotonic() - begun,
        )
        return world

    @api.model
    def _go_to(self, world, ago):
        world.clock = world.moment(ago)
        world.move(world.clock)

    @api.model
    def _live(self, world):
        """Go through the agenda, the oldest day first; what a day adds to it is done
        on its own day."""
        number = 0
        while world.agenda:
            ago = max(world.agenda)
            self._go_to(world, ago)
            by_kind = defaultdict(list)
            for what, facts in world.agenda.pop(ago):
                by_kind[what].append(facts)
            for what in sorted(by_kind, key=ORDER.index):
                getattr(self, what)(world, by_kind[what])
            # What time does: warnings, breaches, escalations.
            self.env["remediation.deadline"]._breach_batch(2000)
            self.env["remediation.deadline"]._escalate_batch(2000)
            number += 1
            if number % 20 == 0:
                _logger.info("Demonstration: %s days before today", ago)
