/* The big + and – of a meeting count on the phone itself. Without this script each press
   asks the server. Old phones read it: no newer part of the language. */
/* eslint no-var: 0, prefer-arrow-callback: 0 */
(function () {
    "use strict";
    document.addEventListener("click", function (event) {
        var button = event.target;
        if (button.name !== "change" || !button.form) {
            return;
        }
        var parts = button.value.split(":");
        var input = button.form.elements[parts[0]];
        var number = parseFloat(String(input.value || "0").replace(",", "."));
        if (isNaN(number)) {
            return;
        }
        event.preventDefault();
        number = Math.max(0, number + parseFloat(parts[1]));
        input.value = String(Math.round(number * 100) / 100);
    });
    document.body.setAttribute("data-counts", "1");
})();
