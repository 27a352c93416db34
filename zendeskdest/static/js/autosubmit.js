/** Forms with data-autosubmit are sent as soon as a control changes (filters, toggles). */
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && "autosubmit" in form.dataset) form.requestSubmit();
});
