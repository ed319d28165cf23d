import { describe, expect, it } from '@jest/globals';
import { fitView, panView, startView, zoomView } from './graph-view.js';

describe('the view of a graph', () => {
  it('fitView centers the whole drawing, at most at its natural size', () => {
    expect(fitView({ width: 400, height: 100 }, { width: 800, height: 500 })).toEqual({
      scale: 1,
      x: -200,
      y: -200,
    });
    expect(fitView({ width: 1_600, height: 100 }, { width: 800, height: 500 })).toEqual({
      scale: 0.5,
      x: 0,
      y: -450,
    });
  });

  it('startView shows a readable drawing: all of it, or the part around a point', () => {
    const frame = { width: 750, height: 300 };
    const small = { width: 900, height: 100 };
    expect(startView(small, frame, { x: 0, y: 0 })).toEqual(fitView(small, frame));
    const large = { width: 3_000, height: 200 };
    const startAt = (x: number) => startView(large, frame, { x, y: 0 });
    expect(startAt(1_500)).toEqual({ scale: 0.75, x: 1_000, y: -100 });
    expect([startAt(0).x, startAt(2_990).x]).toEqual([0, 2_000]);
  });

  it('zoomView keeps the point under the pointer', () => {
    const view = { scale: 0.5, x: 10, y: 20 };
    const at = { x: 100, y: 60 };
    const zoomed = zoomView(view, 2, at);
    expect(zoomed.scale).toBe(1);
    expect(zoomed.x + at.x / zoomed.scale).toBeCloseTo(view.x + at.x / view.scale);
    expect(zoomed.y + at.y / zoomed.scale).toBeCloseTo(view.y + at.y / view.scale);
    expect([zoomView(view, 100, at).scale, zoomView(view, 0.001, at).scale]).toEqual([2.5, 0.1]);
  });

  it('panView moves the view with the pointer', () => {
    expect(panView({ scale: 0.5, x: 10, y: 20 }, 5, -5)).toEqual({ scale: 0.5, x: 0, y: 30 });
  });
});
