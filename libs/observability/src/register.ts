// `node --import @lantern/observability/register dist/main.js`, or `--require`: tracing starts before the application is loaded.
import { shutdownTelemetry } from './process/shutdown.js';
import { startTelemetry } from './process/telemetry.js';

startTelemetry();

// A program that ends normally, without Nest's shutdown hooks, delivers its last spans too.
process.once('beforeExit', () => void shutdownTelemetry());
