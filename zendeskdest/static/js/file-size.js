/** Says at once that a file is too large; the server would say so only after all of it came in. */
document.addEventListener("change", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.dataset.maxBytes === undefined) return;
  const isTooLarge = input.files.length > 0 && input.files[0].size > Number(input.dataset.maxBytes);
  input.setCustomValidity(isTooLarge ? input.dataset.tooLarge : "");
  if (isTooLarge) input.reportValidity();
});

// The form is "novalidate": Django says what is wrong. This alone is told before sending.
document.addEventListener("submit", (event) => {
  const input = event.target.querySelector?.("[data-max-bytes]");
  if (!input || input.checkValidity() || !input.validity.customError) return;
  event.preventDefault();
  input.reportValidity();
}, { capture: true });
