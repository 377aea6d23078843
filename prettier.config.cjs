/** As OCA's template has it, but for blanks inside braces, as in Odoo's own scripts. */
module.exports = {
    bracketSpacing: true,
    printWidth: 88,
    proseWrap: "always",
    semi: true,
    tabWidth: 4,
    trailingComma: "es5",
};
