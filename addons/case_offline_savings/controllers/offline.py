from odoo.http import request

from odoo.addons.case_offline.controllers.offline import OfflineController

#: The pages of a meeting on the phone.
PAGES = (
    "/savings_group_portal/static/src/portal/savings.css",
    "/case_offline_savings/static/src/shell/savings.css",
    "/case_offline_savings/static/src/shell/book.js",
    "/case_offline_savings/static/src/shell/savings.js",
)


class OfflineSavings(OfflineController):
    """The groups that a village agent keeps are taken along beside the cases."""

    def _shell(self):
        return (*super()._shell(), *PAGES)

    def _packets(self, device, shared):
        packets = super()._packets(device, shared)
        meetings = request.env["savings.meeting"]
        for group in device._kept_groups():
            packets[device._handle(group.name)] = meetings.portal_taken(group.name)
        return packets
