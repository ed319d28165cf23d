import { WorkerHost } from './worker-host.js';
import { TraceShelf } from './trace-shelf.js';

/** Loads and analyzes traces off the main thread. */
new WorkerHost(new TraceShelf()).listen();
