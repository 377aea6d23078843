import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

/**
 * Help in the menu of the user: the page of the book about the screen that is open.
 * It takes the place of core's, which leads to Odoo's own support.
 */
export function helpItem(env) {
    const place = () => {
        const {action} = env.services.action.currentController || {};
        return `/remediation/help/${action?.res_model || action?.tag || ""}`;
    };
    return {
        type: "item",
        id: "support",
        description: _t("Help"),
        href: place(),
        callback: () => browser.open(place(), "_blank"),
        sequence: 20,
    };
}

registry.category("user_menuitems").add("support", helpItem, {force: true});
