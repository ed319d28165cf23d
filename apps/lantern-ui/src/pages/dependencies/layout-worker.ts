import { layoutOf, type EdgeToPlace, type NodeToPlace } from './graph-layout.js';

export interface LayoutTask {
  readonly nodes: readonly NodeToPlace[];
  readonly edges: readonly EdgeToPlace[];
}

/** Lays out graphs off the main thread: hundreds of services take seconds. */
addEventListener('message', ({ data }: MessageEvent<LayoutTask>) => {
  postMessage(layoutOf(data.nodes, data.edges));
});
