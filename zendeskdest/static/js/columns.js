/** Which columns of a table are shown: chosen for each table, and remembered in this browser. */
import { onArrival } from "./arrive.js";
import { remember, remembered } from "./remember.js";

const headsOf = (table) => [...table.tHead.rows[0].cells];
const labelOf = (head) => (head.querySelector(".th-sort, .th-help > span") ?? head).textContent.trim();
const nameOf = (table, label) => `column-${table.id}-${label}`;

/** Neither the one that says what a row is about, nor boxes and buttons. */
const choosable = (table) =>
  headsOf(table)
    .filter((head) => labelOf(head) !== "" && head.querySelector(".visually-hidden") === null)
    .slice(1);

function apply(table) {
  const heads = headsOf(table);
  for (const head of choosable(table)) {
    const column = heads.indexOf(head);
    const isShown = remembered(nameOf(table, labelOf(head)), true);
    for (const row of table.rows) {
      // A row of one wide cell says that there is nothing.
      if (row.cells.length === heads.length) row.cells[column].hidden = !isShown;
    }
  }
}

function item(table, label) {
  const box = Object.assign(document.createElement("input"), { type: "checkbox" });
  box.checked = remembered(nameOf(table, label), true);
  // It may stand in a form that is sent when something changes: this is none of its controls.
  box.setAttribute("form", "");
  box.addEventListener("change", () => {
    remember(nameOf(table, label), box.checked);
    apply(table);
  });
  const text = Object.assign(document.createElement("label"), { className: "check" });
  text.append(box, ` ${label}`);
  const line = document.createElement("li");
  line.append(text);
  return line;
}

onArrival(() => {
  for (const menu of document.querySelectorAll("[data-columns-of]")) {
    const table = document.getElementById(menu.dataset.columnsOf);
    if (table === null) continue;
    apply(table);
    if (!menu.hidden) continue;
    menu.querySelector("ul").append(...choosable(table).map((head) => item(table, labelOf(head))));
    menu.hidden = false;
  }
});
