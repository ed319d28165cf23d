import { NANOS_PER_MILLI, type UnixNano } from '@lantern/telemetry-model';

const DATE = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
});
const SHORT_CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });

const millisOf = (time: UnixNano): number => Number(time / NANOS_PER_MILLI);

/** Formats a time as `14:02:11.123` in the time zone of the browser. */
export const formatClock = (time: UnixNano): string => CLOCK.format(millisOf(time));

/** Formats a time as `14:02:11`. */
export const formatShortClock = (time: UnixNano): string => SHORT_CLOCK.format(millisOf(time));

/** Formats a time as `22 Nov 2026, 14:02:11.123` in the time zone of the browser. */
export const formatTime = (time: UnixNano): string =>
  `${DATE.format(millisOf(time))}, ${CLOCK.format(millisOf(time))}`;

const SHORT_DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** Formats the end of an axis as `14:02:11`, with the day unless it is today. */
export const formatShortTime = (millis: number): string => {
  const clock = SHORT_CLOCK.format(millis);
  const isToday = new Date(millis).toDateString() === new Date().toDateString();
  return isToday ? clock : `${SHORT_DAY.format(millis)}, ${clock}`;
};

/** Formats times of the last half day without, older ones with the date. */
export const formatRecentTime = (time: UnixNano, nowMillis: number): string =>
  Math.abs(nowMillis - millisOf(time)) < 12 * 3_600_000 ? formatClock(time) : formatTime(time);

const STEPS = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
] as const;

/** Formats a time relative to now: `just now`, `40 sec. ago`, `3 min. ago`, or `in 2 hr.` if clocks differ. */
export const formatRelative = (time: UnixNano, nowMillis: number): string => {
  const seconds = (millisOf(time) - nowMillis) / 1_000;
  const distance = Math.abs(seconds);
  if (distance < 5) return 'just now';
  const step = STEPS.find((candidate) => distance >= candidate.seconds);
  return step === undefined
    ? RELATIVE.format(Math.trunc(seconds), 'second')
    : RELATIVE.format(Math.trunc(seconds / step.seconds), step.unit);
};

/** Formats a time for `<input type="datetime-local">`: to the second, in the time zone of the browser. */
export const localDateTime = (millis: number): string => {
  const local = new Date(millis - new Date(millis).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
};
