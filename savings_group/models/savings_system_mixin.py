from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import NO_ACCESS


class SavingsSystemMixin(models.AbstractModel):
    """Records that are all written down by the system user.

    A caregiver enrolled from a remediation plan must look like any other member,
    in the metadata too (R51). So every record of a group has the system user as its
    creator and last writer, whoever made it: rights are checked for the user before
    and after. Who opened, validated or decided something is a field of its own. When
    a row was made or changed is readable by nobody: an hour at which the group did not
    meet tells as much as a name.
    """

    _name = "savings.system.mixin"
    _description = "Savings Record Created by the System User"

    create_uid = fields.Many2one("res.users", readonly=True, groups=NO_ACCESS)
    create_date = fields.Datetime(readonly=True, groups=NO_ACCESS)
    write_uid = fields.Many2one("res.users", readonly=True, groups=NO_ACCESS)
    write_date = fields.Datetime(readonly=True, groups=NO_ACCESS)

    def _write_multi(self, vals_list):
        # Below every check of rights; also what is computed and stored comes here.
        return super()._write_multi(
            [{**vals, "write_uid": SUPERUSER_ID} for vals in vals_list]
        )

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.uid == SUPERUSER_ID:
            return super().create(vals_list)
        self.browse().check_access("create")
        # Superuser: bypasses nothing, the user's right is checked on both sides.
        system = self.with_user(SUPERUSER_ID)
        created = super(SavingsSystemMixin, system).create(vals_list)
        created = created.with_env(self.env)
        created.check_access("create")
        return created
