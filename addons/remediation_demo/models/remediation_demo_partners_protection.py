from odoo import api, models


class Demo(models.AbstractModel):
    """Data protection, emergency access and duplicates."""

    _inherit = "remediation.demo"

    @api.model
    def _do_data_protection(self, world, facts):
        officer = self._as("dataprotection").env
        for (position,) in facts:
            child = world.children[30 + position]
            request = officer["remediation.subject.request"].create(
                {
                    "beneficiary_id": child.file.beneficiary_id.id,
                    "kind": ("rectification", "access")[position // 2 % 2],
                    "requested_by": self._said("La mère"),
                    "identity_checked": True,
                    "note": self._said(
                        "Demande faite au bureau, réponse remise en main propre."
                    ),
                }
            )
            if position in (0, 1, 4) and request.kind == "rectification":
                request.action_rectified()
            elif position in (2, 3):
                request.action_refuse()
            breach = officer["remediation.data.breach"].create(
                {
                    "kind": "disclosed",
                    "description": self._said(
                        "Une liste de codes laissée à l'imprimante."
                    ),
                    "measures": self._said(
                        "Liste détruite, équipe rappelée aux règles."
                    ),
                }
            )
            if position < 3:
                breach.authority_told_on = world.clock
                breach.action_close()

    @api.model
    def _do_emergency(self, world, facts):
        """Files opened in emergency, and what the officer thought of it."""
        officer = self._as("safeguarding").env
        for (position,) in facts:
            child = [c for c in world.children if c.case and c.worker == "caseworker3"][
                position
            ]
            number = (
                self._as("caseworker5")
                .env["remediation.break.glass"]
                .open_case(
                    child.file.name,
                    self._said(
                        "L'enfant est devant moi, blessé, et sa collègue ne répond pas."
                    ),
                )
            )
            access = officer["remediation.break.glass"].browse(number)
            if position < 2:
                access.action_justified()
            elif position < 4:
                access.action_misused()

    @api.model
    def _do_duplicates(self, world, facts):
        """Children registered twice: some wait, some are told apart, some are one."""
        twice = [
            c
            for c in world.children
            # No money on its way: that would have to be settled first.
            if c.story == "in_remediation" and c.number % 4 in (1, 3)
        ][2:10]
        env = self._as("caseworker").env
        for child in twice:
            first = child.file.beneficiary_id
            person = env["remediation.beneficiary"].create(
                {
                    "first_name": child.first_name,
                    "last_name": child.last_name,
                    "sex": child.sex,
                    "age_estimated": first._age_on(world.today()),
                    "age_recorded_on": world.today(),
                    "area_id": first.area_id.id,
                }
            )
            world.twins.append((first.id, person.id))
            env["remediation.case"].create(
                {
                    "beneficiary_id": person.id,
                    "site_id": child.site.id,
                    "programme_id": child.programme.id,
                    "risk_level": "low",
                }
            )
        pairs = self.env["remediation.duplicate"]
        pairs._queue([twin for _first, twin in world.twins])
        coordinator = self._as("coordinator").env
        for number, (first, twin) in enumerate(world.twins):
            pair = coordinator["remediation.duplicate"].search(
                [
                    ("state", "=", "open"),
                    ("beneficiary_id", "in", (first, twin)),
                    ("other_id", "in", (first, twin)),
                ]
            )
            if number in (2, 3) and pair:
                pair.action_distinct(self._said("Deux cousins du même nom."))
            elif number in (4, 5, 6, 7) and pair:
                case = self.env["remediation.beneficiary"].browse(first).current_case_id
                pair.action_merge(
                    first,
                    open_case_id=case.id,
                    shares={
                        funding.funder_id.id: funding.share
                        for funding in case._funding_on(world.today())
                    }
                    or None,
                )
