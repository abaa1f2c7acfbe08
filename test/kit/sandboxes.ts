/**
 * Sandboxes in a process of their own, driven over their control paths. Prints one line of JSON with their
 * addresses, and ends with its standard input.
 */
import { startSandbox } from '../../src/sandbox/index.ts';

export interface SandboxAddress {
  readonly baseUrl: string;
  readonly controlUrl: string;
  readonly token: string;
  readonly accountId: string;
}

interface Order {
  readonly count: number;
  readonly latencyMs: number;
  /** Seconds of the sandbox in a second. */
  readonly scale: number;
  readonly rateLimit?: { readonly quota: number; readonly windowSeconds: number };
}

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const addresses: SandboxAddress[] = [];
for (let i = 0; i < order.count; i += 1) {
  const sandbox = await startSandbox({
    dnsPort: false,
    control: true,
    latencyMs: order.latencyMs,
    ...(order.rateLimit === undefined ? {} : { rateLimit: order.rateLimit }),
  });
  sandbox.setClock({ scale: order.scale });
  addresses.push({
    baseUrl: sandbox.baseUrl,
    controlUrl: sandbox.controlUrl ?? '',
    token: sandbox.tokens.full,
    accountId: sandbox.accountId,
  });
}
process.stdout.write(`${JSON.stringify(addresses)}\n`);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
