/** Logs as JSON lines. What is written is chosen field by field; redaction stands behind that as a second wall. */
import { type Logger as Pino, pino } from 'pino';

export interface RequestFacts {
  readonly requestId: string;
  readonly method: string;
  /** The pattern, never the path: paths hold names and ids. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly principal: string | null;
  readonly tenant: string | null;
}

export interface HttpLog {
  request(facts: RequestFacts): void;
  failure(error: unknown, requestId: string): void;
}

/** The shape that the engine logs through, too. */
export interface ServiceLog extends HttpLog {
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void;
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

const SECRET_FIELDS = ['authorization', 'token', 'key', 'secret', 'password', 'credential', 'cookie'];
/** What looks like one of our keys or of Cloudflare's, wherever it stands. */
const SECRET_TEXT =
  /\b(zwk_[0-9a-z]{26}\.[\w-]+|zw[ls]_[\w-]+|zwc_[0-9a-z]{26}\.[\w-]+|whsec_[\w+/=-]+|cf(?:ut|at|k)_[\w-]+|Bearer\s+[^\s"]+)/gi;

export function openLog(options: {
  readonly level: string;
  readonly write: (line: string) => void;
}): ServiceLog {
  const log: Pino = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    },
    { write: (line: string) => options.write(line.replaceAll(SECRET_TEXT, '[redacted]')) },
  );
  return {
    request: (facts) => log.info(facts, 'request'),
    failure: (error, requestId) =>
      log.error(
        {
          requestId,
          error:
            error instanceof Error
              ? { name: error.name, message: error.message, stack: error.stack }
              : String(error),
        },
        'a request failed for a reason of ours',
      ),
    debug: (message, facts) => log.debug(facts ?? {}, message),
    info: (message, facts) => log.info(facts ?? {}, message),
    warn: (message, facts) => log.warn(facts ?? {}, message),
    error: (message, facts) => log.error(facts ?? {}, message),
  };
}
