/** The test of a credential, told step by step while it runs. Nothing is stored by it. */
import { ApiError, type NewConnection, type Problem, type TestReport } from '../../client/index.ts';
import { readEvents } from './event-stream.ts';
import { sessionFetch } from './session.ts';

export type TestStep = NonNullable<TestReport>['steps'][number];

/** Throws `ApiError` for what cannot be tested; a test that failed is a report. */
export async function testCredential(
  body: NewConnection,
  onStep: (step: TestStep) => void,
): Promise<NonNullable<TestReport>> {
  const response = await sessionFetch('/v1/connections/test', {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', 'zoneward-csrf': '1' },
    body: JSON.stringify(body),
  });
  if (!response.ok || response.body === null)
    throw new ApiError(response.status, (await response.json().catch(() => null)) as Problem | null);
  for await (const { event, data } of readEvents(response.body)) {
    if (event === 'step') onStep(JSON.parse(data) as TestStep);
    if (event === 'report') return JSON.parse(data) as NonNullable<TestReport>;
    if (event === 'problem') {
      const problem = JSON.parse(data) as Problem;
      throw new ApiError(problem.status, problem);
    }
  }
  throw new TypeError('The network broke off before the test had ended; nothing was stored.');
}
