import { traceStoreContract } from '../contract/trace-store-contract.js';
import { openMemoryTraceStore } from './memory-trace-store.js';

traceStoreContract('the in-memory trace store', async (limits) => openMemoryTraceStore(limits));
