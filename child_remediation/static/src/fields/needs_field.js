import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * What an assessment found, worst first, then what plans of the programme start with. A
 * click on an answer adds an action, ready to be filled in; nothing is added by itself.
 */
export class RemediationNeedsField extends Component {
    static template = "child_remediation.NeedsField";
    static props = { ...standardFieldProps };

    get needs() {
        return this.props.record.data[this.props.name] || [];
    }

    get actions() {
        return this.props.record.data.action_ids;
    }

    /** Whether the plan holds an action of this domain, or of this service, already. */
    isAnswered([domain, , service]) {
        return this.actions.records.some(({ data }) =>
            service ? data.service_type_id?.id === service : data.domain === domain,
        );
    }

    add([domain, , service]) {
        return this.actions.addNewRecord({
            context: {
                default_case_id: this.props.record.data.case_id?.id,
                in_plan: true,
                default_domain: domain,
                default_service_type_id: service,
            },
            mode: "edit",
            position: "bottom",
        });
    }
}

registry.category("fields").add("remediation_needs", {
    component: RemediationNeedsField,
    displayName: _t("Needs"),
    supportedTypes: ["json"],
});
