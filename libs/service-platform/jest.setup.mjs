// Nest is ESM, nestjs-otel CommonJS that requires it back. Jest cannot finish a cycle that a require() has
// begun, so Nest is loaded before anything asks for nestjs-otel.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';

// Start-up and access lines would bury what the tests report.
process.env.LOG_LEVEL ??= 'error';
