import { describe, expect, it } from '@jest/globals';
import type { TraceStore } from '../trace-store.js';
import type { StoreLimits } from './store-limits.js';
import { archivesTraces } from './traces/archive-contract.js';
import { clears } from './traces/clear-contract.js';
import { findsByAttributes } from './traces/attribute-search-contract.js';
import { keepsWithinLimits } from './traces/eviction-contract.js';
import { keepsSpans } from './traces/keeping-contract.js';
import { answersAsAList } from './traces/model-contract.js';
import { pagesAnswers } from './traces/paging-contract.js';
import { derivesRollups } from './traces/rollups-contract.js';
import { findsTraces } from './traces/search-contract.js';
import { TraceStoreSubject } from './traces/trace-store-subject.js';
import { showsWrites } from './traces/visibility-contract.js';

/**
 * Defines the suite that every {@link TraceStore} must pass. The spec of an engine calls it once:
 *
 * ```ts
 * traceStoreContract('the trace store in memory', async (limits) => openBlockStore(limits).traces);
 * ```
 *
 * @param create makes an empty store; the suite closes it
 */
export const traceStoreContract = (
  name: string,
  create: (limits: StoreLimits) => Promise<TraceStore>,
): void => {
  describe(name, () => {
    const subject = new TraceStoreSubject(create);
    keepsSpans(subject);
    showsWrites(subject);
    findsTraces(subject);
    findsByAttributes(subject);
    pagesAnswers(subject);
    derivesRollups(subject);
    keepsWithinLimits(subject);
    archivesTraces(subject);
    clears(subject);
    answersAsAList(subject);

    it('The store may be closed twice', async () => {
      await subject.store.close();
      await expect(subject.store.close()).resolves.toBeUndefined();
    });
  });
};
