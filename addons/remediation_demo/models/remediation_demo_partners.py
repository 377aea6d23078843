from datetime import timedelta

from odoo import api, models
from odoo.fields import Command

#: What becomes of the referrals of the last weeks, in turn.
ANSWERS = (
    "draft",
    "sent",
    "accepted",
    "done",
    "failed",
    "rejected",
    "expired",
    "revoked",
)
CONCERNS = (
    ("hotline", "Remblais derrière la gare", "Trois garçons trient du minerai.", 3),
    ("school", "École primaire Mwangaza", "Un élève absent depuis cinq semaines.", 1),
    (
        "community",
        "Puits du quartier Kasulo",
        "Un garçon de 13 ans descend au puits.",
        1,
    ),
    ("authority", "Marché central", "Une fille vend la nuit avec sa tante.", 1),
)


class Demo(models.AbstractModel):
    """Third chapter: what comes in, what goes to partners, and protection."""

    _inherit = "remediation.demo"

    @api.model
    def _plan_partners(self, world):
        for ago in (70, 55, 40, 28, 20, 12, 6, 2):
            world.plan(ago, "_do_concerns", ago)
        for position, ago in enumerate((22, 20, 18, 16)):
            world.plan(ago, "_do_refer", position)
        for ago in (15, 8, 1):
            world.plan(ago, "_do_follow_referrals")
        for position, ago in enumerate((60, 45, 30, 24, 16, 9, 4, 2)):
            world.plan(ago, "_do_complain", position)
        for position, ago in enumerate((90, 50, 33, 21, 11, 3)):
            world.plan(ago, "_do_report", position)
        for position, ago in enumerate((140, 100, 45, 12, 10, 3)):
            world.plan(ago, "_do_weigh", position)
        for position, ago in enumerate((80, 50, 40, 25, 14, 5, 3)):
            world.plan(ago, "_do_data_protection", position)
        for position, ago in enumerate((66, 36, 22, 13, 8, 2)):
            world.plan(ago, "_do_emergency", position)
        world.plan(7, "_do_duplicates")
        world.plan(0, "_do_hand_over")
        world.plan(0, "_do_present")
        world.plan(0, "_do_figures")

    # -- what comes in -------------------------------------------------------------
    @api.model
    def _do_concerns(self, world, facts):
        """The reporter's portal, the hotline and triage; each state stays twice."""
        triage = self._as("triage").env
        coordinator = self._as("coordinator").env
        for (ago,) in facts:
            concerns = triage["remediation.concern"].create(
                [
                    {
                        "channel": channel,
                        "location": self._said(location),
                        "work_observed": self._said(observed),
                        "children_count": count,
                        "child_age": 9 + ago % 6,
                        "child_sex": "male",
                        "site_id": world.sites[(ago + count) % 8].id,
                        "reporter_type": "teacher"
                        if channel == "school"
                        else "anonymous",
                    }
                    for channel, location, observed, count in CONCERNS
                ]
            )
            self._as("reporter").env["remediation.concern"].portal_report(
                {
                    "client_key": f"lumiere-demonstration-{ago:04d}",
                    "location": self._said("Entrée du site de lavage"),
                    "work_observed": self._said("Deux enfants portent des sacs."),
                    "children_count": 2,
                    "child_age": "12",
                }
            )
            if ago < 5:
                continue  # today's queue
            concerns[:1].action_triage("high")
            concerns[1:3].action_triage("medium")
            if ago < 10:
                continue
            concerns[3:].action_screen_out("no_child_labour")
            if ago > 30:
                concerns[2:3].action_merge(concerns[:1].id)
            if ago in (70, 55, 28):
                # The coordinator makes a case of a child who is known already, or adds
                # the concern to the open one.
                child = next(
                    c for c in world.children[ago % 9 :] if c.story == "in_remediation"
                )
                wizard = coordinator["remediation.concern.accept"].create(
                    {
                        "concern_id": concerns[1].id,
                        "beneficiary_id": child.file.beneficiary_id.id,
                        "risk_level": "medium",
                    }
                )
                wizard.action_confirm()
            if ago == 40:
                concerns[3:].action_reopen()

    # -- what goes out -------------------------------------------------------------
    @api.model
    def _do_refer(self, world, facts):
        school = self.env.ref("remediation_demo.demo_partner_school")
        services = school.accreditation_id.service_type_ids
        wanted = [
            child
            for child in world.children
            if child.story == "in_remediation"
            and child.worker != "partner"
            and child.number % 37 != 9
        ]
        for (position,) in facts:
            for offset, child in enumerate(wanted[position * 6 : position * 6 + 6]):
                env = self._desk(child.worker)
                action = child.case.with_env(env).plan_action_ids.filtered(
                    lambda a: (
                        a.service_type_id in services
                        and a.state in ("planned", "in_progress")
                    )
                )[:1]
                if not action:
                    continue
                referral = env["remediation.referral"].create(
                    {
                        "case_id": child.case.id,
                        "to_organisation_id": school.id,
                        "service_type_id": action.service_type_id.id,
                        "action_id": action.id,
                        "message": self._said("Merci d'accueillir l'enfant dès lundi."),
                    }
                )
                answer = ANSWERS[(position * 6 + offset) % len(ANSWERS)]
                if answer != "draft":
                    referral.action_send()
                world.answers[referral.id] = answer

    @api.model
    def _do_follow_referrals(self, world, facts):
        """The school answers on the portal; what nobody answers ends by itself."""
        provider = self._as("provider").env
        for number, answer in list(world.answers.items()):
            referral = self.env["remediation.referral"].browse(number)
            package = provider["remediation.referral.package"].browse(
                referral.package_id.id
            )
            if referral.state == "sent" and answer in ("accepted", "done", "failed"):
                package.portal_accept()
            elif referral.state == "sent" and answer == "rejected":
                package.portal_reject("full", self._said("Les classes sont complètes."))
            elif referral.state == "accepted" and answer in ("done", "failed"):
                package.portal_done(
                    "given" if answer == "done" else "not_given",
                    "L'enfant est venu le premier jour."
                    if answer == "done"
                    else self._said("L'enfant n'est jamais venu."),
                )
            elif referral.state == "sent" and answer == "revoked":
                child = next(
                    c
                    for c in world.children
                    if c.case and c.case.id == referral.case_id.id
                )
                referral.with_env(self._desk(child.worker)).action_revoke(
                    self._said("La famille a choisi une autre école.")
                )
        self.env["remediation.referral"]._cron_follow_up()

    # -- complaints and reports ------------------------------------------------------
    @api.model
    def _do_complain(self, world, facts):
        supervisor = self._as("supervisor").env
        worker = self._as("caseworker").env
        for (position,) in facts:
            name = worker["remediation.complaint"].file_complaint(
                {
                    "category": ("cash", "service", "exclusion", "other")[position % 4],
                    "description": (
                        self._said(
                            "L'argent du mois est arrivé avec deux semaines de retard."
                        ),
                        self._said("Le kit scolaire était incomplet."),
                        self._said("Ma fille n'a pas été retenue, la voisine oui."),
                        self._said("Personne ne répond au téléphone."),
                    )[position % 4],
                    "complainant_type": "family",
                    "channel": "hotline",
                    "is_anonymous": True,
                }
            )
            complaint = supervisor["remediation.complaint"].search(
                [("name", "=", name)]
            )
            step = position // 2
            if step == 0 or position in (2, 3, 4, 5):
                complaint.action_assign(self._user("supervisor").id)
            if position < 4:
                complaint.write(
                    {
                        "answer": self._said(
                            "Nous avons vérifié et vous avons rappelé."
                        ),
                        "remedy_due": "due",
                    }
                )
                remedy = complaint.remedy_ids.create(
                    {
                        "complaint_id": complaint.id,
                        "form": "satisfaction",
                        "description": self._said("Des excuses à la famille."),
                        "given_by_id": self.env.company.partner_id.id,
                        "given_on": complaint.received_on.date(),
                    }
                )
                complaint.action_answer()
                remedy.action_deliver()
            if position == 0:
                complaint.action_close_resolved()
            if position == 1:
                complaint.action_close_rejected()

    @api.model
    def _do_report(self, world, facts):
        """Safeguarding reports: the officer alone reads them."""
        officer = self._as("safeguarding").env
        reports = officer["remediation.safeguarding.report"]
        for (position,) in facts:
            reference = (
                self._as("caseworker3")
                .env["remediation.safeguarding.report"]
                .file_report(
                    {
                        "subject_kind": ("worker", "partner", "other")[position % 3],
                        "subject_text": self._said("Un chauffeur"),
                        "description": self._said(
                            "Des paroles humiliantes devant un enfant."
                        ),
                        "is_anonymous": position % 2 == 0,
                        "happened_on": str(world.today() - timedelta(days=2)),
                    }
                )
            )
            report = reports.search([("name", "=", reference)])
            if position < 4:
                report.action_review()
            if position < 2:
                report.action_taken = self._said(
                    "Entretien, rappel du code de conduite."
                )
                report.action_close(("substantiated", "unsubstantiated")[position])

    # -- decisions for a child ---------------------------------------------------------
    @api.model
    def _do_weigh(self, world, facts):
        """Best-interest decisions: in preparation, placed, decided."""
        running = [c for c in world.children if c.story == "in_remediation" and c.case]
        running = [c for c in running if c.opened > 160 and c.worker != "partner"]
        for (position,) in facts:
            child = running[position % len(running)]
            env = self._desk(child.worker)
            approver = self._approver(child)
            emergency = position in (4, 5, 1)
            decision = env["remediation.best.interest.decision"].create(
                {
                    "case_id": child.case.id,
                    "trigger": "emergency_placement"
                    if emergency
                    else "consent_conflict",
                    "placed_with": self._said("Famille d'accueil du quartier")
                    if emergency
                    else False,
                    "authority_reached": "yes" if emergency else False,
                    "decider": "organisation",
                    "child_heard": "yes",
                    "panel_member_ids": [
                        Command.create({"member_user_id": user.id, "conflict": "none"})
                        for user in (
                            approver.user,
                            self._user("coordinator"),
                            self._user("coordinator2"),
                        )
                    ],
                    "option_ids": [
                        Command.create(
                            {
                                "option": self._said(
                                    "Rester dans la famille avec un suivi serré"
                                ),
                                "pros": self._said("L'enfant le souhaite."),
                                "is_chosen": True,
                            }
                        ),
                        Command.create(
                            {
                                "option": self._said("Vivre chez la tante à Likasi"),
                                "cons": self._said("Loin de l'école."),
                            }
                        ),
                    ],
                    "decision": self._said(
                        "Reste dans sa famille ; visites chaque semaine."
                    ),
                    "review_on": world.today() + timedelta(days=60),
                }
            )
            if emergency:
                decision.action_record_placement()
            if position < 2:
                self._seen(decision.with_env(approver)).action_decide()

    # -- custody -----------------------------------------------------------------------
    @api.model
    def _do_hand_over(self, world, facts):
        """A worker goes on leave; a colleague takes over until 24 of 25."""
        coordinator = self._as("coordinator").env
        managers = coordinator["remediation.case.manager"]
        absent = managers.browse(world.people["caseworker4"].id)
        full = managers.browse(world.people["caseworker2"].id)
        absent.with_user(absent.team_id.supervisor_id).is_available = False
        spare = absent.case_ids.filtered(lambda case: not case.closed_on)
        for login in ("caseworker3", "caseworker", "partner", "caseworker6"):
            spare += managers.browse(world.people[login].id).case_ids.filtered(
                lambda case: not case.closed_on
            )
        for case in spare:
            full.invalidate_recordset(["weighted_caseload"])
            if full.weighted_caseload + case._weight() <= 24:
                login_of = case.case_manager_id == absent
                case.action_assign(
                    full.id,
                    reason=self._said("Congé de Trésor")
                    if login_of
                    else self._said("Répartition des dossiers"),
                    handover_days=10 if login_of else 0,
                )
                for child in world.children:
                    if child.case and child.case.id == case.id:
                        child.worker = "caseworker2"

    @api.model
    def _do_present(self, world, facts):
        """The present: what waits on each desk today."""
        self.env["remediation.case.manager"]._cron_expire()
        self._consents_end(world)
        self._closures_wait(world)
        self._weeks_visits(world)
        self._schools_vary(world)
        self._deliveries_undone(world)
        self._alarms_answered(world)
        releases = self._as("coordinator").env["referral.total"]
        year = world.today().year
        for number, (first, last) in enumerate(
            (("01-01", "06-30"), ("07-01", "12-31"), ("01-01", "12-31"))
        ):
            total = releases.create(
                {
                    "name": self._said("Totaux {} ({})", year - 1, number + 1),
                    "date_from": f"{year - 1}-{first}",
                    "date_to": f"{year - 1}-{last}",
                }
            )
            if number < 2:
                total.action_release()
        releases.create(
            {
                "name": self._said("Totaux {}, à publier", year),
                "date_from": f"{year}-01-01",
                "date_to": str(world.today() - timedelta(days=1)),
            }
        )

    @api.model
    def _open(self, world, *stories):
        return [
            c
            for c in world.children
            if c.story in stories and c.case and not c.file.closed_on
        ]

    @api.model
    def _consents_end(self, world):
        for number, child in enumerate(self._open(world, "monitoring")[:6]):
            env = self._holder(child)
            consent = child.case.with_env(env).consent_ids.filtered(
                lambda c: c.purpose == "school_contact" and c.state == "given"
            )
            if number < 2:
                consent.action_withdraw(self._said("La famille déménage."))
            else:
                env["remediation.consent"].create(
                    {
                        "case_id": child.case.id,
                        "purpose": "photo",
                        "subject": "caregiver",
                        "answer": "yes",
                        "how": "written",
                        "given_by_member_id": consent.given_by_member_id.id,
                        "assent": "yes",
                        "given_on": world.day(200),
                        "valid_until": world.day(1) if number < 4 else world.day(-12),
                    }
                )
        self.env["remediation.consent"]._cron_expire()

    @api.model
    def _closures_wait(self, world):
        for number, child in enumerate(self._open(world, "monitoring")[:4]):
            env = self._holder(child)
            closure = env["remediation.closure"].create(
                {
                    "case_id": child.case.id,
                    "reason": "moved_in_country",
                    "outcome": "out_of_child_labour",
                    "note": self._said("La famille s'installe à Likasi."),
                }
            )
            if number < 2:
                closure.action_submit()

    @api.model
    def _weeks_visits(self, world):
        """Planned visits: some late, some today, most of this week."""
        for number, child in enumerate(
            self._open(world, "in_remediation", "monitoring", "planning")
        ):
            self._holder(child)["remediation.visit"].create(
                {
                    "case_id": child.case.id,
                    "visit_type": ("home", "school")[number % 2],
                    "date_planned": world.day(3 - number % 9),
                }
            )

    @api.model
    def _schools_vary(self, world):
        """Not every enrolment goes well."""
        states = (
            "irregular",
            "irregular",
            "transferred",
            "transferred",
            "enrolled",
            "enrolled",
        )
        children = [
            c
            for c in self._open(world, "in_remediation")
            # sudo: as the child's file
            if c.enrolment and c.enrolment.sudo().state == "attending"
        ]
        for child, state in zip(children, states, strict=False):
            values = {"state": state}
            if state == "transferred":
                values["date_end"] = world.today()
            child.enrolment.with_env(self._holder(child)).write(values)

    @api.model
    def _alarms_answered(self, world):
        """People tick off what they were told of and have done since."""
        late = self.env["remediation.deadline"].search(
            [("done_on", "=", False), ("date_due", "<", world.clock)]
        )
        types = self.env["mail.activity.type"]
        for name in ("due", "late", "escalation"):
            types |= self.env.ref(f"child_remediation.mail_activity_type_{name}")
        activities = self.env["mail.activity"].search(
            [
                ("res_model", "=", "remediation.case"),
                ("activity_type_id", "in", types.ids),
                ("res_id", "not in", late.case_id.ids),
            ]
        )
        for user, mine in activities.grouped("user_id").items():
            mine.with_user(user).unlink()

    @api.model
    def _deliveries_undone(self, world):
        for child in self._open(world, "in_remediation")[:2]:
            given = child.case.with_env(self._holder(child)).delivery_ids
            given[:1].action_cancel(self._said("Saisi deux fois."))
