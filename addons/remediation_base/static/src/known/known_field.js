import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { FloatField, floatField } from "@web/views/fields/float/float_field";
import { FloatTimeField, floatTimeField } from "@web/views/fields/float_time/float_time_field";
import { IntegerField, integerField } from "@web/views/fields/integer/integer_field";
import { PercentageField, percentageField } from "@web/views/fields/percentage/percentage_field";

/**
 * A number that nobody knows: a dash to read, nothing to type over. It is unknown where
 * it is 0, or where the field `measured_by` of the options is empty: then a 0 is a 0.
 */
const known = (Field) =>
    class extends Field {
        static props = { ...Field.props, measuredBy: { type: String, optional: true } };

        get formattedValue() {
            const { record, name, measuredBy, readonly } = this.props;
            if (record.data[measuredBy || name]) {
                return super.formattedValue;
            }
            return readonly ? "–" : "";
        }
    };

const described = (field, component, displayName) => ({
    ...field,
    component,
    displayName,
    fieldDependencies: ({ options }) =>
        options.measured_by ? [{ name: options.measured_by, type: "integer" }] : [],
    extractProps: (info, dynamicInfo) => ({
        ...field.extractProps(info, dynamicInfo),
        measuredBy: info.options.measured_by,
    }),
});

export const KnownIntegerField = known(IntegerField);
export const KnownFloatField = known(FloatField);
export const KnownPercentageField = known(PercentageField);
export const KnownTimeField = known(FloatTimeField);

const fields = registry.category("fields");
fields.add("remediation_known", {
    ...described(integerField, KnownIntegerField, _t("Number, if known")),
    supportedTypes: ["integer"],
});
fields.add("remediation_known_float", {
    ...described(floatField, KnownFloatField, _t("Decimal number, if known")),
    supportedTypes: ["float"],
});
fields.add(
    "remediation_known_percentage",
    described(percentageField, KnownPercentageField, _t("Percentage, if known"))
);
fields.add(
    "remediation_known_time",
    described(floatTimeField, KnownTimeField, _t("Time of day, if known"))
);
