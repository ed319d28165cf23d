#!/usr/bin/env node
/* global process */
// The command. An old Node reads this file too, so it holds nothing that one of them does not know; what needs
// a new one stands in start.cjs and is read only there.
var major = Number(process.versions.node.split('.')[0]);
if (major >= 24) {
  require('./start.cjs');
} else {
  process.stderr.write(
    'Lantern runs on Node 24 or newer, and this is Node ' +
      process.versions.node +
      ': install one from https://nodejs.org.\n',
  );
  process.exitCode = 1;
}
