// `node --import @lantern/observability/register/node-sdk dist/main.js`: as `register`, with OpenTelemetry's stock NodeSDK.
import { shutdownTelemetry } from '../process/shutdown.js';
import { startTelemetry } from '../process/telemetry.js';

startTelemetry(process.env, 'node-sdk');

// A program that ends normally, without Nest's shutdown hooks, delivers its last spans too.
process.once('beforeExit', () => void shutdownTelemetry());
