import { patch } from "@web/core/utils/patch";
import { Record } from "@web/model/relational_model/record";
import { FormLabel } from "@web/views/form/form_label";
import { ListRenderer } from "@web/views/list/list_renderer";

/** For each description of fields the same in the words of an adult's file, or itself. */
const described = new WeakMap();

function forAdult(fields) {
    if (!described.has(fields)) {
        const changed = Object.values(fields).filter((field) => field.adult);
        const words = changed.map((field) => [field.name, { ...field, ...field.adult }]);
        described.set(
            fields,
            words.length ? { ...fields, ...Object.fromEntries(words) } : fields
        );
    }
    return described.get(fields);
}

/** The fields of a record say what they ask in the words of its file: a person, where
 *  others say a child. The server gives the words; see remediation.case.words. */
patch(Record.prototype, {
    get fields() {
        const isAdult = this.data?.is_adult ?? this._parentRecord?.data?.is_adult;
        return isAdult ? forAdult(super.fields) : super.fields;
    },
});

patch(FormLabel.prototype, {
    get string() {
        const { fieldName, record, string } = this.props;
        const isUsual = string === record.config.fields[fieldName].string;
        return isUsual ? record.fields[fieldName].string : string;
    },
});

patch(ListRenderer.prototype, {
    processAllColumn(allColumns, list) {
        const columns = super.processAllColumn(...arguments);
        if (!list.evalContext.parent?.is_adult) {
            return columns;
        }
        return columns.map((column) => {
            const field = list.fields[column.name];
            if (!field?.adult) {
                return column;
            }
            const { string = field.string, help = field.help } = field.adult;
            const isUsual = column.label === field.string;
            return {
                ...column,
                help: column.help ?? help,
                label: isUsual ? string : column.label,
            };
        });
    },
});
