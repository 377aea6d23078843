from odoo import api, models


class WatchedDoor(models.AbstractModel):
    """A record of the application itself that can open a child's data to others.

    Making, changing or removing one on a model with ``_remediation_sensitive`` is an
    alert, like being given a sensitive group (R74). What a module brings along at its
    installation is none.
    """

    _name = "remediation.watched.door"
    _description = "Watched Way In"

    #: Where the name of the model stands that the door leads to.
    _watched_path = "model_id.model"
    #: Changing nothing but these opens nothing.
    _watched_not = frozenset({"name", "sequence"})

    @api.model_create_multi
    def create(self, vals_list):
        doors = super().create(vals_list)
        doors._alert_sensitive(self.env._("made"))
        return doors

    def write(self, vals):
        watched = not self._watched_not.issuperset(vals)
        before = self._sensitive_doors() if watched else self
        result = super().write(vals)
        if watched:
            (before | self._sensitive_doors())._alert_sensitive(
                self.env._("changed"), checked=True
            )
        return result

    def unlink(self):
        self._alert_sensitive(self.env._("removed"))
        return super().unlink()

    def _sensitive_doors(self):
        if not self.env.registry.ready:
            return self.browse()
        attachments = self.env["ir.attachment"]
        # sudo: the name of a model, whoever may list doors.
        return self.sudo().filtered(
            lambda door: any(
                attachments._is_sensitive_model(name)
                for name in door.mapped(self._watched_path)
            )
        )

    def _alert_sensitive(self, done, checked=False):
        doors = self.sudo() if checked else self._sensitive_doors()  # sudo: as above
        if not doors:
            return
        label = self.env["ir.model"]._get(self._name).display_name
        self.env["remediation.grant.alert"]._tell(
            [
                {
                    "what": f"{label} {door.id} ({done}): "
                    f"{door.mapped(self._watched_path)[0]}"
                }
                for door in doors
            ]
        )


class IrModelAccess(models.Model):
    _name = "ir.model.access"
    _inherit = ["ir.model.access", "remediation.watched.door"]


class IrRule(models.Model):
    _name = "ir.rule"
    _inherit = ["ir.rule", "remediation.watched.door"]


class IrActionsServer(models.Model):
    _name = "ir.actions.server"
    _inherit = ["ir.actions.server", "remediation.watched.door"]

    _watched_path = "model_name"


class IrActionsReport(models.Model):
    _name = "ir.actions.report"
    _inherit = ["ir.actions.report", "remediation.watched.door"]

    _watched_path = "model"


class IrModelFields(models.Model):
    _name = "ir.model.fields"
    _inherit = ["ir.model.fields", "remediation.watched.door"]

    _watched_path = "model"


class MailTemplate(models.Model):
    _name = "mail.template"
    _inherit = ["mail.template", "remediation.watched.door"]

    _watched_path = "model"
