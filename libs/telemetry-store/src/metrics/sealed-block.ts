import { Buffer } from 'node:buffer';
import type { MetricPart } from '../file/block-database.js';
import type { BlockParts } from '../file/block-table.js';
import { sealBytes } from '../bytes/sealed-bytes.js';
import type { Steps } from '../blocks/steps.js';
import { storedExemplar } from './metric-record.js';
import type { OpenMetrics } from './open-rows.js';
import type { OpenSeries } from './open-series.js';
import { encodePiece, type EncodedSeries } from './piece.js';
import { encodeMetricSummary, type MetricSummary } from './summary.js';

/** Limits of a piece, the unit that a query reads and decompresses. */
const MAX_PIECE_SERIES = 256;
const MAX_PIECE_BYTES = 128 * 1024;
/** Number of series that are encoded before other tasks may run. */
const SERIES_PER_STEP = 256;

export interface SealedMetricParts {
  readonly encoded: BlockParts<MetricPart>;
  readonly summary: MetricSummary;
}

/** Encodes the open block for the file. */
export function* sealMetricBlock(open: OpenMetrics, arrivedMillis: number): Steps<SealedMetricParts> {
  const sorted = Array.from(open.series.values())
    .filter(({ length }) => length > 0)
    .sort((a, b) => a.series.id - b.series.id);
  let [minTime, maxTime, sampleCount] = [Infinity, -Infinity, 0];
  const pieceStarts: number[] = [];
  const chunks: Buffer[] = [];
  let piece: EncodedSeries[] = [];
  let bytes = 0;
  const finishPiece = (): void => {
    if (piece.length > 0) chunks.push(sealBytes(encodePiece(piece)));
    piece = [];
    bytes = 0;
  };
  const add = (series: OpenSeries, index: number): void => {
    sampleCount += series.length;
    const encoded = series.encode();
    minTime = Math.min(minTime, series.minTime);
    maxTime = Math.max(maxTime, series.maxTime);
    if (piece.length === MAX_PIECE_SERIES || bytes >= MAX_PIECE_BYTES) finishPiece();
    if (piece.length === 0) pieceStarts.push(index);
    piece.push(encoded);
    for (const { times, values } of encoded.runs) bytes += times.length + values.length;
    bytes += encoded.histograms?.values.length ?? 0;
  };
  for (const [index, series] of sorted.entries()) {
    add(series, index);
    if ((index + 1) % SERIES_PER_STEP === 0) yield;
  }
  finishPiece();
  for (const { exemplar } of open.exemplars) {
    minTime = Math.min(minTime, exemplar.timestampMillis);
    maxTime = Math.max(maxTime, exemplar.timestampMillis);
  }
  const exemplars = open.exemplars.map(({ series, exemplar }) => storedExemplar(series.id, exemplar));
  const summary: MetricSummary = {
    minTime,
    maxTime,
    sampleCount,
    hasExemplars: exemplars.length > 0,
    ids: Uint32Array.from(sorted, ({ series }) => series.id),
    pieceStarts: Uint32Array.from(pieceStarts),
  };
  return {
    summary,
    encoded: {
      block: open.block,
      arrivedMillis,
      summary: sealBytes(encodeMetricSummary(summary)),
      parts: { exemplars: sealBytes(Buffer.from(exemplars.length > 0 ? JSON.stringify(exemplars) : '')) },
      chunks,
    },
  };
}
