/** A form that came back with errors puts the focus on the first field that is wrong, or on the words about more than a field before it. */
import { allIn, onArrival } from "./arrive.js";

onArrival((part) => {
  allIn(part, '[data-error-summary], [aria-invalid="true"]')[0]?.focus();
});
