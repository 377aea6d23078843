import { registry } from "@web/core/registry";

const { DateTime } = luxon;

const field = (name) => `.o_form_view .o_field_widget[name='${name}']`;

const press = (name) => [
    { trigger: `.o_statusbar_buttons button[name='${name}']`, run: "click" },
];

const state = (value) => [
    { trigger: `.o_statusbar_status .o_arrow_button_current[data-value='${value}']` },
];

/** A day in the open window, as people type it. */
const day = (name, date) => [
    {
        trigger: `.modal input[data-field='${name}']`,
        async run({ edit, press: key }) {
            await edit(date().toFormat("MM/dd/yyyy"));
            await key("Tab");
        },
    },
];

function put(text, name) {
    return {
        trigger: ".modal .o_field_widget[name='statement_file'] input[type='file']:not(:visible)",
        run() {
            const files = new DataTransfer();
            files.items.add(new File([text()], name, { type: "text/csv" }));
            this.anchor.files = files.files;
            this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
        },
    };
}

/** A busy machine is slow, not wrong: each step waits a minute for what it needs. */
function tour(name, ...steps) {
    registry.category("web_tour.tours").add(name, {
        steps: () => steps.flat().map((step) => ({ timeout: 60000, ...step })),
    });
}

// -- the bank ------------------------------------------------------------------------

tour(
    "month_import_bank",
    {
        trigger:
            ".o_kanban_record:contains('Month Bank') button[name='import_account_statement']",
        run: "click",
    },
    put(() => {
        const today = DateTime.now().toFormat("dd/MM/yyyy");
        return `Date;Libellé;Référence;Montant\n${today};Transfer of the month;V1;-30,00\n`;
    }, "bank.csv"),
    { trigger: ".modal .o_field_widget[name='statement_file'] input:value('bank.csv')" },
    { trigger: ".modal button[name='import_file_button']", run: "click" },
    { trigger: "body:not(:has(.modal))" }
);

// -- the books -----------------------------------------------------------------------

tour(
    "month_trial_balance",
    day("date_from", () => DateTime.now().startOf("year")),
    day("date_to", () => DateTime.now().endOf("year")),
    { trigger: ".modal button[name='button_export_html']", run: "click" },
    { trigger: ":iframe .o_account_financial_reports_page:contains('638001')" }
);

tour(
    "month_lock",
    day("fiscalyear_lock_date", () => DateTime.now().minus({ months: 1 }).endOf("month")),
    { trigger: ".modal button[name='execute']", run: "click" },
    { trigger: "body:not(:has(.modal))" }
);

tour(
    "month_budget",
    { trigger: ".o_group_header:contains('Grant A')", run: "click" },
    { trigger: ".o_data_row:contains('A1 Stipends'):contains('30.00')" }
);

// -- the next months -----------------------------------------------------------------

tour(
    "month_ask",
    { trigger: ".o_form_button_save:enabled", run: "click" },
    { trigger: ".o_form_saved" },
    press("action_fill"),
    { trigger: `${field("line_ids")} .o_data_row:contains('Mobile Money')` },
    press("action_ask"),
    state("asked")
);

tour("month_approve", state("asked"), press("action_approve"), state("approved"));

tour("month_funded", state("approved"), press("action_funded"), state("funded"));
