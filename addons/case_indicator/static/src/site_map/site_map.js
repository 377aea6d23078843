import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** Places of work by their own coordinates; the server says what is told of each. */
export class SiteMap extends Component {
    static template = "case_indicator.SiteMap";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ map: null, zoom: 1, x: 0, y: 0, chosen: null });
        onWillStart(async () => {
            this.state.map = await this.orm.call("remediation.site.map", "get_map", []);
        });
    }

    get viewBox() {
        const half = 500 / this.state.zoom;
        return [this.state.x - half, this.state.y - half, 2 * half, 2 * half].join(" ");
    }

    radius(site) {
        return (7 + Math.min(18, 2.5 * Math.sqrt(site.count || 0))) / this.state.zoom;
    }

    zoom(factor) {
        this.state.zoom = Math.min(64, Math.max(1, this.state.zoom * factor));
        if (this.state.zoom === 1) {
            this.state.x = this.state.y = 0;
        }
    }

    choose(site) {
        this.state.chosen = site;
        if (site.x !== undefined) {
            this.state.x = this.state.zoom === 1 ? 0 : site.x;
            this.state.y = this.state.zoom === 1 ? 0 : site.y;
        }
    }

    onKeydown(ev, site) {
        if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            this.choose(site);
        }
    }

    openSite(site) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "remediation.site",
            res_id: site.id,
            views: [[false, "form"]],
        });
    }

    openCases(site) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: site.name,
            res_model: "remediation.case",
            domain: [
                ["site_id", "=", site.id],
                ["closed_on", "=", false],
            ],
            views: [
                [false, "list"],
                [false, "form"],
            ],
        });
    }
}

registry.category("actions").add("remediation_site_map", SiteMap);
