import { describe, expect, it } from '@jest/globals';
import { volumeOf } from './volume-bars.js';

describe('volumeOf', () => {
  //  time     0    10    20    30
  //  info          ▇3    ▇1
  //  error               ▇2    (the sample at 20 counts what came after 10)
  const volume = volumeOf({
    startMillis: 0,
    endMillis: 30,
    stepMillis: 10,
    series: [
      {
        labels: { detected_level: 'info' },
        points: [
          [10, 3],
          [20, 1],
        ],
      },
      { labels: { detected_level: 'error', level: 'ERROR' }, points: [[20, 2]] },
    ],
  });

  it('a sample counts for the step that ends at its time', () => {
    expect(volume.bars.map(({ startMillis, total }) => [startMillis, total])).toEqual([
      [0, 3],
      [10, 3],
      [20, 0],
    ]);
    expect(volume.most).toBe(3);
  });

  it('volume has the levels, most severe first', () => {
    expect(volume.levels).toEqual([
      { level: 'error', count: 2 },
      { level: 'info', count: 4 },
    ]);
  });

  it('volume omits samples before the first whole step', () => {
    const early = volumeOf({
      startMillis: 0,
      endMillis: 10,
      stepMillis: 10,
      series: [{ labels: {}, points: [[0, 7]] }],
    });
    expect(early.levels).toEqual([]);
  });
});
