/** Writes a number with four significant digits, without an exponent where that is short: Go's `%.4g`. */
const fourDigits = (value: number): string => {
  if (value === 0) return '0';
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  const rounded = Number(value.toPrecision(4));
  if (exponent >= -5 && Math.abs(rounded) < 10_000) return String(rounded);
  return rounded.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
};

const specialText = (value: number): string | undefined => {
  if (Number.isFinite(value)) return undefined;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
};

const LARGE = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const SMALL = ['', 'm', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];
const BINARY = ['', 'ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];

/** Writes a number with a metric prefix: `1.235M`. */
export const humanize = (value: number): string => {
  const special = specialText(value);
  if (special !== undefined || value === 0) return special ?? '0';
  const isLarge = Math.abs(value) >= 1;
  const prefixes = isLarge ? LARGE : SMALL;
  let scaled = value;
  let step = 0;
  while (step < prefixes.length - 1 && (isLarge ? Math.abs(scaled) >= 1000 : Math.abs(scaled) < 1)) {
    scaled = isLarge ? scaled / 1000 : scaled * 1000;
    step++;
  }
  return `${fourDigits(scaled)}${prefixes[step] ?? ''}`;
};

/** Writes a number with a binary prefix: `1.5Mi`. */
export const humanize1024 = (value: number): string => {
  const special = specialText(value);
  if (special !== undefined || Math.abs(value) <= 1) return special ?? fourDigits(value);
  let scaled = value;
  let step = 0;
  while (step < BINARY.length - 1 && Math.abs(scaled) >= 1024) {
    scaled /= 1024;
    step++;
  }
  return `${fourDigits(scaled)}${BINARY[step] ?? ''}`;
};

/** Writes seconds as a duration: `1d 2h 3m 4s`. */
export const humanizeDuration = (value: number): string => {
  const special = specialText(value);
  if (special !== undefined || value === 0) return special ?? '0s';
  if (Math.abs(value) < 1) {
    let scaled = value;
    let step = 0;
    while (step < SMALL.length - 1 && Math.abs(scaled) < 1) {
      scaled *= 1000;
      step++;
    }
    return `${fourDigits(scaled)}${SMALL[step] ?? ''}s`;
  }
  const sign = value < 0 ? '-' : '';
  const whole = Math.trunc(Math.abs(value));
  const seconds = whole % 60;
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600) % 24;
  const days = Math.floor(whole / 86_400);
  if (days > 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`;
  if (hours > 0) return `${sign}${hours}h ${minutes}m ${seconds}s`;
  if (minutes > 0) return `${sign}${minutes}m ${seconds}s`;
  return `${fourDigits(value)}s`;
};

/** Writes a ratio in percent: `12.35%`. */
export const humanizePercentage = (value: number): string =>
  `${specialText(value) ?? fourDigits(value * 100)}%`;

/** Writes seconds since 1970 as Go prints a time in UTC. */
export const humanizeTimestamp = (value: number): string => {
  const special = specialText(value);
  if (special !== undefined) return special;
  const [date = '', time = ''] = new Date(value * 1000).toISOString().slice(0, -1).split('T');
  return `${date} ${time.replace(/\.?0*$/, '')} +0000 UTC`;
};
