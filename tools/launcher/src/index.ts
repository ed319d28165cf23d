export { ManagedProcess, ProcessFailedError, type ProcessOptions } from './managed-process.js';
export { ANY_FREE_PORTS, DEFAULT_PORTS, takenPorts, type Ports } from './ports.js';
export { isAlive, withDescendants } from './process-table.js';
export { System, type SystemOptions, type SystemUrls } from './system.js';
export { TemporarySystem } from './temporary-system.js';
export { waitFor } from './wait.js';
