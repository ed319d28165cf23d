import { useElementSize } from '@mantine/hooks';
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { fitView, panView, startView, zoomView, type GraphView, type Size } from './graph-view.js';

const ZOOM_STEP = 1.25;
const PAN_STEP = 60;

/**
 * Pans and zooms a drawing in its frame: by dragging, by Ctrl and the wheel (browsers report a pinch as such), and by
 * the keys + − 0 and the arrows. The first view is centered on a point of the drawing.
 */
export const useGraphView = (drawing: Size, start: { readonly x: number; readonly y: number }) => {
  const { ref, width, height } = useElementSize<HTMLDivElement>();
  const drawn = useRef<SVGSVGElement>(null);
  const frame = { width: Math.max(width, 1), height: Math.max(height, 1) };
  const [moved, setMoved] = useState<GraphView>();
  const view = moved ?? startView(drawing, frame, start);

  // A new drawing resets the view.
  const [shown, setShown] = useState(drawing);
  if (shown.width !== drawing.width || shown.height !== drawing.height) {
    setShown(drawing);
    setMoved(undefined);
  }

  const zoom = (factor: number, at = { x: frame.width / 2, y: frame.height / 2 }) =>
    setMoved(zoomView(view, factor, at));

  const turn = useEffectEvent((event: WheelEvent, element: Element) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { left, top } = element.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 300), { x: event.clientX - left, y: event.clientY - top });
  });
  useEffect(() => {
    const element = drawn.current;
    const listen = (event: WheelEvent) => element !== null && turn(event, element);
    // React attaches passive wheel listeners, which cannot prevent the browser from zooming the page.
    element?.addEventListener('wheel', listen, { passive: false });
    return () => element?.removeEventListener('wheel', listen);
  }, []);

  const drag = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || (event.target as Element).closest('a, button') !== null) return;
    const element = event.currentTarget;
    const [startX, startY] = [event.clientX, event.clientY];
    element.setPointerCapture(event.pointerId);
    const move = (to: globalThis.PointerEvent) =>
      setMoved(panView(view, to.clientX - startX, to.clientY - startY));
    element.addEventListener('pointermove', move);
    element.addEventListener('lostpointercapture', () => element.removeEventListener('pointermove', move), {
      once: true,
    });
  };

  const press = (event: KeyboardEvent) => {
    const pans: Record<string, [number, number]> = {
      ArrowLeft: [PAN_STEP, 0],
      ArrowRight: [-PAN_STEP, 0],
      ArrowUp: [0, PAN_STEP],
      ArrowDown: [0, -PAN_STEP],
    };
    const pan = pans[event.key];
    if (pan !== undefined) setMoved(panView(view, ...pan));
    else if (event.key === '+' || event.key === '=') zoom(ZOOM_STEP);
    else if (event.key === '-') zoom(1 / ZOOM_STEP);
    else if (event.key === '0') setMoved(fitView(drawing, frame));
    else return;
    event.preventDefault();
  };

  return {
    /** Refs of the frame and of the drawing in it. */
    ref,
    drawn,
    frame,
    view,
    zoomIn: () => zoom(ZOOM_STEP),
    zoomOut: () => zoom(1 / ZOOM_STEP),
    showAll: () => setMoved(fitView(drawing, frame)),
    handlers: { onPointerDown: drag, onKeyDown: press },
  };
};
