#!/usr/bin/env node
import { ConfigError, readConfig } from './config.js';
import { ListenError } from './http/listen.js';
import { StrategiesFileError } from './sampling/strategies-file.js';
import { startLantern } from './lantern.js';

const print = (text: string) => process.stdout.write(`${text}\n`);
const report = (text: string) => process.stderr.write(`${text}\n`);

try {
  const lantern = await startLantern(readConfig(process.env), { report });
  const { otlp, otlpGrpc, jaeger, loki, sampling } = lantern.urls;
  print(`Web UI and Jaeger API   ${jaeger}`);
  print(`OTLP over HTTP          ${otlp}`);
  print(`OTLP over gRPC          ${otlpGrpc}`);
  print(`Loki API                ${loki}`);
  print(`Remote sampling         ${sampling}`);
  // A process that started this one over IPC waits for it, and learns which ports were free.
  process.send?.({ type: 'ready', urls: lantern.urls });

  // `disconnect`: a parent that started this process over IPC and is gone can no longer stop it.
  for (const wish of ['SIGINT', 'SIGTERM', 'disconnect']) {
    // Once: a second signal ends the process at once, as is the custom.
    process.once(wish, () => {
      lantern.close().then(
        () => process.exit(0),
        (error: unknown) => {
          report(`Lantern did not stop cleanly: ${String(error)}`);
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof ListenError || error instanceof StrategiesFileError))
    throw error;
  report(error.message);
  process.exitCode = 1;
}
