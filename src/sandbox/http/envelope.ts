/**
 * The envelope around every answer, as text: `result` of large lists is joined from JSON that was made before, so
 * the envelope is written by hand. Key order is as recorded and differs between families.
 */
import type { ApiMessage } from '../api-error.ts';

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ResultInfo {
  readonly page: number;
  readonly per_page: number;
  readonly count: number;
  readonly total_count: number;
  readonly total_pages: number;
}

/** Which of the two recorded orders a list of this family has. */
export type InfoPlace = 'after-result' | 'last';

export const JSON_TYPE = 'application/json';

interface OkOptions {
  readonly status?: number;
  readonly messages?: readonly unknown[];
  readonly info?: unknown;
  readonly infoPlace?: InfoPlace;
}

/** A success whose result is already JSON text. */
export function okText(resultJson: string, options: OkOptions = {}): Reply {
  const info = options.info === undefined ? '' : `,"result_info":${JSON.stringify(options.info)}`;
  const messages = JSON.stringify(options.messages ?? []);
  const early = options.infoPlace === 'after-result';
  const body =
    `{"result":${resultJson}${early ? info : ''},"success":true,"errors":[],"messages":${messages}` +
    `${early ? '' : info}}`;
  return { status: options.status ?? 200, body, contentType: JSON_TYPE };
}

/** A success with a value. */
export function ok(result: unknown, options: OkOptions = {}): Reply {
  return okText(JSON.stringify(result), options);
}

/** A success that has no result at all, as `scan/trigger` answers. */
export function okWithoutResult(): Reply {
  return { status: 200, body: '{"success":true,"errors":[],"messages":[]}', contentType: JSON_TYPE };
}

export function failure(
  status: number,
  errors: readonly ApiMessage[],
  headers?: Readonly<Record<string, string>>,
): Reply {
  return {
    status,
    body: `{"result":null,"success":false,"errors":${JSON.stringify(errors)},"messages":[]}`,
    contentType: JSON_TYPE,
    ...(headers === undefined ? {} : { headers }),
  };
}

/** The bad gateway pages that users meet now and then: HTML, no envelope. */
export function htmlFailure(status: number, ray: string): Reply {
  const title = status === 503 ? '503 Service Temporarily Unavailable' : `${status} Bad Gateway`;
  return {
    status,
    body:
      `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n` +
      `<hr><center>cloudflare</center>\r\n<!-- ${ray} -->\r\n</body>\r\n</html>\r\n`,
    contentType: 'text/html',
  };
}

export interface PageQuery {
  readonly page: number;
  readonly perPage: number;
}

export interface PageLimits {
  readonly perPageDefault: number;
  readonly perPageMax: number;
}

/** Reads `page` and `per_page`. Below 1 or no number: the default; above the ceiling: the ceiling. [U] */
export function pageQuery(query: URLSearchParams, limits: PageLimits): PageQuery {
  return {
    page: positive(query.get('page')) ?? 1,
    perPage: Math.min(positive(query.get('per_page')) ?? limits.perPageDefault, limits.perPageMax),
  };
}

function positive(text: string | null): number | undefined {
  if (text === null || !/^\d{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= 1 ? value : undefined;
}

/** The page of a list, and its `result_info`. A page past the end is empty; no rows are still one page. */
export function pageOf<T>(items: readonly T[], wanted: PageQuery): { items: readonly T[]; info: ResultInfo } {
  const start = (wanted.page - 1) * wanted.perPage;
  const slice = items.slice(start, start + wanted.perPage);
  return {
    items: slice,
    info: {
      page: wanted.page,
      per_page: wanted.perPage,
      count: slice.length,
      total_count: items.length,
      total_pages: Math.max(1, Math.ceil(items.length / wanted.perPage)),
    },
  };
}
