import { WorkerHost } from './worker-host.js';
import { TraceShelf } from './trace-shelf.js';

/** Loads traces and computes on them, so that the page does not. */
new WorkerHost(new TraceShelf()).listen();
