import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("remediation_desk_decide", {
    steps: () => [
        {
            trigger: "[data-section='decisions'] button:contains('Look')",
            run: "click",
        },
        { trigger: ".o_remediation_desk_view .o_form_view" },
        // Whom it is about, and what changed, on top of the thing itself.
        { trigger: ".o_remediation_signed_facts a:contains('Amani Hidden')" },
        {
            trigger: ".o_remediation_signed_changes tr:contains('Work'):contains('4 – Severe'):contains('3 – Poor')",
        },
        { trigger: "[data-section='decisions'] button:contains('Approve')", run: "click" },
        { trigger: "[data-section='decisions']:contains('Nothing waits')" },
        { trigger: ".o_remediation_desk_search input", run: "edit Hidden" },
        { trigger: ".o_remediation_desk_found a:contains('Amani Hidden')", run: "click" },
        { trigger: ".o_remediation_case" },
    ],
});
