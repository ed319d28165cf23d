/** Visible part of a drawing: the point at (0, 0) of the frame, and the scale. */
export interface GraphView {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const MIN_SCALE = 0.1;
const MAX_SCALE = 2.5;

/** Returns the view that shows the whole drawing centered, at most at its natural size. */
export const fitView = (drawing: Size, frame: Size): GraphView => {
  const scale = Math.min(1, frame.width / drawing.width, frame.height / drawing.height);
  return {
    scale,
    x: (drawing.width - frame.width / scale) / 2,
    y: (drawing.height - frame.height / scale) / 2,
  };
};

/** Minimum scale at which names are readable. */
const READABLE_SCALE = 0.75;

/**
 * Returns the initial view: the whole drawing if it is readable then. Otherwise the smallest readable scale, centered
 * on a point of the drawing as far as its edges allow.
 */
export const startView = (drawing: Size, frame: Size, at: { x: number; y: number }): GraphView => {
  const whole = fitView(drawing, frame);
  if (whole.scale >= READABLE_SCALE) return whole;
  const scale = READABLE_SCALE;
  const place = (middle: number, length: number, shown: number) =>
    shown >= length ? (length - shown) / 2 : Math.min(Math.max(0, middle - shown / 2), length - shown);
  return {
    scale,
    x: place(at.x, drawing.width, frame.width / scale),
    y: place(at.y, drawing.height, frame.height / scale),
  };
};

/** Zooms by a factor around a point of the frame. */
export const zoomView = (view: GraphView, factor: number, at: { x: number; y: number }): GraphView => {
  const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, view.scale * factor));
  return {
    scale,
    x: view.x + at.x / view.scale - at.x / scale,
    y: view.y + at.y / view.scale - at.y / scale,
  };
};

/** Moves the view by pixels of the frame. */
export const panView = (view: GraphView, dx: number, dy: number): GraphView => ({
  ...view,
  x: view.x - dx / view.scale,
  y: view.y - dy / view.scale,
});
