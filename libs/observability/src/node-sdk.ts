export { lanternNodeSdk } from './process/telemetry.js';
