/** Tells the server the zone the person chose, else the browser's, so that days in ranges and charts are theirs. */
const chosen = document.documentElement.dataset.timeZone;
const zone = chosen || Intl.DateTimeFormat().resolvedOptions().timeZone;
const secure = location.protocol === "https:" ? "; secure" : "";
if (zone) document.cookie = `zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax${secure}`;
