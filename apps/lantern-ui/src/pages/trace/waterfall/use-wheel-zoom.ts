import { useEffect, useEffectEvent, type RefObject } from 'react';
import type { LaneScale } from './lane-scale.js';
import { panned, zoomed, type TimeWindow } from './time-window.js';

interface WheelZoomOptions {
  readonly scale: LaneScale;
  /** Left edge of the lanes in the element. */
  readonly left: number;
  /** Duration of the trace. */
  readonly duration: number;
  readonly onWindow: (window: TimeWindow) => void;
}

/** Zooms around the pointer with Ctrl and the wheel (or a pinch), and pans with the horizontal wheel. */
export const useWheelZoom = (
  box: RefObject<HTMLElement | null>,
  { scale, left, duration, onWindow }: WheelZoomOptions,
): void => {
  const turn = useEffectEvent((event: WheelEvent, element: HTMLElement) => {
    const isZoom = event.ctrlKey || event.metaKey;
    if (scale.room <= 0 || (!isZoom && Math.abs(event.deltaX) <= Math.abs(event.deltaY))) return;
    event.preventDefault();
    const anchor = scale.shareAt(event.clientX - element.getBoundingClientRect().left - left);
    onWindow(
      isZoom
        ? zoomed(scale.window, Math.exp(-event.deltaY / 300), anchor, duration)
        : panned(scale.window, event.deltaX / scale.room, duration),
    );
  });
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const listen = (event: WheelEvent) => turn(event, element);
    // React attaches passive wheel listeners, which cannot prevent the browser from zooming the page.
    element.addEventListener('wheel', listen, { passive: false });
    return () => element.removeEventListener('wheel', listen);
  }, [box]);
};
