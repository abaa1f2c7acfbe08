/** One job, in this process: prints how long it took and how much memory it took, as one line of JSON. */
import type { ActorInput, Job } from './actors/input.ts';

const input = JSON.parse(process.argv[2] ?? '{}') as ActorInput;
const { JOBS } = (await import(`./actors/${input.doer}.ts`)) as { JOBS: Record<string, Job> };
const job = JOBS[input.job];
if (job === undefined) throw new Error(`${input.doer} has no job ${input.job}`);
const told = await job(input);
const rssMb = Math.round(process.resourceUsage().maxRSS / 1_024);
console.log(JSON.stringify({ ...told, rssMb }));
