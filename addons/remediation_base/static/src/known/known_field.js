import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { FloatField, floatField } from "@web/views/fields/float/float_field";
import { IntegerField, integerField } from "@web/views/fields/integer/integer_field";

/** A number whose 0 means that nobody knows it: a dash to read, nothing to type over. */
const known = (Field) =>
    class extends Field {
        get formattedValue() {
            if (this.value) {
                return super.formattedValue;
            }
            return this.props.readonly ? "–" : "";
        }
    };

export const KnownIntegerField = known(IntegerField);
export const KnownFloatField = known(FloatField);

registry.category("fields").add("remediation_known", {
    ...integerField,
    component: KnownIntegerField,
    displayName: _t("Number, if known"),
    supportedTypes: ["integer"],
});
registry.category("fields").add("remediation_known_float", {
    ...floatField,
    component: KnownFloatField,
    displayName: _t("Decimal number, if known"),
    supportedTypes: ["float"],
});
