/** A field whose notes hold an error is invalid, also when they came later than the field (data-notes). */
import { allIn, onArrival } from "./arrive.js";

onArrival((part) => {
  for (const notes of allIn(part, "[data-notes]")) {
    const isWrong = notes.querySelector(".field-error") !== null;
    for (const field of document.querySelectorAll(`[aria-describedby~="${CSS.escape(notes.id)}"]`)) {
      field.setAttribute("aria-invalid", String(isWrong));
    }
  }
});
