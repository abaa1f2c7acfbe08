/** What a server said, as the errors that the command line knows: so that exit codes mean the same everywhere. */
import { type ErrorKind, InvalidInputError, type Problem, ZonewardError } from '../../app/re-exports.ts';
import { ApiError } from '../../client/index.ts';

const KIND_OF_STATUS: Readonly<Record<number, ErrorKind>> = {
  400: 'input',
  401: 'credentials',
  403: 'permission',
  404: 'not-found',
  409: 'conflict',
  412: 'conflict',
  413: 'input',
  415: 'input',
  422: 'input',
  424: 'refused',
  429: 'temporary',
  502: 'unknown-outcome',
  503: 'temporary',
  504: 'unknown-outcome',
};

export async function asked<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof ApiError) throw ofApiError(error);
    if (error instanceof TypeError)
      throw new ZonewardError('The server does not answer', {
        code: 'server-unreachable',
        kind: 'temporary',
        next: ['Check --server, and that `zoneward serve` runs there.'],
        cause: error,
      });
    throw error;
  }
}

function ofApiError({ status, code, message, next, problem }: ApiError): ZonewardError {
  const problems = problem?.details?.['problems'];
  // Every mistake of an input, shown as it would be here.
  if (Array.isArray(problems))
    return new InvalidInputError(message.split('\n', 1)[0] ?? message, problems as readonly Problem[]);
  return new ZonewardError(message, {
    code,
    kind: KIND_OF_STATUS[status] ?? 'internal',
    next,
    details: { ...problem?.details, status, requestId: problem?.request_id ?? null },
  });
}

/** For what the command line does on its own store only, so far. */
export function notOnServer(what: string): ZonewardError {
  return new ZonewardError(`The command line cannot do this through a server: ${what}`, {
    code: 'not-on-server',
    kind: 'input',
    next: ['Leave --server out on the machine of the store, or use the API itself: /docs on the server.'],
  });
}
