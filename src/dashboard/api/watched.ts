/** Work that the server tells of while it goes on: the steps of a credential's test, then what came of it. */
import {
  type AddedConnection,
  ApiError,
  type Connected,
  type NewConnection,
  type Problem,
  type Relink,
  type TestReport,
  type VisitorCredential,
} from '../../client/index.ts';
import { readEvents } from './event-stream.ts';
import { sessionFetch } from './session.ts';

export type TestStep = NonNullable<TestReport>['steps'][number];
export type OnStep = (step: TestStep) => void;
type Tested = Awaited<ReturnType<typeof watchTest>>;

/** Tests a credential and saves it when it passes. Throws `ApiError`; of a test that failed its report is in the details. */
export function watchAdd(body: NewConnection, onStep: OnStep): Promise<AddedConnection> {
  return watch('/v1/connections/events', { body, onStep });
}

/** Tests a connection, and keeps what was found. */
export function watchTest(
  connection: string,
  onStep: OnStep,
): Promise<{ readonly report: TestReport | null }> {
  return watch(`/v1/connections/${encodeURIComponent(connection)}/test/events`, { onStep });
}

/** Gives a connection a new credential when that passes its test. */
export function watchRelink(connection: string, body: Relink, onStep: OnStep): Promise<Tested> {
  return watch(`/v1/connections/${encodeURIComponent(connection)}/relink/events`, { body, onStep });
}

/** Saves a credential with the secret of a connect link, and uses the link up. */
export function watchSave(secret: string, body: VisitorCredential, onStep: OnStep): Promise<Connected> {
  return watch('/v1/connect/save/events', { body, onStep, secret });
}

async function watch<Done>(
  path: string,
  { body, onStep, secret }: { readonly body?: object; readonly onStep: OnStep; readonly secret?: string },
): Promise<Done> {
  const response = await (secret === undefined ? sessionFetch : fetch)(path, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'zoneward-csrf': '1',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok || response.body === null)
    throw new ApiError(response.status, (await response.json().catch(() => null)) as Problem | null);
  for await (const { event, data } of readEvents(response.body)) {
    if (event === 'step') onStep(JSON.parse(data) as TestStep);
    if (event === 'done') return JSON.parse(data) as Done;
    if (event === 'problem') {
      const problem = JSON.parse(data) as Problem;
      throw new ApiError(problem.status, problem);
    }
  }
  throw new TypeError('The network broke off before the test had ended; look whether it was saved.');
}
