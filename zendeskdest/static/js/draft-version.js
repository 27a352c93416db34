/** A page of a draft that was made before this tab's last save had arrived (a reload in the same moment) is behind, and made anew. */
const place = `draft version ${location.pathname}`;

// A page that another tab overtook has version 0.
const shown = () => Number(document.querySelector("#draft-state [name=version]")?.value ?? 0);

function seen() {
  try {
    return Number(sessionStorage.getItem(place) ?? 0);
  } catch {
    return 0;
  }
}

function see(version) {
  try {
    sessionStorage.setItem(place, version);
  } catch {
    // Storage is switched off or full: such a page shows the state before; saving over it is refused.
  }
}

export const isBehind = shown() > 0 && shown() < seen();

document.addEventListener("htmx:afterRequest", () => {
  if (shown() > seen()) see(shown());
});

if (isBehind) {
  // Once only: where the draft itself went back, as after a restored backup, this page is the newest.
  see(shown());
  location.reload();
}
