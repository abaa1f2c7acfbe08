/** Long work as a job: the answer comes at once. */
import type { JobRequest } from '../app/re-exports.ts';
import { type Call, json, type Reply } from './endpoint.ts';
import { jobView } from './shapes/jobs.ts';

/** 202 with the job, new or the same that is under way already. */
export async function startJob({ zoneward, caller }: Call, request: JobRequest): Promise<Reply> {
  const { tenantName, principal } = caller;
  const job = await zoneward.jobs.add(tenantName, request, { principal });
  return json(jobView(job), 202, { location: `/v1/jobs/${job.id}` });
}
