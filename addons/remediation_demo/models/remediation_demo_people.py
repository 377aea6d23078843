from datetime import timedelta

from odoo import api, models
from odoo.fields import Command

from ..tools.logo import logo

#: Name, kind, commodity, latitude, longitude, tier, risk; places are real, the sites
#: are made up.
SITES = (
    ("Carrière Mashamba Ouest", "mine_site", "Cobalt", -10.7251, 25.3912, 4, "high"),
    ("Carrière Kasulo", "mine_site", "Cobalt", -10.7008, 25.4723, 4, "high"),
    ("Site de lavage Mutoshi", "mine_site", "Cuivre", -10.6766, 25.5364, 4, "high"),
    ("Dépôt Musompo", "depot", "Cobalt", -10.7402, 25.5821, 3, "medium"),
    ("Carrière Fungurume Nord", "mine_site", "Cobalt", -10.6021, 26.2984, 4, "high"),
    ("Briqueterie Luilu", "factory", "Briques", -10.7893, 25.4186, 5, "medium"),
    ("Marché central de Kolwezi", "street", "Commerce", -10.7147, 25.4664, 6, "low"),
    ("Ferme Kando", "farm", "Maïs", -10.8415, 25.9127, 6, "low"),
)
#: Name, code.
PROGRAMMES = (
    ("Retour à l'école", "ECOLE"),
    ("Formation et premier métier", "METIER"),
    ("Familles debout", "FAMILLE"),
    ("Fonds des frères et sœurs", "FRATRIE"),
)
SCHOOLS = (
    ("École primaire Mwangaza", "school"),
    ("École primaire Kapata II", "school"),
    ("Institut Tujenge", "school"),
    ("Complexe scolaire Fungurume", "school"),
    ("Centre de métiers Ujuzi", "vocational"),
    ("Centre de couture Neema", "vocational"),
)
FUNDERS = ("Fondation Aurore", "Cobalt Juste SA", "Fonds Horizon")
#: Login, team, how the level stands, sex.
WORKERS = (
    ("caseworker2", "kolwezi", "accredited", "male"),
    ("caseworker3", "mutoshi", "accredited", "female"),
    ("caseworker4", "mutoshi", "accredited", "male"),
    ("caseworker5", "fungurume", "accredited", "female"),
    ("caseworker6", "fungurume", "junior", "male"),
)
#: People of the register who have no login of their own to show.
OTHERS = (
    ("Olive Candidate", "kolwezi", "applicant"),
    ("Pascal Candidat", "mutoshi", "applicant"),
    ("Rosine Stagiaire", "fungurume", "trainee"),
    ("Serge Stagiaire", "mutoshi", "trainee"),
    ("Thérèse Débutante", "mutoshi", "junior"),
    ("Urbain Suspendu", "kolwezi", "suspended"),
    ("Viviane Suspendue", "fungurume", "suspended"),
    ("Willy Échu", "mutoshi", "expired"),
    ("Yvette Échue", "fungurume", "expired"),
)
#: Hours allowed at high, medium and low risk: the organisation's own, wider for what
#: comes again and again than the defaults.
POLICY = {
    "assessment": (168, 336, 504),
    "plan": (240, 480, 720),
    "visit": (1080, 1560, 1920),
    "review": (8760, 10080, 10080),
}


class Demo(models.AbstractModel):
    """First chapter: the organisation, its places, teams and workers."""

    _inherit = "remediation.demo"

    @api.model
    def _make_organisation(self, world):
        """Sites, programmes, schools, partners and teams, by who maintains them."""
        admin = self._as("admin").env
        company = self.env.ref("base.main_company")
        company.with_env(admin).write({"logo": logo()})
        frameworks = self._as("coordinator").env["remediation.legal.framework"]
        frameworks._for_company(company).action_accept()
        partners = admin["res.partner"].create(
            [
                {"name": name, "is_company": True, "country_id": company.country_id.id}
                for name in (
                    *(name for name, _kind in SCHOOLS),
                    *FUNDERS,
                    "Coopérative minière Umoja",
                    "Briques du Lualaba SARL",
                )
            ]
        )
        by_name = {partner.name: partner for partner in partners}
        world.funders = [by_name[name] for name in FUNDERS]
        world.buyer = self.env.ref("remediation_demo.demo_partner_purchaser")
        self._make_places(world, by_name)
        self._make_programmes(world)
        self._make_schools(world, by_name)
        self._make_teams(world)

    @api.model
    def _make_places(self, world, by_name):
        company = self.env.ref("base.main_company")
        coordinator = self._as("coordinator").env
        areas = {
            name: coordinator["remediation.area"].create(
                {
                    "name": name,
                    "kind": kind,
                    "parent_id": self.env.ref("remediation_demo.demo_area_lualaba").id,
                    "country_id": company.country_id.id,
                }
            )
            for name, kind in (("Mutoshi", "locality"), ("Fungurume", "city"))
        }
        areas["Kolwezi"] = self.env.ref("remediation_demo.demo_area_kolwezi")
        world.areas = areas
        operators = {
            "mine_site": by_name["Coopérative minière Umoja"],
            "factory": by_name["Briques du Lualaba SARL"],
        }
        world.sites = coordinator["remediation.site"].create(
            [
                {
                    "name": name,
                    "site_type": kind,
                    "commodity": self._said(commodity),
                    "latitude": latitude,
                    "longitude": longitude,
                    "tier": tier,
                    "risk_rating": risk,
                    "area_id": areas[
                        "Fungurume"
                        if longitude > 25.8
                        else "Mutoshi"
                        if "Mutoshi" in name or "Musompo" in name
                        else "Kolwezi"
                    ].id,
                    "operator_id": operators[kind].id if kind in operators else False,
                    "buyer_ids": [Command.set(world.buyer.ids)]
                    if kind in ("mine_site", "depot", "factory")
                    else False,
                }
                for name, kind, commodity, latitude, longitude, tier, risk in SITES
            ]
        )

    @api.model
    def _make_programmes(self, world):
        coordinator = self._as("coordinator").env
        world.programmes = coordinator["remediation.programme"].create(
            [
                {
                    "name": name,
                    "code": code,
                    "date_start": world.day(760),
                    "yearly_checks": code == "ECOLE",
                }
                for name, code in PROGRAMMES
            ]
        )
        for programme, (name, _code) in zip(world.programmes, PROGRAMMES, strict=True):
            self._name_in_both(programme, name)
        coordinator["remediation.deadline.policy"].create(
            [
                {
                    "kind": kind,
                    "programme_id": programme.id,
                    "hours_high": hours[0],
                    "hours_medium": hours[1],
                    "hours_low": hours[2],
                }
                for programme in world.programmes
                for kind, hours in POLICY.items()
            ]
        )

    @api.model
    def _make_schools(self, world, by_name):
        coordinator = self._as("coordinator").env
        institutions = coordinator["remediation.institution"].create(
            [
                {
                    "name": name,
                    "kind": kind,
                    "partner_id": by_name[name].id,
                    "area_id": world.areas[
                        "Fungurume" if "Fungurume" in name else "Kolwezi"
                    ].id,
                }
                for name, kind in SCHOOLS
            ]
        )
        world.schools, world.centres = institutions[:4], institutions[4:]

    @api.model
    def _make_teams(self, world):
        coordinator = self._as("coordinator").env
        world.teams = {"kolwezi": self.env.ref("remediation_demo.demo_team")}
        for key, supervisor, deputy in (
            ("mutoshi", "supervisor2", "supervisor3"),
            ("fungurume", "supervisor3", "supervisor"),
        ):
            world.teams[key] = coordinator["remediation.team"].create(
                {
                    "name": key.capitalize(),
                    "supervisor_id": self._user(supervisor).id,
                    "deputy_ids": [Command.set(self._user(deputy).ids)],
                }
            )
        coordinator["remediation.assignment.rule"].create(
            [
                {"team_id": world.teams[key].id, "area_id": world.areas[area].id}
                for key, area in (("mutoshi", "Mutoshi"), ("fungurume", "Fungurume"))
            ]
        )

    @api.model
    def _make_workers(self, world):
        """Profiles of all levels, each admitted and examined by the supervisor."""
        profiles = self.env["remediation.case.manager"]
        mentor = profiles.search([("user_id", "=", self._user("caseworker").id)])
        world.people["caseworker"] = mentor
        world.people["partner"] = profiles.search(
            [("user_id", "=", self._user("partner").id)]
        )
        worker = self.env.ref("child_remediation.group_case_worker")
        users = (
            self._as("admin")
            .env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                [
                    {
                        "name": self._said(name),
                        "login": f"worker{number}@example.org",
                        "lang": self._language(),
                        "tz": "Africa/Lubumbashi",
                        "group_ids": [Command.link(worker.id)],
                    }
                    for number, (name, _team, _level) in enumerate(OTHERS, 1)
                ]
            )
        )
        for login, team, level, sex in WORKERS:
            world.people[login] = self._make_worker(
                world, self._user(login), team, level, mentor, sex=sex
            )
        for user, (name, team, level) in zip(users, OTHERS, strict=True):
            world.people[name] = self._make_worker(world, user, team, level, mentor)

    @api.model
    def _make_worker(self, world, user, team, level, mentor, **vals):
        team = world.teams[team]
        env = (
            self.with_user(team.supervisor_id)
            .with_context(
                allowed_company_ids=team.company_id.ids,
                lang=self._language(),
                tracking_disable=True,
            )
            .env
        )
        today = world.today()
        # A check that lapses a week before the present.
        old = level == "expired"
        profile = env["remediation.case.manager"].create(
            {
                "user_id": user.id,
                "team_id": team.id,
                "organisation_id": team.company_id.partner_id.id,
                "mentor_id": mentor.id,
                "code_of_conduct_on": today,
                "language_ids": [Command.set(self.env.ref("base.lang_fr").ids)],
                "area_ids": [Command.set([area.id for area in world.areas.values()])],
                "training_ids": self._trainings(world, level, user),
                "vetting_ids": [
                    Command.create(
                        {
                            "kind": "police_check",
                            "issuer": self._said("Parquet de Kolwezi"),
                            "date": today,
                            "expiry_date": world.day(7)
                            if old
                            else today + timedelta(days=1095),
                        }
                    )
                ],
                **vals,
            }
        )
        if level != "applicant":
            profile.vetting_ids.action_verify_clear()
            profile.action_admit()
        if level not in ("applicant", "trainee"):
            profile.action_pass_examination()
        if level == "suspended":
            world.plan(120, "_do_suspend", profile)
        if level == "accredited":
            # Needs 90 days and three cases (the criteria of the level).
            world.plan(260, "_do_accredit", profile)
        return profile

    @api.model
    def _trainings(self, world, level, user):
        today = world.today()
        # Nobody examines themselves.
        examiner = self._user("coordinator")
        if examiner == user:
            examiner = self._user("coordinator2")
        return [
            Command.create({"topic": "safeguarding", "date": today, "hours": 16}),
            Command.create(
                {
                    "topic": "case_management",
                    "date": today,
                    "hours": 40,
                    "is_examination": True,
                    "examiner_id": examiner.partner_id.id,
                    # Trainees did not pass yet.
                    "score": 41
                    if level == "trainee"
                    else 65 + world.chance.randrange(30),
                }
            ),
        ]

    @api.model
    def _do_suspend(self, world, facts):
        """A new check brings something to light; the worker is suspended by it."""
        for (profile,) in facts:
            check = profile.env["remediation.vetting"].create(
                {
                    "case_manager_id": profile.id,
                    "kind": "police_check",
                    "date": world.today(),
                }
            )
            check.action_verify_adverse()

    @api.model
    def _do_accredit(self, world, facts):
        for (profile,) in facts:
            profile.action_accredit()
