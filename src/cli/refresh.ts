/** A round of every connection that is meant: hears what moved at Cloudflare, and reads only what moved or is due. */
import type { RoundReport } from '../app/re-exports.ts';
import { showProgress } from './commands/zones-sync.ts';
import type { Session } from './session.ts';

export async function refresh(session: Session): Promise<readonly RoundReport[]> {
  const tenant = await session.tenant();
  const bar = session.progress();
  const chosen = session.flags.connection;
  const saved = chosen === undefined ? await tenant.connections.list() : [];
  const connections = saved.length === 0 ? [chosen] : saved.map(({ id }) => id);
  const reports: RoundReport[] = [];
  try {
    for (const connection of connections) {
      bar.status('Hearing what moved …');
      const report = await tenant.inventory.round({
        ...(connection === undefined ? {} : { connection }),
        onProgress: (event) => showProgress(bar, event),
      });
      reports.push(report);
      if (report.reason !== null) session.out.warn(report.reason);
    }
  } finally {
    bar.end();
  }
  return reports;
}
