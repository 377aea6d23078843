import { registry } from "@web/core/registry";

const field = (name) => `.o_form_view .o_field_widget[name='${name}']`;
const button = (name) => `.o_statusbar_buttons button[name='${name}']`;

function choose(name, label, form = ".o_form_view") {
    return [
        {
            trigger: `${form} .o_field_widget[name='${name}'] input`,
            run: "click",
        },
        {
            trigger: `.o-autocomplete--dropdown-item:contains('${label}') a`,
            run: "click",
        },
        { trigger: "body:not(:has(.o-autocomplete--dropdown-menu))" },
    ];
}

const save = [
    { trigger: ".o_form_button_save:enabled", run: "click" },
    { trigger: ".o_form_saved" },
];

/** What else can be chosen depends on the case: the form says what is missing as soon
 * as it knows the case. */
function chooseCase(missing) {
    return [
        ...choose("case_id", "CR-"),
        { trigger: ".o_form_button_save:enabled", run: "click" },
        { trigger: `${field(missing)}.o_field_invalid` },
    ];
}

const press = (name) => [{ trigger: button(name), run: "click" }];

const pressLabel = (label) => [
    { trigger: `.o_statusbar_buttons button:contains('${label}')`, run: "click" },
];

const pressInDialog = (name) => [
    { trigger: `.modal button[name='${name}']`, run: "click" },
    { trigger: "body:not(:has(.modal))" },
];

const state = (value) => [
    { trigger: `.o_statusbar_status .o_arrow_button_current[data-value='${value}']` },
];

/** A step that goes on in the background. */
const queued = [{ trigger: `${field("job_progress")} [role='progressbar']` }];

/** A busy machine is slow, not wrong: each step waits a minute for what it needs. */
function tour(name, ...steps) {
    registry.category("web_tour.tours").add(name, {
        steps: () => steps.flat().map((step) => ({ timeout: 60000, ...step })),
    });
}

// -- the case manager ----------------------------------------------------------------

tour(
    "cash_propose_payee",
    chooseCase("member_id"),
    choose("member_id", "Mother"),
    save,
    state("proposed"),
    pressLabel("Enter an Account"),
    choose("provider_id", "Mobile Money", ".modal"),
    {
        trigger: ".modal .o_field_widget[name='number'] input",
        run: "edit +243812345678",
    },
    pressInDialog("action_confirm"),
    { trigger: `${field("method_ids")} .o_data_row:contains('•••678')` },
    { trigger: "body:not(:contains('812345678'))" }
);

tour(
    "cash_propose_entitlement",
    chooseCase("payee_id"),
    choose("plan_action_id", "Cash"),
    choose("scheme_id", "Stipend"),
    choose("payee_id", "Mother"),
    save,
    press("action_propose"),
    state("proposed")
);

// -- the supervisor ------------------------------------------------------------------

tour(
    "cash_approve_payee",
    state("proposed"),
    press("action_approve"),
    state("approved"),
    {
        trigger: `${field("method_ids")} .o_data_row button[name='action_approve']`,
        run: "click",
    },
    { trigger: `${field("method_ids")} .o_data_row .badge:contains('Approved')` }
);

tour(
    "cash_approve_entitlement",
    state("proposed"),
    press("action_approve"),
    state("approved")
);

// -- the cash officer ----------------------------------------------------------------

tour(
    "cash_build_cycle",
    choose("scheme_id", "Stipend"),
    save,
    press("action_generate"),
    queued
);

tour(
    "cash_check_cycle",
    state("compliance_check"),
    press("action_check_compliance"),
    queued
);

tour(
    "cash_draft_plan",
    state("compliance_check"),
    press("action_validate"),
    state("validated"),
    press("action_create_plans"),
    state("draft"),
    queued
);

tour("cash_lock_plan", state("draft"), press("action_lock"), queued);

// -- the approver, the releaser ------------------------------------------------------

tour("cash_approve_plan", state("locked"), press("action_approve"), state("approved"));

tour(
    "cash_release_plan",
    state("approved"),
    press("action_release"),
    state("released"),
    pressLabel("Fund"),
    { trigger: ".modal .o_field_widget[name='amount'] input:value('30.00')" },
    pressInDialog("action_confirm"),
    press("action_instruct"),
    { trigger: ".modal .modal-footer button.btn-primary", run: "click" },
    queued
);

// -- the reconciler ------------------------------------------------------------------

/** Import what the provider sends about the plan's one payment. */
function importReport(name, at, group, header, rows) {
    let report = `${header}\n`;
    tour(
        name,
        state(at),
        { trigger: ".oe_stat_button[name='action_open_lines']", run: "click" },
        { trigger: `.o_group_header:contains('${group}')`, run: "click" },
        {
            trigger: ".o_data_row td[name='name']:contains('P-0')",
            run() {
                const code = this.anchor.textContent.trim();
                report += rows.map((row) => `${code},${row}\n`).join("");
            },
        },
        { trigger: ".o_breadcrumb a:contains('PP-')", run: "click" },
        pressLabel("Import a Report"),
        {
            trigger: `${field("file_content")} input[type='file']:not(:visible)`,
            run() {
                const files = new DataTransfer();
                files.items.add(new File([report], "report.csv", { type: "text/csv" }));
                this.anchor.files = files.files;
                this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        { trigger: `${field("file_content")} input:value('report.csv')` },
        save,
        press("action_read"),
        queued
    );
}

importReport("cash_import_report", "instructed", "Sent", "payment,reference,amount", [
    "T1,30.00",
]);

// the file of the month holds what the file of the week held
importReport(
    "cash_import_cumulative",
    "closed",
    "Delivered",
    "payment,reference,amount,status",
    ["T1,30.00,delivered"]
);

importReport(
    "cash_import_reversal",
    "closed",
    "Delivered",
    "payment,reference,amount,status",
    ["T1,30.00,delivered", "T1,30.00,reversed"]
);

tour("cash_post_report", state("matched"), press("action_post"), queued);

tour("cash_close_plan", state("reconciled"), press("action_close"), state("closed"));

// -- finance, in OCA's screen --------------------------------------------------------

tour(
    "cash_reconcile_bank_line",
    { trigger: ".o_kanban_record:contains('Transfer')", run: "click" },
    {
        trigger:
            ".o_reconcile_widget_table tr.other:contains('585001'):contains('30.00')",
    },
    { trigger: "button[name='reconcile_bank_line']:not(.disabled)", run: "click" },
    { trigger: "button[name='unreconcile_bank_line']" }
);
