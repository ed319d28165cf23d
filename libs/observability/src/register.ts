import { startTelemetry } from './tracing/telemetry.js';

await startTelemetry();
