/** A form that came back with errors puts the focus where it says what is wrong. */
import { allIn, onArrival } from "./arrive.js";

onArrival((part) => {
  const [summary] = allIn(part, "[data-error-summary]");
  const field = summary ?? allIn(part, '.field [aria-invalid="true"]')[0];
  field?.focus();
});
