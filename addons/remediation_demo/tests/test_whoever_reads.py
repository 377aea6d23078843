from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

AUTHOR = "Child Remediation contributors"
#: Fields that say where a record stands: one record of each value is read.
STATES = ("state", "stage")
#: Records read of each model beside these.
FEW = 2


def some_of(model):
    """A few records, and one of each state."""
    records = model.search([], limit=FEW)
    for name in STATES:
        field = model._fields.get(name)
        if getattr(field, "type", "") == "selection" and field.store:
            for value in field.get_values(model.env):
                records |= model.search([(name, "=", value)], limit=1)
    return records


def models_of(env, modules):
    """The models whose records are kept, of these modules and of people."""
    for name in sorted(env.registry):
        model = env[name]
        if model._abstract or model._transient or not model._auto:
            continue
        if model._original_module in modules or name in ("res.partner", "res.users"):
            yield model


@tagged("post_install", "-at_install")
class TestWhoeverReads(TransactionCase):
    """Every person of the demonstration reads some of all that they may read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        installed = cls.env["ir.module.module"].search(
            [("state", "=", "installed"), ("author", "=", AUTHOR)]
        )
        cls.ours = {*installed.mapped("name")}
        known = cls.env["ir.model.data"].search(
            [("module", "=", "remediation_demo"), ("model", "=", "res.users")]
        )
        # Two people of the same rights and the same company read alike.
        people = cls.env["res.users"].browse(sorted(known.mapped("res_id")))
        alike = people.grouped(lambda user: (user.all_group_ids, user.company_id))
        cls.people = cls.env["res.users"].union(*(u[:1] for u in alike.values()))

    def _each_reader(self, inside):
        """Yield ``(user, records)`` of each model of ours that the user may read."""
        for user in self.people.filtered(lambda user: not (inside and user.share)):
            for model in models_of(self.env(user=user), self.ours):
                records = some_of(model) if model.has_access("read") else None
                if records:
                    yield user, records

    def _spec(self, model, node):
        """What the web client asks for a view."""
        spec = {"display_name": {}}
        for found in node.xpath(".//field[not(ancestor::field)]"):
            field = model._fields[found.get("name")]
            if field.type in ("one2many", "many2many"):
                other = model.env[field.comodel_name]
                parts = {"display_name": {}}
                for view in found.xpath("./list | ./kanban | ./form"):
                    parts |= self._spec(other, etree.fromstring(etree.tostring(view)))
                spec[field.name] = {"fields": parts}
            elif field.type == "many2one":
                spec[field.name] = {"fields": {"display_name": {}}}
            else:
                spec[field.name] = {}
        return spec

    def test_a_form_and_a_list_open_for_whoever_may_read(self):
        closed, seen = set(), 0
        for user, records in self._each_reader(inside=True):
            for kind in ("form", "list"):
                view = records.get_views([(False, kind)])["views"][kind]
                spec = self._spec(records, etree.fromstring(view["arch"]))
                for record in records if kind == "form" else [records]:
                    self.env.invalidate_all()
                    seen += 1
                    try:
                        record.web_read(spec)
                    except AccessError as error:
                        closed.add(
                            f"{user.login}: {kind} of {records._name}: "
                            f"{str(error).splitlines()[0]}"
                        )
        self.assertFalse("\n".join(sorted(closed)))
        self.assertGreater(seen, 2000)

    def test_a_value_does_not_depend_on_who_read_it_before(self):
        """Read by the system first, a value stays in memory for the request."""
        mixed, seen = set(), 0
        for user, records in self._each_reader(inside=False):
            for field in records._fields.values():
                if (
                    not self._is_computed(field)
                    or field.type == "binary"
                    or not records._has_field_access(field, "read")
                ):
                    continue
                seen += 1
                self.env.invalidate_all()
                alone = self._read(records, field.name)
                self.env.invalidate_all()
                records.sudo().read([field.name])
                after = self._read(records, field.name)
                if alone != after:
                    mixed.add(f"{field} for {user.login}: {str(alone)[:200]}")
        self.assertFalse("\n".join(sorted(mixed)))
        self.assertGreater(seen, 2500)

    def _is_computed(self, field):
        """Computed by a method of ours each time it is read."""
        own = field._module in self.ours or field.name == "display_name"
        return own and field.compute and not field.store

    def _read(self, records, name):
        try:
            return records.read([name])
        except AccessError as error:
            return f"{error}"

    def test_what_is_said_to_one_reader_is_said_anew_to_the_next(self):
        """One message may go to people of two languages: each reads their own."""
        mixed, seen = set(), 0
        for model in models_of(self.env, self.ours):
            fields = [
                field.name
                for field in model._fields.values()
                if self._is_computed(field)
                and field.type in ("char", "text", "html", "selection", "json")
            ]
            # sudo: words, whoever reads them
            records = some_of(model.sudo()) if fields else model
            if not records:
                continue
            english = records.with_context(lang="en_US")
            french = records.with_context(lang="fr_FR")
            for name in fields:
                self.env.invalidate_all()
                alone = [record[name] for record in french]
                self.env.invalidate_all()
                first = [record[name] for record in english]
                after = [record[name] for record in french]
                if alone != after:
                    mixed.add(f"{model._fields[name]} ({model._fields[name].compute})")
                seen += alone != first
        self.assertFalse(mixed, "they need depends_context('lang')")
        self.assertGreater(seen, 60)
