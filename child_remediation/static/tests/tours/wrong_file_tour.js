import { registry } from "@web/core/registry";

/** A note on the wrong child disappears, and with it the page that showed it (R25). */
registry.category("web_tour.tours").add("remediation_wrong_file", {
    steps: () => [
        { trigger: ".nav-link[name=page_notes]", run: "click" },
        { trigger: "[name=note_ids] td[name=subject]:contains('Wrong')", run: "click" },
        { trigger: ".o_field_widget[name=text] textarea" },
        { trigger: "button[name=action_misfiled]", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_notification:contains('You may not read this record')" },
        { trigger: ".nav-link[name=page_notes].active" },
        { trigger: "[name=note_ids] td[name=subject]:contains('Right')" },
        { trigger: "[name=note_ids]:not(:has(td[name=subject]:contains('Wrong')))" },
    ],
});
