/** Zoneward as a library. See `openZoneward`; the sandbox for your own tests is at `zoneward/sandbox`. */
export type { Config, ConfigInput, Environment } from './app/config.ts';
export type { Logger } from './app/logger.ts';
export { openZoneward, type Tenant, type Zoneward, type ZonewardOptions } from './app/open-zoneward.ts';
export {
  InvalidInputError,
  isZonewardError,
  renderMarkdown,
  renderText,
  Secret,
  ZonewardError,
} from './app/re-exports.ts';
export { type Tracing, tracingOn } from './app/tracing.ts';
export type { SweepReport, WorkerOptions } from './app/worker.ts';
