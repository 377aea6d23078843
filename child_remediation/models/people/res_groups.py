from odoo import api, models, tools


class ResGroups(models.Model):
    _inherit = "res.groups"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"user_ids", "implied_ids", "implied_by_ids"}:
            self.env["remediation.case.manager"]._holders_without_role()._lose_role()
        return result

    @api.model
    @tools.ormcache("self.env.lang", cache="groups")
    def _get_view_group_hierarchy(self):
        """Core lets choose one right of a privilege. Duties do not exclude each other:
        each becomes a privilege of its own, which the form draws as a box."""
        found = super()._get_view_group_hierarchy()
        groups, privileges = dict(found["groups"]), dict(found["privileges"])
        boxes = {}
        ticked = self.env["res.groups.privilege"].search([("is_ticked", "=", True)])
        for privilege in ticked:
            whole = privileges.pop(privilege.id)
            boxes[privilege.id] = [
                f"{privilege.id}_{gid}" for gid in whole["group_ids"]
            ]
            for key, gid in zip(boxes[privilege.id], whole["group_ids"], strict=True):
                group = groups[gid]
                groups[gid] = {**group, "privilege_id": key}
                privileges[key] = {
                    **whole,
                    "id": key,
                    "name": group["name"],
                    "group_ids": [gid],
                    "is_ticked": True,
                }
        categories = [
            {
                **category,
                "privilege_ids": [
                    key
                    for privilege_id in category["privilege_ids"]
                    for key in boxes.get(privilege_id, [privilege_id])
                ],
            }
            for category in found["categories"]
        ]
        return {"groups": groups, "privileges": privileges, "categories": categories}
