/** Makes the canvas as fine as the screen, cleared, with CSS pixels for units. Undefined where nothing can be drawn. */
export const beginDrawing = (
  canvas: HTMLCanvasElement | null,
  width: number,
  height: number,
): CanvasRenderingContext2D | undefined => {
  const context = canvas?.getContext('2d');
  if (canvas === null || !context || width <= 0 || height <= 0) return undefined;
  const ratio = devicePixelRatio;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  // Setting a size clears the canvas, and lays it out anew even when it stays the same.
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
};
