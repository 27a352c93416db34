/** Everything the pages do in the browser. Each module listens on the document, so htmx swaps need no setup. */
import "./autosubmit.js";
import "./bell.js";
import "./busy.js";
import "./chart.js";
import "./combobox.js";
import "./copy.js";
import "./dialog.js";
import "./file-size.js";
import "./focus-first-error.js";
import "./live.js";
import "./menu.js";
import "./picker.js";
import "./selection.js";
import "./tabs.js";
import "./time.js";
import "./toast.js";
import "./zone.js";
