import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { RemediationBadgeField } from "./badge_field";

/**
 * A short scale as buttons, chosen by one click, also in the rows of a list: nine domains
 * are scored by nine clicks. A second click on the chosen step takes it back.
 */
export class RemediationScaleField extends RemediationBadgeField {
    static template = "child_remediation.ScaleField";

    choose(key) {
        return this.props.record.update({
            [this.props.name]: key === this.value ? false : key,
        });
    }
}

registry.category("fields").add("remediation_scale", {
    component: RemediationScaleField,
    displayName: _t("Scale"),
    supportedTypes: ["selection"],
    // A row of a list that is not being edited can be scored all the same.
    extractProps: (fieldInfo, dynamicInfo) => ({ readonly: dynamicInfo.readonly }),
});
