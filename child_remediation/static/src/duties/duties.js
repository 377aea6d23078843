import "@web/webclient/res_user_group_ids_field/res_user_group_ids_privilege_field";
import { CheckBox } from "@web/core/checkbox/checkbox";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";

const { component } = registry.category("fields").get("res_user_group_ids_privilege");

component.components = { ...component.components, CheckBox };

/** A right that excludes no other is a box to tick. */
patch(component.prototype, {
    get tickedGroupId() {
        if (this.type !== "selection") {
            return false;
        }
        const { groups, privileges } = this.env.resUserGroupsInfo;
        const groupId = this.findGroupId(() => true);
        return privileges[groups[groupId]?.privilege_id]?.is_ticked ? groupId : false;
    },

    onTicked(checked) {
        const value = checked ? this.tickedGroupId : false;
        return this.props.record.update({ [this.props.name]: value });
    },
});
