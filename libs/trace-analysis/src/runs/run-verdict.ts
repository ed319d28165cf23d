import type { RunComparison } from './compare-runs.js';

/**
 * Differences on which a pipeline may fail. `span-count` is an operation with more or fewer spans per trace, a new one or a
 * lost one. `slower` makes false alarms on noisy machines.
 */
export const RUN_CRITERION_NAMES = [
  'new-errors',
  'new-detections',
  'new-edges',
  'lost-edges',
  'span-count',
  'slower',
] as const;

export type RunCriterion = (typeof RUN_CRITERION_NAMES)[number];

/** Returns the criteria that a comparison meets. */
export const criteriaMet = (comparison: RunComparison): RunCriterion[] => {
  const { newErrors, newDetections, newEdges, lostEdges, operations } = comparison;
  const met: Readonly<Record<RunCriterion, boolean>> = {
    'new-errors': newErrors.length > 0,
    'new-detections': newDetections.length > 0,
    'new-edges': newEdges.length > 0,
    'lost-edges': lostEdges.length > 0,
    'span-count': operations.some(({ spans }) => spans !== 'same'),
    slower: operations.some(({ latency }) => latency === 'slower'),
  };
  return RUN_CRITERION_NAMES.filter((criterion) => met[criterion]);
};
