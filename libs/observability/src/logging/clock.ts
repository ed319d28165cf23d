/** How far the fine clock may stray from the system's, in milliseconds, before it follows it again. */
const maxDrift = 5;

let anchor = { date: Date.now(), fine: performance.now() };

/**
 * The time as ISO 8601 in UTC with microseconds. Two equal lines within one millisecond stay two lines: Loki takes
 * lines of the same time and text for one, and its push carries milliseconds.
 */
export function timestamp(): string {
  const now = Date.now();
  let millis = anchor.date + performance.now() - anchor.fine;
  if (Math.abs(millis - now) > maxDrift) {
    anchor = { date: now, fine: performance.now() };
    millis = now;
  }
  const micros = Math.floor((millis % 1) * 1000);
  return `${new Date(millis).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
