let canvas: CanvasRenderingContext2D | null | undefined;

/** Returns the width of a text of the graph in pixels. */
export const measureText = (text: string): number => {
  canvas ??= document.createElement('canvas').getContext('2d');
  if (canvas === null) return text.length * 7.5;
  canvas.font = `500 13px ${getComputedStyle(document.body).fontFamily}`;
  return canvas.measureText(text).width;
};
