/** Buttons with data-copy put their value on the clipboard and say so. */
import { toast } from "./toast.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast({ message: "Copied.", tone: "success" });
  } catch {
    // Browsers refuse the clipboard on pages without https.
    toast({ message: "This browser does not allow copying here. Select the text instead.", tone: "warning" });
  }
});
