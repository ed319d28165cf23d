import { logStoreContract } from '../contract/log-store-contract.js';
import { openMemoryLogStore } from './memory-log-store.js';

logStoreContract('the in-memory log store', async (limits) => openMemoryLogStore(limits));
