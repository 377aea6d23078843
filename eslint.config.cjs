/** The rules of OCA's template that find faults; how code looks is for prettier. */
module.exports = [
    {
        files: ["**/static/**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: {
                clearTimeout: "readonly",
                console: "readonly",
                document: "readonly",
                fetch: "readonly",
                FormData: "readonly",
                luxon: "readonly",
                odoo: "readonly",
                setTimeout: "readonly",
                window: "readonly",
            },
        },
        rules: {
            "array-callback-return": "error",
            "constructor-super": "error",
            "dot-notation": "error",
            eqeqeq: "error",
            "no-const-assign": "error",
            "no-dupe-class-members": "error",
            "no-dupe-keys": "error",
            "no-eval": "error",
            "no-redeclare": "error",
            "no-shadow": "error",
            "no-undef": "error",
            "no-unreachable": "error",
            "no-unused-vars": "error",
            "no-var": "error",
            "prefer-const": "error",
        },
    },
];
