/**
 * Resizes the canvas to the device resolution, clears it and scales it to CSS pixels. Returns undefined if drawing is
 * not possible.
 */
export const beginDrawing = (
  canvas: HTMLCanvasElement | null,
  width: number,
  height: number,
): CanvasRenderingContext2D | undefined => {
  const context = canvas?.getContext('2d');
  if (canvas === null || !context || width <= 0 || height <= 0) return undefined;
  const ratio = devicePixelRatio;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  // Setting the size clears the canvas and triggers a layout, even if the size stays the same.
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
};
