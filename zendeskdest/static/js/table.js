/** Says what is row, heading and cell: browsers may forget it of a table that is drawn as cards (css/narrow.css). */
import { allIn, onArrival } from "./arrive.js";

const ROLES = {
  table: "table",
  "thead, tbody": "rowgroup",
  tr: "row",
  td: "cell",
  'th[scope="row"]': "rowheader",
  'th[scope="col"]': "columnheader",
};

onArrival((part) => {
  for (const [selector, role] of Object.entries(ROLES)) {
    for (const element of allIn(part, selector)) element.setAttribute("role", role);
  }
});
