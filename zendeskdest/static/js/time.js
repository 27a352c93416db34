/** <time data-time> in the zone the person chose (<html data-time-zone>), else the browser's: "local" as date and time, "clock" as "15:20", "relative" as "3 minutes ago". */
import { allIn, onArrival } from "./arrive.js";

const STEPS = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Infinity],
];
const timeZone = knownZone(document.documentElement.dataset.timeZone);
const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone, ...options });
const local = format({ dateStyle: "medium", timeStyle: "short" });
const clock = format({ hour: "2-digit", minute: "2-digit" });
const dayAndClock = format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const day = format({ dateStyle: "short" });
const exact = format({ dateStyle: "full", timeStyle: "long" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** A browser older than the server's list may not know a zone; its own is better than no times at all. */
function knownZone(name) {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function ago(instant) {
  let amount = (instant - Date.now()) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return relative.format(Math.round(amount), unit);
    amount /= size;
  }
  return "";
}

function onTheClock(instant) {
  const isToday = day.format(instant) === day.format(new Date());
  return (isToday ? clock : dayAndClock).format(instant);
}

const WORDS = { relative: ago, clock: onTheClock, local: (instant) => local.format(instant) };

function localise(element) {
  const instant = new Date(element.dateTime);
  if (Number.isNaN(instant.getTime())) return;
  const text = WORDS[element.dataset.time](instant);
  if (element.textContent !== text) element.textContent = text;
  if ("zoned" in element.dataset) return;
  element.dataset.zoned = "";
  element.title = `${exact.format(instant)} (${element.title})`;
}

const localiseAll = (part) => allIn(part, "time[data-time]").forEach(localise);

onArrival(localiseAll);
setInterval(() => localiseAll(document), 20_000);
