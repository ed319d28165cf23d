/** Which part of a drawing is seen: a point of the drawing at (0, 0) of the frame, and how large it is drawn. */
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

/** All of the drawing in the middle of the frame, never larger than it was made. */
export const fitView = (drawing: Size, frame: Size): GraphView => {
  const scale = Math.min(1, frame.width / drawing.width, frame.height / drawing.height);
  return {
    scale,
    x: (drawing.width - frame.width / scale) / 2,
    y: (drawing.height - frame.height / scale) / 2,
  };
};

/** Smaller than this the names cannot be read. */
const READABLE_SCALE = 0.75;

/**
 * All of it, if it can be read then. Otherwise as large as it takes to be read, with a point of the drawing in the
 * middle as far as the drawing goes.
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

/** Larger or smaller by a factor, while what is at a point of the frame stays there. */
export const zoomView = (view: GraphView, factor: number, at: { x: number; y: number }): GraphView => {
  const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, view.scale * factor));
  return {
    scale,
    x: view.x + at.x / view.scale - at.x / scale,
    y: view.y + at.y / view.scale - at.y / scale,
  };
};

/** Moved by pixels of the frame. */
export const panView = (view: GraphView, dx: number, dy: number): GraphView => ({
  ...view,
  x: view.x - dx / view.scale,
  y: view.y - dy / view.scale,
});
