// What every page loads: htmx, Alpine's CSP build and the behaviour shared by all pages.
// Components are registered on alpine:init; a page's own bundle (schedule.js, stats.js) does the same.

import Alpine from "@alpinejs/csp";
import htmx from "htmx.org";

import "./app/components.js";
import "./app/connection.js";
import "./app/copying.js";
import "./app/dialog.js";
import "./app/filter.js";
import "./app/forms.js";
import "./app/keyboard.js";
import "./app/leaving.js";
import "./app/print.js";
import "./app/requests.js";
import "./app/sign_in_again.js";
import "./app/switch_user.js";

window.htmx = htmx;
window.Alpine = Alpine;
document.addEventListener("DOMContentLoaded", () => Alpine.start());
