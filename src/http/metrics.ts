/** Figures for Prometheus: requests of this process, and what the store says of the queue. Nothing names a tenant. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Zoneward } from '../app/open-zoneward.ts';

export interface Metrics {
  readonly contentType: string;
  observe(request: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
  render(): Promise<string>;
}

export function openMetrics(zoneward: Zoneward): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const labelNames = ['method', 'route', 'status'] as const;
  const requests = new Counter({
    name: 'zoneward_http_requests_total',
    help: 'Requests answered',
    labelNames,
    registers,
  });
  const durations = new Histogram({
    name: 'zoneward_http_request_seconds',
    help: 'Time to answer',
    labelNames: ['method', 'route'] as const,
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers,
  });
  const jobs = new Gauge({
    name: 'zoneward_jobs',
    help: 'Jobs that have not ended',
    labelNames: ['state'] as const,
    registers,
  });
  const wait = new Gauge({
    name: 'zoneward_job_wait_seconds',
    help: 'How long the longest waiting job is overdue',
    registers,
  });
  return {
    contentType: registry.contentType,
    observe: ({ method, route, status, seconds }) => {
      requests.inc({ method, route, status });
      durations.observe({ method, route }, seconds);
    },
    render: async () => {
      const { queued, running, oldestDueAt } = await zoneward.jobs.counts();
      jobs.set({ state: 'queued' }, queued);
      jobs.set({ state: 'running' }, running);
      wait.set(oldestDueAt === null ? 0 : Math.max(0, (Date.now() - oldestDueAt) / 1_000));
      return registry.metrics();
    },
  };
}
