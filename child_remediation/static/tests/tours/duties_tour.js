import { registry } from "@web/core/registry";

const tick = (name) => ({ trigger: `label:contains('${name}')`, run: "click" });
const ticked = (number) => ({
    trigger: `.o_field_res_user_group_ids input[type=checkbox]:enabled:checked:count(${number})`,
});

/** Two duties of one person: the second box leaves the first as it was. */
registry.category("web_tour.tours").add("remediation_duties", {
    steps: () => [
        { trigger: ".o_field_res_user_group_ids input[type=checkbox]:enabled" },
        tick("Safeguarding Officer"),
        ticked(1),
        tick("Data Protection Officer"),
        ticked(2),
        { trigger: ".o_form_button_save:enabled", run: "click" },
        { trigger: ".o_form_saved" },
    ],
});
