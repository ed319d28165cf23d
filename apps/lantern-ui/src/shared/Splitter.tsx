import type { KeyboardEvent, PointerEvent } from 'react';
import classes from './Splitter.module.css';

interface SplitterProps {
  readonly label: string;
  /** Size in pixels that the splitter controls. */
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** 1 if the sized part precedes the splitter, -1 if it follows. */
  readonly direction: 1 | -1;
  readonly onChange: (value: number) => void;
}

const KEY_STEP = 24;

/**
 * Bar between two parts, moved by dragging or by the arrow keys.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/windowsplitter/
 */
export const Splitter = ({ label, value, min, max, direction, onChange }: SplitterProps) => {
  const set = (next: number) => onChange(Math.round(Math.min(max, Math.max(min, next))));

  const drag = (event: PointerEvent<HTMLDivElement>) => {
    event.preventDefault();
    const bar = event.currentTarget;
    const from = event.clientX;
    bar.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) => set(value + (moved.clientX - from) * direction);
    const stop = () => bar.removeEventListener('pointermove', move);
    bar.addEventListener('pointermove', move);
    bar.addEventListener('lostpointercapture', stop, { once: true });
  };

  const press = (event: KeyboardEvent) => {
    const sign = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (sign === 0) return;
    event.preventDefault();
    set(value + sign * direction * KEY_STEP);
  };

  return (
    <div
      className={classes.splitter}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={press}
    />
  );
};
