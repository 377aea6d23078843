import { registry } from "@web/core/registry";

/** Tick a box and save; the button to save shows once the form took the tick. */
const tick = (name) => [
    { trigger: `label:contains('${name}')`, run: "click" },
    { trigger: ".o_form_status_indicator_buttons:not(.invisible)" },
    { trigger: ".o_form_button_save:enabled", run: "click" },
    { trigger: ".o_form_saved" },
];

/** Two duties of one person: the second box leaves the first as it was. */
registry.category("web_tour.tours").add("remediation_duties", {
    steps: () => [
        { trigger: ".o_field_res_user_group_ids input[type=checkbox]:enabled" },
        ...tick("Safeguarding Officer"),
        ...tick("Data Protection Officer"),
    ],
});
