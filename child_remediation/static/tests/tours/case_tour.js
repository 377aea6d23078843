import { registry } from "@web/core/registry";

// A test that lives in another year says so in a cookie; the web client follows it.
const simulated = document.cookie.match(/simulated_now=(\d+)/);
if (simulated) {
    const shift = Number(simulated[1]) - Date.now();
    luxon.Settings.now = () => Date.now() + shift;
}
const today = luxon.DateTime.now().toFormat("MM/dd/yyyy");

const field = (name) => `.o_form_view .o_field_widget[name='${name}']`;
const row = (name) => `.o_selected_row .o_field_widget[name='${name}']`;

function select(name, label) {
    return [
        { trigger: `${field(name)} .o_select_menu_toggler`, run: "click" },
        { trigger: `.o_select_menu_item:contains('${label}')`, run: "click" },
        { trigger: `${field(name)} .o_select_menu_toggler:value('${label}')` },
    ];
}

/** Choose one of the answers that all stand there: one click. */
function badge(name, label) {
    const answer = `${field(name)} .o_selection_badge`;
    return [
        { trigger: `${answer}:contains('${label}')`, run: "click" },
        { trigger: `${answer}.active:contains('${label}')` },
    ];
}

/** Type into the field that has the cursor, without a click. */
function type(selector, text, last = "") {
    return [
        {
            trigger: `${selector}:focus`,
            async run({ press }) {
                for (const letter of text) {
                    await press(letter);
                }
                if (last) {
                    await press(last);
                }
            },
        },
    ];
}

let clicks = 0;
document.addEventListener("pointerdown", () => clicks++, true);

/** Fail where the steps between take more clicks of a person than are allowed. */
function atMost(limit, ...steps) {
    return [
        {
            trigger: "body",
            run() {
                clicks = 0;
            },
        },
        ...steps.flat(),
        {
            trigger: "body",
            run() {
                console.log(`${clicks} clicks of ${limit}`);
                if (clicks > limit) {
                    throw new Error(`${clicks} clicks where ${limit} are allowed`);
                }
            },
        },
    ];
}

function choose(name, label) {
    return [
        { trigger: `${field(name)} input`, run: "click" },
        {
            trigger: `.o-autocomplete--dropdown-item:contains('${label}') a`,
            run: "click",
        },
    ];
}

function write(name, text) {
    return [{ trigger: `${field(name)} :is(input, textarea)`, run: `edit ${text}` }];
}

function date(name, text) {
    return [
        { trigger: `${field(name)} input`, run: `edit ${text} && press Tab` },
    ];
}

function page(title) {
    return [
        { trigger: `.o_notebook .nav-link:contains('${title}')`, run: "click" },
        { trigger: `.o_notebook .nav-link.active:contains('${title}')` },
    ];
}

const save = [
    { trigger: ".o_form_button_save:enabled", run: "click" },
    { trigger: ".o_form_saved" },
];

/** Answer a question of yes or no: nothing is chosen before. */
function answer(name, value) {
    return [
        { trigger: `${field(name)} input[data-value='${value}']`, run: "click" },
        { trigger: `${field(name)} input[data-value='${value}']:checked` },
    ];
}

function press(name) {
    return [
        { trigger: `.o_statusbar_buttons button[name='${name}']`, run: "click" },
    ];
}

function state(label) {
    return [
        {
            trigger: `.o_statusbar_status .o_arrow_button_current:contains('${label}')`,
        },
    ];
}

/** Score a domain: one click, and the step shows that it is chosen. */
function score(domain, step) {
    const button = `.o_data_row:contains('${domain}') button[value='${step}']`;
    return [
        { trigger: button, run: "click" },
        { trigger: `${button}[aria-checked='true']` },
    ];
}

function nextStep(text) {
    return [{ trigger: `.o_remediation_missing a:contains('${text}')`, run: "click" }];
}

const add = [{ trigger: ".o_list_button_add:visible", run: "click" }];

/** A busy machine is slow, not wrong: each step waits a minute for what it needs. */
function tour(name, ...steps) {
    registry.category("web_tour.tours").add(name, {
        steps: () => steps.flat().map((step) => ({ timeout: 60000, ...step })),
    });
}

tour(
    "remediation_first_contact_and_consent",
    state("Registered"),
    { trigger: ".o_remediation_missing li:contains('first contact')" },
    {
        trigger: ".o_statusbar_buttons button:contains('Record First Contact')",
        run: "click",
    },
    { trigger: ".modal button[name='action_apply']", run: "click" },
    state("First Contact"),
    nextStep("Record consent"),
    select("purpose", "Receiving Services"),
    answer("answer", "yes"),
    select("subject", "Caregiver"),
    choose("given_by_member_id", "Mother"),
    select("assent", "Yes"),
    select("how", "Written"),
    save,
    state("Given")
);

const DOMAINS = [
    "Safety",
    "Work",
    "Education",
    "Health",
    "Psychosocial",
    "Care and Family",
    "Income",
    "Documents",
    "Site",
];

tour(
    "remediation_assessment",
    atMost(
        12,
        nextStep("Assess the child"),
        type(`${field("present")} input`, "Child and mother"),
        DOMAINS.flatMap((domain) => score(domain, 3)),
        write("child_wishes", "To go to school"),
        press("action_submit"),
        state("Submitted")
    )
);

tour(
    "remediation_approve",
    { trigger: ".o_data_row:first .o_data_cell:first", run: "click" },
    press("action_approve"),
    { trigger: ".o_form_view:not(:has(button[name='action_approve']))" },
    { trigger: ".o_field_widget[name='approved_by_id'], .o_notebook" }
);

tour(
    "remediation_plan",
    atMost(
        12,
        nextStep("Make a plan"),
        type(`${field("goal")} textarea`, "School until grade 8"),
        date("target_date", "06/30/2030"),
        badge("payer", "Organisation"),
        { trigger: `${field("caregiver_member_id")} input:value('Mother')` },
        date("caregiver_agreed_on", today),
        badge("child_assent", "Yes"),
        date("child_assent_on", today),
        badge("income_replacement", "None"),
        write("income_replacement_reason", "The child earned nothing of her own"),
        {
            trigger: `${field("needs")} button[value='education']`,
            run: "click",
        },
        { trigger: `${row("domain")} .o_select_menu_toggler:value('Education')` },
        { trigger: `${row("provider_id")} input`, run: "edit My Company" },
        {
            // Chosen by keys once what was typed is found, not in the list before it.
            trigger: ".o-autocomplete--dropdown-item .ui-state-active:contains('My Company')",
            run: "press Enter",
        },
        { trigger: `${row("provider_id")} input:value('My Company')` },
        {
            trigger: `${row("date_due")} input`,
            run: "edit 06/30/2029 && press Tab",
        },
        type(`${row("cost_estimate")} input`, "40", "Tab"),
        press("action_submit"),
        state("Submitted")
    )
);

tour(
    "remediation_visit",
    atMost(
        6,
        press("action_record_visit"),
        badge("visit_type", "Home"),
        answer("child_seen", "yes"),
        badge("occupation", "In School"),
        answer("child_working", "no"),
        press("action_done"),
        state("Done")
    ),
    { trigger: ".o_field_widget[name='outcome']:contains('Clean')" }
);

// -- the two years of one child ------------------------------------------------------

tour(
    "remediation_intake",
    { trigger: `${field("beneficiary_id")} input`, run: "edit Kasongo" },
    { trigger: ".o_m2o_dropdown_option_create_edit a", run: "click" },
    { trigger: ".modal .o_field_widget[name='first_name'] input", run: "edit Kasongo" },
    {
        trigger: ".modal .o_field_widget[name='sex'] .o_select_menu_toggler",
        run: "click",
    },
    { trigger: ".o_select_menu_item:contains('Female')", run: "click" },
    { trigger: ".modal .o_field_widget[name='age_estimated'] input", run: "edit 12 && press Tab" },
    { trigger: ".modal .o_field_widget[name='age']:contains('12')" },
    { trigger: ".modal .modal-footer .o_form_button_save:enabled", run: "click" },
    { trigger: "body:not(:has(.modal))" },
    choose("site_id", "Kapata"),
    select("risk_level", "Medium"),
    save,
    state("Registered")
);

tour(
    "remediation_late",
    { trigger: ".o_data_row .text-danger:contains('ago')" },
    { trigger: ".o_data_row:contains('Visit') td[name='case_id']", run: "click" },
    { trigger: ".o_form_view .o_field_widget[name='kind']:contains('Visit')" }
);

tour(
    "remediation_finish_action",
    page("Plan"),
    {
        trigger: ".o_field_widget[name='plan_action_ids'] .o_data_row td[name='domain']",
        run: "click",
    },
    { trigger: ".o_statusbar_buttons button[name='action_done']", run: "click" },
    { trigger: ".modal button[name='action_apply']", run: "click" },
    state("Done")
);

tour(
    "remediation_closure_too_early",
    { trigger: ".o_statusbar_buttons button:contains('Close the Case')", run: "click" },
    add,
    select("reason", "Out of Child Labour"),
    select("outcome", "Out of Child Labour"),
    save,
    { trigger: ".alert:contains('Still missing'):contains('May 20, 2024')" },
    press("action_submit"),
    { trigger: ".modal:contains('May 20, 2024')" },
    { trigger: ".modal .modal-footer button.btn-primary", run: "click" },
    state("Draft")
);

tour(
    "remediation_closure",
    { trigger: ".o_statusbar_buttons button:contains('Close the Case')", run: "click" },
    { trigger: ".o_data_row:first .o_data_cell:first", run: "click" },
    { trigger: ".o_form_view:not(:has(.alert:contains('Still missing')))" },
    press("action_submit"),
    state("Submitted")
);

// The next check is the one planned first: the last row that is still planned.
const nextCheck = [
    ...page("Visits"),
    {
        trigger:
            ".o_field_widget[name='visit_ids'] .o_data_row:contains('Planned'):last td[name='date_planned']",
        run: "click",
    },
    ...state("Planned"),
];

tour(
    "remediation_good_check",
    state("Closed"),
    nextCheck,
    badge("visit_type", "Home"),
    answer("child_seen", "yes"),
    badge("occupation", "In School"),
    answer("child_working", "no"),
    press("action_done"),
    state("Done"),
    { trigger: ".o_field_widget[name='outcome']:contains('Clean')" }
);

tour(
    "remediation_bad_check",
    state("Closed"),
    nextCheck,
    badge("visit_type", "Home"),
    answer("child_seen", "yes"),
    badge("occupation", "None"),
    answer("child_working", "yes"),
    write("work_activity", "Carries ore"),
    choose("site_id", "Kapata"),
    press("action_done"),
    state("Done"),
    { trigger: ".o_field_widget[name='outcome']:contains('Not Clean')" }
);

tour(
    "remediation_assign",
    state("Assessment"),
    { trigger: ".o_statusbar_buttons button:contains('Assign')", run: "click" },
    {
        trigger: ".modal .o_field_widget[name='case_manager_id'] input",
        run: "edit worker_2",
    },
    {
        trigger: ".o-autocomplete--dropdown-item:contains('worker_2') a",
        run: "click",
    },
    { trigger: ".modal .o_field_widget[name='weighted_caseload']" },
    { trigger: ".modal button[name='action_apply']", run: "click" },
    { trigger: "body:not(:has(.modal))" },
    page("Details"),
    { trigger: `${field("case_manager_id")}:contains('worker_2')` }
);
