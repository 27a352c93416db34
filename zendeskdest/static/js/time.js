/** <time data-time> in the person's own zone: "local" as date and time, "clock" as "15:20", "relative" as "3 minutes ago". */
import { allIn, onArrival } from "./arrive.js";

const STEPS = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Infinity],
];
const local = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

function ago(instant) {
  let amount = (instant - Date.now()) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return relative.format(Math.round(amount), unit);
    amount /= size;
  }
  return "";
}

function onTheClock(instant) {
  const isToday = instant.toDateString() === new Date().toDateString();
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
