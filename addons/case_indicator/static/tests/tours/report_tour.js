import { registry } from "@web/core/registry";

const field = (name) => `.o_form_view .o_field_widget[name='${name}']`;

const write = (name, text) => [
    { trigger: `${field(name)} :is(input, textarea)`, run: `edit ${text}` },
];

const date = (name, text) => [
    { trigger: `${field(name)} input`, run: `edit ${text} && press Tab` },
];

const choose = (name, text) => [
    { trigger: `${field(name)} input`, run: `edit ${text}` },
    {
        trigger: `.o-autocomplete--dropdown-item:first-child:contains('${text}') a`,
        run: "click",
    },
    { trigger: `${field(name)} input:value('${text}')` },
];

const press = (name) => [
    { trigger: `.o_statusbar_buttons button[name='${name}']:enabled`, run: "click" },
];

const state = (value) => [
    { trigger: `.o_statusbar_status .o_arrow_button_current[data-value='${value}']` },
];

const menu = (xmlid) => [
    {
        trigger: "[data-menu-xmlid='child_remediation.remediation_menu_reporting']",
        run: "click",
    },
    { trigger: `[data-menu-xmlid='${xmlid}']`, run: "click" },
];

const create = [
    { trigger: ".o_list_button_add:enabled", run: "click" },
    { trigger: field("name") },
];

/** A busy machine is slow, not wrong: each step waits a minute for what it needs. */
function tour(name, ...steps) {
    registry.category("web_tour.tours").add(name, {
        steps: () => steps.flat().map((step) => ({ timeout: 60000, ...step })),
    });
}

tour(
    "case_indicator_report",
    create,
    write("name", "First quarter 2025"),
    date("date_from", "01/01/2025"),
    date("date_to", "03/31/2025"),
    press("action_freeze"),
    state("frozen"),
    menu("case_indicator.remediation_donor_report_menu"),
    create,
    write("name", "Report of the first quarter"),
    choose("run_id", "First quarter 2025"),
    choose("funder_id", "Organisation B"),
    write("narrative", "More children came than before."),
    press("action_submit"),
    state("submitted"),
    [
        { trigger: `${field("shown")}:contains('All Children of the Organisation')` },
        { trigger: `${field("docx_file")} a, ${field("docx_file")} button` },
        { trigger: `${field("xlsx_file")} a, ${field("xlsx_file")} button` },
    ]
);

tour(
    "case_indicator_approve",
    [
        {
            trigger: ".o_data_row:contains('Report of the first quarter') .o_data_cell",
            run: "click",
        },
        { trigger: `${field("narrative")}:contains('More children came')` },
    ],
    press("action_approve"),
    [{ trigger: ".modal .btn-primary", run: "click" }],
    state("approved")
);

tour("case_indicator_map", [
    { trigger: ".o_remediation_site_map g[aria-label^='North']", run: "click" },
    { trigger: ".o_remediation_site_map g[aria-label*='High'][aria-label$=': 1']" },
    { trigger: ".o_site_chosen:contains('North'):contains('High')" },
    { trigger: ".o_site_without:contains('Nowhere')" },
    { trigger: "button[aria-label='Look Closer']", run: "click" },
    { trigger: ".o_site_chosen button:contains('Open the Cases')", run: "click" },
    { trigger: ".o_list_view .o_data_row:contains('CR-')" },
]);
