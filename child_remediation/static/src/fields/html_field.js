import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** HTML made by the server, whose links open in this window. */
export class RemediationHtmlField extends Component {
    static template = "child_remediation.HtmlField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name] || "";
    }
}

registry.category("fields").add("remediation_html", {
    component: RemediationHtmlField,
    displayName: _t("Links"),
    supportedTypes: ["html"],
});
