"""Nine kinds of way round a right, each as an enumeration: what is found by itself is
tried, so a new field, method or route needs nothing here (R72, R73)."""

from attack_world import IDENTITY, AttackWorld
from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

TEXTS = ("char", "text", "html", "json", "properties")
NAMES = (
    "child_remediation.group_identity",
    "child_remediation.group_portal_case_manager",
    "child_remediation.group_portal_supervisor",
)
LOGGERS = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")


@tagged("post_install", "-at_install")
class TestNamesBeside(AttackWorld):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.without_names = {
            **cls.nameless,
            "exporter": cls.exporter,
            "plain_user": cls.plain_user,
            "admin_like": cls.admin_like,
            "finance": cls.finance,
            "savings_manager": cls.savings_manager,
        }

    def _mixin_models(self):
        for name in self._product_models(transient=False):
            model = self.env[name]
            if any(
                getattr(cls, "_name", None) == "remediation.identity.text"
                for cls in type(model).__mro__
            ):
                yield model

    def _open_texts(self, model):
        return set().union(
            *(cls.__dict__.get("_open_texts", ()) for cls in type(model).__mro__)
        )

    def test_r72_every_model_below_a_case_keeps_its_texts(self):
        """Whatever of a case somebody reads who may not know names."""
        names = {model._name for model in self._mixin_models()}
        for name in (*self._owned_models(), "remediation.case"):
            read = [
                role
                for role, user in self.without_names.items()
                if self.env[name].with_user(user).has_access("read")
            ]
            if read and name.startswith("remediation.") and name not in OUTSIDE:
                self.assertIn(name, names, read)

    def test_r72_no_text_is_read_without_the_right_to_names(self):
        problems = []
        for model in self._mixin_models():
            opened = self._open_texts(model)
            for cls in type(model).__mro__:
                opened |= set(cls.__dict__.get("_text_readers", ()))
            for role, user in self.without_names.items():
                as_role = model.with_user(user)
                if not as_role.has_access("read"):
                    continue
                problems += [
                    f"{model._name}.{name} by {role}"
                    for name, field in model._fields.items()
                    if field.type in TEXTS
                    and name not in opened
                    and as_role._has_field_access(field, "read")
                    and not (field.related and self._is_own_text(model, field))
                ]
        self.assertNothing(problems)

    def test_r72_every_view_opens_for_who_reads_without_names(self):
        """What a view draws, and what its conditions ask, is theirs to read."""
        problems = []
        for model in self._mixin_models():
            for role, user in self.without_names.items():
                as_role = model.with_user(user)
                if not as_role.has_access("read"):
                    continue
                for kind in ("form", "list", "kanban", "search"):
                    try:
                        arch = as_role.get_view(view_type=kind)["arch"]
                    except AccessError as error:
                        problems.append(f"{kind} of {model._name} by {role}: {error}")
                        continue
                    tree = etree.fromstring(arch)
                    names = {node.get("name") for node in tree.iter("field")}
                    names = {
                        node.get("name")
                        for node in tree.iter("field")
                        if not any(
                            parent.tag == "field" for parent in node.iterancestors()
                        )
                    } & names
                    refused = [
                        name
                        for name in names
                        if name in model._fields
                        and not as_role._has_field_access(model._fields[name], "read")
                    ]
                    if refused:
                        problems.append(f"{kind} of {model._name} by {role}: {refused}")
        self.assertNothing(problems)

    def _is_own_text(self, model, field):
        """Whether a related text comes from a record that is no child's."""
        target = model
        for name in field.related.split(".")[:-1]:
            target = target.env[target._fields[name].comodel_name]
        return not getattr(target, "_remediation_sensitive", False)

    def test_r72_no_related_field_leads_round_the_right(self):
        problems = []
        for name in self._product_models(transient=False):
            model = self.env[name]
            for field in model._fields.values():
                if field.type not in TEXTS or not field.related:
                    continue
                target = model
                path = field.related.split(".")
                for step in path[:-1]:
                    target = target.env[target._fields[step].comodel_name]
                end = target._fields[path[-1]]
                if not end.groups or NAMES[0] not in end.groups:
                    continue
                for role, user in self.without_names.items():
                    as_role = model.with_user(user)
                    if as_role.has_access("read") and as_role._has_field_access(
                        field, "read"
                    ):
                        problems.append(f"{name}.{field.name} by {role}")
        self.assertNothing(problems)

    def test_r76_nobody_writes_in_anothers_name(self):
        """Who did, wrote or decided something is a field that no caller fills in."""
        problems = []
        workers = (self.worker, self.supervisor, self.coordinator, self.portal_manager)
        for name in self._product_models(transient=False):
            model = self.env[name]
            if not hasattr(model, "_get_protected_fields"):
                continue
            protected = model._get_protected_fields()
            if not any(model.with_user(user).has_access("create") for user in workers):
                protected |= model._get_frozen_fields()
            for field in model._fields.values():
                if (
                    field.type == "many2one"
                    and field.comodel_name == "res.users"
                    and field.store
                    and field.readonly
                    and not field.compute
                    and not field.related
                    and field.name not in ("create_uid", "write_uid")
                    and field.name not in protected
                    and any(
                        model.with_user(user).has_access(right)
                        for user in workers
                        for right in ("create", "write")
                    )
                ):
                    problems.append(f"{name}.{field.name}")
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_r73_a_field_that_is_not_stored_is_not_searched_round_its_groups(self):
        """Core asks for the right to a column where it makes SQL of it; a field with a
        search method has none."""
        problems = []
        people = {**self.without_names, **self.outsiders}
        for name in self._product_models(transient=False):
            model = self.env[name]
            for field in model._fields.values():
                if field.store or not field.search or not field.groups:
                    continue
                if field._module not in self.product:
                    continue  # core's own, of activities: they say nothing of a child
                for role, user in people.items():
                    as_role = model.with_user(user)
                    if not as_role.has_access("read") or as_role._has_field_access(
                        field, "read"
                    ):
                        continue
                    for operator, value in (("=", True), ("ilike", "z"), ("in", [1])):
                        try:
                            as_role.search_count([(field.name, operator, value)])
                        except AccessError:
                            continue
                        except (UserError, ValueError, TypeError):
                            continue  # not understood: that is a refusal too
                        problems.append(f"{name}.{field.name} by {role}")
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_r72_no_method_tells_what_one_may_not_read(self):
        """Every method that can be called from outside, every label and every field
        that is computed, by who reads the rows of the file without names."""
        problems, called = [], 0
        for name in self._target_models():
            ids = self.rows.get(name)
            methods = dict(self._public_methods(name))
            for role in ("monitor", "auditor", "exporter"):
                user = getattr(self, role)
                model = self.env[name].with_user(user)
                if not ids or not model.has_access("read"):
                    continue
                shown = [
                    field.name
                    for field in model._fields.values()
                    if field.type != "binary" and model._has_field_access(field, "read")
                ]
                calls = {
                    "read": [ids, shown],
                    "web_read": [ids, {field: {} for field in shown}],
                    "web_search_read": [[], {"display_name": {}}],
                    "name_search": [""],
                    "export_data": [ids, ["display_name"]],
                }
                for method, function in methods.items():
                    args, _kwargs = self._arguments(function)
                    is_model = getattr(function, "_api_model", False)
                    calls[method] = args if is_model else [ids[:1], *args]
                for method, args in calls.items():
                    answer = None
                    with self._undone():
                        try:
                            answer = self._try(user, name, method, args)
                        except Exception:  # noqa: BLE001 - whatever stops it
                            pass
                    called += answer is not None
                    leak = self._leaks(answer or "", (IDENTITY,))
                    if leak:
                        problems.append(f"{name}.{method} by {role}: {leak}")
        self.assertGreater(called, 100)
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_r72_no_paper_tells_what_one_may_not_read(self):
        """Every report of the product, printed by who reads without names."""
        problems = []
        for report in self.env["ir.actions.report"].search(
            [("model", "in", list(self.rows))]
        ):
            ids = self.rows[report.model]
            for role, user in self.without_names.items():
                with self._undone():
                    try:
                        page, _kind = report.with_user(user)._render_qweb_html(
                            report.report_name, ids
                        )
                    except Exception:  # noqa: BLE001 - whatever refuses it
                        continue
                leak = self._leaks(page, (IDENTITY,))
                if leak:
                    problems.append(f"{report.report_name} by {role}: {leak}")
        self.assertNothing(problems)

    def test_r72_every_other_text_has_readers_with_a_reason(self):
        """Texts outside the rule of names, and whose duty it is to read them."""
        problems = []
        for name in self._product_models(transient=False):
            model = self.env[name]
            if hasattr(model, "_text_readers"):
                continue
            for field in model._fields.values():
                if (
                    field.type not in TEXTS
                    or not field.store
                    or field.translate
                    or field._module not in self.product
                    or field.name == "name"
                ):
                    continue
                readers = {
                    role
                    for role, user in self.without_names.items()
                    if model.with_user(user).has_access("read")
                    and model.with_user(user)._has_field_access(field, "read")
                }
                allowed = set(READERS.get(f"{name}.{field.name}", "").split()) | set(
                    READERS.get(name, "").split()
                )
                problems += [f"{name}.{field.name} by {r}" for r in readers - allowed]
        self.assertNothing(problems)

    def test_r78_the_auditor_reads_decisions_and_money(self):
        """No visit, no work situation, and no text that somebody wrote freely."""
        for name in STORY:
            self.assertFalse(self.env[name].with_user(self.auditor).has_access("read"))
        texts = set()
        for name in self._product_models(transient=False):
            model = self.env[name].with_user(self.auditor)
            sensitive = getattr(type(model), "_remediation_sensitive", False)
            if not model.has_access("read") or not (
                sensitive
                or getattr(type(model), "_rules_of", None)
                in ("remediation.case", "cash.transfer.payment.plan")
            ):
                continue
            texts |= {
                f"{name}.{field.name}"
                for field in model._fields.values()
                if field.type in TEXTS
                # a hash of all texts, keyed: nobody reads or guesses one from it
                and field.name not in ("name", "display_name", "content_hash")
                and field._module in self.product
                and not field.translate
                and model._has_field_access(field, "read")
            }
        self.assertEqual(texts - set(AUDITOR_TEXTS), set())
        self.assertEqual(set(AUDITOR_TEXTS) - texts, set())


#: Texts that are no child's, or that it is somebody's duty to read: by whom, of those
#: who read without names.
READERS = {
    # money by code, settings and decisions about many families
    **dict.fromkeys(
        (
            "cash.transfer.approval",
            "cash.transfer.cycle",
            "cash.transfer.grant.exchange",
            "cash.transfer.payment.line",
            "cash.transfer.payment.plan",
            "cash.transfer.payment.split",
            "cash.transfer.provider",
            "cash.transfer.provider.column",
            "cash.transfer.purpose",
            "cash.transfer.reconciliation",
            "cash.transfer.reconciliation.row",
            "cash.transfer.report.column",
            "cash.transfer.report.profile",
            "cash.transfer.report.word",
        ),
        "auditor",
    ),
    "cash.transfer.change": "auditor admin_like",
    # what organisations signed; an agreement names no child
    **dict.fromkeys(
        ("remediation.agreement", "remediation.agreement.party"),
        "auditor monitor data_protection finance",
    ),
    # organisations, places and lists that come with the product
    **dict.fromkeys(
        (
            "referral.accreditation",
            "referral.accreditation.document",
            "referral.accreditation.finding",
        ),
        "auditor safeguarding",
    ),
    **dict.fromkeys(
        (
            "remediation.area",
            "remediation.disclosure.item",
            "remediation.hazard",
            "remediation.processing.activity",
            "remediation.programme",
            "remediation.service.type",
            "remediation.site",
        ),
        "auditor monitor data_protection safeguarding savings_manager",
    ),
    # lists that come with the module
    "remediation.control.means": "data_protection",
    "remediation.exploitation.value": "data_protection",
    "referral.total": "monitor",
    # a year, counts that were published, and why they were withdrawn
    "remediation.remedy.release": "auditor monitor",
    # counts, spans and codes; a figure's list of ids opens by the reader's own rules
    **dict.fromkeys(
        (
            "remediation.donor.report",
            "remediation.indicator",
            "remediation.indicator.figure",
            "remediation.indicator.measure",
            "remediation.indicator.run",
        ),
        "auditor monitor data_protection",
    ),
    # keys of measures; headings of a donor's budget, codes and sums of finance
    "remediation.indicator.trend": "auditor monitor data_protection savings_manager",
    **dict.fromkeys(
        (
            "cash.budget.line",
            "cash.commitment",
            "cash.funding.request",
            "cash.opening",
            "cash.opening.row",
        ),
        "auditor",
    ),
    # addresses of other systems and what they were told, which is codes alone
    **dict.fromkeys(
        (
            "remediation.webhook",
            "remediation.webhook.delivery",
            "remediation.sign.on.role",
        ),
        "admin_like",
    ),
    # the register of who looked: its reason may be a story
    "remediation.access.log": "data_protection safeguarding",
    "remediation.access.log.model": "auditor",
    "remediation.access.log.res_ids": "auditor",
    # one's own exports
    "remediation.export": "exporter",
    "remediation.export.column": "exporter",
    # protection of data
    **dict.fromkeys(
        (
            "remediation.export.log",
            "remediation.retention.rule",
            "remediation.sign.in",
            "remediation.subject.request",
        ),
        "data_protection",
    ),
    "remediation.data.breach": "data_protection safeguarding",
    # safeguarding
    **dict.fromkeys(
        (
            "remediation.break.glass",
            "remediation.case.manager",
            "remediation.complaint",
            "remediation.complaint.respondent",
            "remediation.grant.alert",
            "remediation.remedy",
            "remediation.remedy.contributor",
            "remediation.safeguarding.report",
            "remediation.vetting",
        ),
        "safeguarding",
    ),
    # members' money is the group's; no child stands in it
    **dict.fromkeys(
        ("savings.group", "savings.held.fund", "savings.held.handover"),
        "savings_manager finance",
    ),
    **dict.fromkeys(
        (
            "savings.loan",
            "savings.loan.move",
            "savings.meeting",
            "savings.meeting.entry",
            "savings.meeting.line",
            "savings.member",
            "savings.membership",
            "savings.share.out",
            "savings.share.out.line",
        ),
        "savings_manager",
    ),
}
#: What of a child's file is its story and no decision.
STORY = (
    "remediation.visit",
    "remediation.work.situation",
    "remediation.movement",
    "remediation.note",
    "remediation.household",
    "remediation.household.member",
)
#: Texts of sensitive records that an auditor reads, and what they are.
AUDITOR_TEXTS = {
    **dict.fromkeys(
        (
            "remediation.case.remedy_path",
            "remediation.case.survivor_standing",
            "remediation.case.handover_text",
            "remediation.case.sibling_prompt",
            "remediation.classification.reasons",
            "remediation.plan.action.savings_status",
            "cash.transfer.payment.plan.statement_html",
            "cash.transfer.payment.plan.changed_accounts",
            "cash.transfer.payment.plan.changes_text",
            "cash.transfer.payment.plan.grants_html",
            "cash.transfer.payment.line.change",
            "remediation.agreement.child.schedule_shown",
            "cash.transfer.reconciliation.summary",
            "cash.transfer.reconciliation.control_problem",
            "cash.transfer.reconciliation.sheet_read",
            "cash.transfer.payment.plan.job_error",
            "cash.transfer.reconciliation.job_error",
        ),
        "the application's own sentence",
    ),
    **dict.fromkeys(
        (
            "cash.transfer.payment.line.kind",
            "cash.transfer.payment.line.compliant",
            "cash.transfer.payment.line.provider_ref",
            "cash.transfer.payment.split.analytic_key",
            "cash.transfer.payment.plan.job",
            "cash.transfer.reconciliation.job",
            "cash.transfer.payment.plan.job_data",
            "cash.transfer.reconciliation.job_data",
            "cash.transfer.payment.plan.job_failed",
            "cash.transfer.reconciliation.job_failed",
            "cash.transfer.payment.plan.file_hash",
            "cash.transfer.reconciliation.file_hash",
            "cash.transfer.approval.seen_hash",
            "remediation.agreement.paper_sha256",
            "remediation.agreement.child.schedule",
            "remediation.approval.res_model",
            "remediation.case.stage.log.res_model",
            "remediation.classification.rules",
            "remediation.beneficiary.former_codes",
            "remediation.handover.case_code",
            "remediation.external.reference.system",
            "remediation.external.reference.kind",
            "remediation.external.reference.external_id",
        ),
        "a code, a key or a setting",
    ),
    **dict.fromkeys(
        (
            "cash.transfer.payment.line.masked",
            "cash.transfer.payment.method.number_masked",
        ),
        "the last digits of an account",
    ),
    **dict.fromkeys(
        (
            "remediation.referral.parties",
            "remediation.agreement.paper_name",
            "remediation.agreement.rejection_comment",
            "remediation.agreement.end_reason",
        ),
        "about an organisation",
    ),
    **dict.fromkeys(
        (
            "cash.transfer.payment.plan.note",
            "cash.transfer.payment.plan.file_name",
            "cash.transfer.reconciliation.file_name",
            "cash.transfer.approval.comment",
        ),
        "about a plan of many families",
    ),
}
#: Below a case and no text of a child's: money by code has its own roles.
OUTSIDE = {
    "remediation.access.log",
    "remediation.break.glass",
    "remediation.complaint",
    "remediation.concern",
    "remediation.data.breach",
    "remediation.subject.request",
}
