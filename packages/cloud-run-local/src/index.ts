export { startEmulator, type Emulator } from './emulator.js';
export { buildImage, type BuiltImage } from './images/build.js';
export { makeLogger, type LogEntry, type Logger } from './logging/log.js';
export { defaultSettings, projectNumber, type Settings } from './settings.js';
