#!/usr/bin/env node
import { ConfigError, readConfig } from './config.js';
import { ListenError } from './http/listen.js';
import { startLantern } from './lantern.js';

const print = (text: string) => process.stdout.write(`${text}\n`);

try {
  const lantern = await startLantern(readConfig(process.env));
  const { otlp, jaeger, loki } = lantern.urls;
  print(`Web UI and Jaeger API   ${jaeger}`);
  print(`OTLP over HTTP          ${otlp}`);
  print(`Loki API                ${loki}`);
  // A process that started this one over IPC waits for it, and learns which ports were free.
  process.send?.({ type: 'ready', urls: lantern.urls });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Once: a second signal ends the process at once, as is the custom.
    process.once(signal, () => {
      lantern.close().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`Lantern did not stop cleanly: ${String(error)}\n`);
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof ListenError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
