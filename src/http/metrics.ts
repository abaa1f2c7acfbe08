/** Figures for Prometheus: requests of this process, and how the store stands. Nothing names a tenant. */
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
  const stand = openStand(registers);
  return {
    contentType: registry.contentType,
    observe: ({ method, route, status, seconds }) => {
      requests.inc({ method, route, status });
      durations.observe({ method, route }, seconds);
    },
    render: async () => {
      await stand.update(zoneward);
      return registry.metrics();
    },
  };
}

/** What the store says of itself, the same from every process on it. */
function openStand(registers: Registry[]): { update(zoneward: Zoneward): Promise<void> } {
  const gauge = <Label extends string = never>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `zoneward_${name}`, help, labelNames, registers });
  const jobs = gauge('jobs', 'Jobs that have not ended', 'state');
  const wait = gauge('job_wait_seconds', 'How long the longest waiting job is overdue');
  const deliveries = gauge(
    'webhook_deliveries_pending',
    'Messages on their way to webhooks, those that wait to be tried again too',
  );
  const late = gauge('webhook_wait_seconds', 'How long the longest waiting message is overdue');
  const calls = gauge('cloudflare_calls_5m', 'Calls to Cloudflare in the last five minutes', 'outcome');
  const budget = gauge('budget_left_min', 'Calls left in the fullest used budget, as its last call told');
  const zones = gauge('zones', 'Zones, by how the mirror stands; drifting ones count twice', 'state');
  const lag = gauge('sync_lag_seconds', 'Since the zone that was read in full longest ago was read');
  const connections = gauge('connections', 'Connections', 'state');
  const overdue = gauge('rotations_overdue', 'Connections whose credential should have been rotated by now');
  const keyAge = gauge('vault_key_age_seconds', 'Since the key that seals now was added');
  const secondsSince = (at: number | null): number =>
    at === null ? 0 : Math.max(0, (Date.now() - at) / 1_000);
  return {
    update: async (zoneward) => {
      const [queue, webhooks, stand, keys] = await Promise.all([
        zoneward.jobs.counts(),
        zoneward.webhookGauges(),
        zoneward.gauges(),
        // Without its keys the service still says how it stands; that they are missing is for /readyz.
        zoneward.keys.status().catch(() => []),
      ]);
      jobs.set({ state: 'queued' }, queue.queued);
      jobs.set({ state: 'running' }, queue.running);
      wait.set(secondsSince(queue.oldestDueAt));
      deliveries.set(webhooks.pending);
      late.set(secondsSince(webhooks.oldestDueAt));
      calls.set({ outcome: 'ok' }, stand.calls.ok);
      calls.set({ outcome: 'failed' }, stand.calls.failed);
      calls.set({ outcome: 'rate-limited' }, stand.calls.rateLimited);
      if (stand.budgetLeft === null) budget.reset();
      else budget.set(stand.budgetLeft);
      const { neverRead, ...states } = stand.zones;
      for (const [state, count] of Object.entries({ ...states, 'never-read': neverRead }))
        zones.set({ state }, count);
      lag.set(secondsSince(stand.oldestVerifiedAt));
      connections.reset();
      for (const [state, count] of Object.entries(stand.connections)) connections.set({ state }, count);
      overdue.set(stand.rotationsOverdue);
      keyAge.set(secondsSince(keys.find(({ state }) => state === 'current')?.addedAt ?? null));
    },
  };
}
