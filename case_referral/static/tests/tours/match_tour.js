import { registry } from "@web/core/registry";

/** From a case to the draft of a referral to the first school of the ranking. */
registry.category("web_tour.tours").add("referral_choose_a_school", {
    steps: () =>
        [
            {
                trigger: ".o_statusbar_buttons button[name='action_open_match']",
                run: "click",
            },
            {
                content: "Case managers are ranked at once",
                trigger: ".modal .o_data_row button[name='action_choose']",
            },
            {
                trigger: ".modal .o_field_widget[name='service_type_id'] input",
                run: "edit Schooling",
            },
            {
                trigger: ".o-autocomplete--dropdown-item:contains('Schooling') a",
                run: "click",
            },
            {
                content: "What was ranked for something else is gone",
                trigger: ".modal:not(:has(.o_data_row))",
            },
            { trigger: ".modal-footer button[name='action_rank']", run: "click" },
            {
                trigger:
                    ".modal .o_data_row:contains('Sunrise School') button[name='action_choose']",
                run: "click",
            },
            {
                content: "The draft names the school and waits for its sender",
                trigger:
                    ".o_form_view:not(:has(.modal)) .o_arrow_button_current:contains('Draft')",
            },
        ].map((step) => ({ timeout: 60000, ...step })),
});
