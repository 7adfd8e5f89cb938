export { buildApp } from './app.js';
export type { AppOptions } from './app.js';
export { createBackend } from './backend.js';
export type { Backend } from './backend.js';
export { ConfigError, readConfig } from './config.js';
export type { Config } from './config.js';
