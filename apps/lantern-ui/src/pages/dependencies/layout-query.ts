import { queryOptions } from '@tanstack/react-query';
import type { GraphLayout } from './graph-layout.js';
import type { LayoutTask } from './layout-worker.js';

/** Query for the layout of a graph, which a worker computes. */
export const layoutQuery = (task: LayoutTask) =>
  queryOptions({
    queryKey: ['dependency-layout', task],
    queryFn: ({ signal }) => layOut(task, signal),
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
  });

const layOut = (task: LayoutTask, signal: AbortSignal): Promise<GraphLayout> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' });
    const end = () => worker.terminate();
    worker.addEventListener('message', ({ data }: MessageEvent<GraphLayout>) => {
      end();
      resolve(data);
    });
    worker.addEventListener('error', ({ message }) => {
      end();
      reject(new Error(message || 'The layout worker did not start. Reload the page.'));
    });
    // The result is no longer needed.
    signal.addEventListener('abort', () => {
      end();
      reject(new DOMException('The graph changed before its layout was ready.', 'AbortError'));
    });
    worker.postMessage(task);
  });
