import {user} from "@web/core/user";

// Core's page of the web client names no language: a screen reader would read French
// with English sounds (WCAG 3.1.1).
document.documentElement.lang = user.lang;
