import { registry } from "@web/core/registry";

const today = luxon.DateTime.now().toFormat("MM/dd/yyyy");

const field = (name) => `.o_form_view .o_field_widget[name='${name}']`;

function select(name, label) {
    return [
        { trigger: `${field(name)} .o_select_menu_toggler`, run: "click" },
        { trigger: `.o_select_menu_item:contains('${label}')`, run: "click" },
    ];
}

function choose(name) {
    return [
        { trigger: `${field(name)} input`, run: "click" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Mother') a", run: "click" },
    ];
}

function write(name, text) {
    return [{ trigger: `${field(name)} :is(input, textarea)`, run: `edit ${text}` }];
}

function page(title) {
    return [{ trigger: `.o_notebook .nav-link:contains('${title}')`, run: "click" }];
}

const save = [
    { trigger: ".o_form_button_save:enabled", run: "click" },
    { trigger: ".o_form_saved" },
];

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

const add = [{ trigger: ".o_list_button_add:visible", run: "click" }];

registry.category("web_tour.tours").add("remediation_first_contact_and_consent", {
    steps: () => [
        ...state("Registered"),
        { trigger: ".o_remediation_missing li:contains('first contact')" },
        {
            trigger: ".o_statusbar_buttons button:contains('Record First Contact')",
            run: "click",
        },
        { trigger: ".modal button[name='action_apply']", run: "click" },
        ...state("First Contact"),
        {
            trigger: ".o_remediation_missing a:contains('Record consent')",
            run: "click",
        },
        ...add,
        ...select("purpose", "Receiving Services"),
        ...choose("given_by_member_id"),
        ...select("assent", "Yes"),
        ...save,
        ...state("Given"),
    ],
});

registry.category("web_tour.tours").add("remediation_assessment", {
    steps: () => [
        {
            trigger: ".o_remediation_missing a:contains('Assess the child')",
            run: "click",
        },
        ...add,
        ...write("present", "Child and mother"),
        ...page("What They Said"),
        ...write("child_wishes", "To go to school"),
        ...save,
        ...press("action_add_domains"),
        ...page("Scores"),
        { trigger: ".o_data_row td[name='score']:first", run: "click" },
        {
            trigger: ".o_data_row .o_field_widget[name='score'] .o_select_menu_toggler",
            run: "click",
        },
        { trigger: ".o_select_menu_item:contains('3')", run: "click" },
        ...press("action_submit"),
        ...state("Submitted"),
    ],
});

registry.category("web_tour.tours").add("remediation_approve", {
    steps: () => [
        { trigger: ".o_data_row:first .o_data_cell:first", run: "click" },
        ...press("action_approve"),
        { trigger: ".o_form_view:not(:has(button[name='action_approve']))" },
        { trigger: ".o_field_widget[name='approved_by_id'], .o_notebook" },
    ],
});

registry.category("web_tour.tours").add("remediation_plan", {
    steps: () => [
        {
            trigger: ".o_remediation_missing a:contains('Make a plan')",
            run: "click",
        },
        ...add,
        ...write("goal", "School until grade 8"),
        ...choose("caregiver_member_id"),
        {
            trigger: `${field("caregiver_agreed_on")} input`,
            run: `click && edit ${today} && click body`,
        },
        ...select("child_assent", "Yes"),
        ...select("income_replacement", "Stipend"),
        { trigger: ".o_field_x2many_list_row_add a", run: "click" },
        {
            trigger: ".o_selected_row .o_field_widget[name='domain'] .o_select_menu_toggler",
            run: "click",
        },
        { trigger: ".o_select_menu_item:contains('Education')", run: "click" },
        {
            trigger: ".o_selected_row .o_field_widget[name='description'] input",
            run: "edit School fees",
        },
        ...save,
        ...press("action_submit"),
        ...state("Submitted"),
    ],
});

registry.category("web_tour.tours").add("remediation_visit", {
    steps: () => [
        { trigger: ".o_notebook .nav-link:contains('Visits')", run: "click" },
        {
            trigger: ".o_field_widget[name='visit_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        ...select("occupation", "In School"),
        ...save,
        ...press("action_done"),
        ...state("Done"),
        { trigger: ".o_field_widget[name='outcome']:contains('Clean')" },
    ],
});
